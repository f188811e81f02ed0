"""Measure choosing the inputs of a payment among many holdings, against sorting them each time.

`python -m bench.selection`; a report counts only while the machine does nothing else.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

from sqlalchemy import select, text

from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.storage import migrate
from cantata.storage.database import Database
from cantata.storage.embedded import EmbeddedServer
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import Holding, InstrumentId
from cantata.tokens.policy import choose
from cantata.tokens.repository import holdings, selection
from cantata.tokens.repository.tables import HOLDINGS

QUICK = bool(os.environ.get("QUICK"))
HOLDINGS_COUNT = 10_000 if QUICK else 100_000
PAYMENTS, PAYMENTS_SORTED = (20, 2) if QUICK else (300, 5)
TIMES = 1_000
KEY = "1220" + "ab" * 32
ADMIN, OWNER = PartyId(f"admin::{KEY}"), PartyId(f"treasury::{KEY}")
GOLD = InstrumentId(ADMIN, "GOLD")
NOW = Timestamp.parse("2026-01-01T00:00:00Z")

_FILL = """
INSERT INTO holdings (contract_id, admin, instrument, owner, amount, lock_context, package_name,
  created_offset)
SELECT '00' || lpad(to_hex(n), 64, '0'), :admin, 'GOLD', :owner,
  round(exp(random() * 8)::numeric, 10), '', 'cantata-tokens', n FROM generate_series(1, :n) AS n
"""


def main() -> None:
    """Fill a database, pay, and print how many times faster than sorting it is."""
    with (
        tempfile.TemporaryDirectory(prefix="cantata-bench-") as folder,
        EmbeddedServer(Path(folder) / "data") as server,
    ):
        settings = DatabaseSettings(url=server.url, application="bench", statement_ms=60_000)
        migrate.upgrade(settings)
        ours, sorting = asyncio.run(_measured(settings))
    print(f"{HOLDINGS_COUNT:,} holdings: {ours * 1e3:.3f} ms each; sorted {sorting * 1e3:.1f} ms")
    print(f"{sorting / ours:,.0f} x sorting each time (goal {TIMES:,} at 100,000)")


async def _measured(settings: DatabaseSettings) -> tuple[float, float]:
    async with Database(settings) as database:
        async with database.write() as session:
            parameters = {"admin": ADMIN, "owner": OWNER, "n": HOLDINGS_COUNT}
            await session.run(text(_FILL), parameters)
        async with database.write() as session:
            await session.run(text("ANALYZE holdings"))
        amounts = random.Random(1)

        async def ours() -> None:
            async with database.write() as session:
                amount = Decimal(str(amounts.randrange(1, 2_000)))
                found = await selection.candidates(session, OWNER, GOLD, amount, NOW)
                assert choose(amount, found)

        async def by_sorting() -> None:
            async with database.read() as session:
                amount = Decimal(str(amounts.randrange(1, 2_000)))
                rows = await session.all(
                    select(HOLDINGS).where(
                        HOLDINGS.c.owner == OWNER, HOLDINGS.c.archived_offset.is_(None)
                    )
                )
                assert _first_enough(sorted(map(holdings.holding_of, rows), key=_amount), amount)

        return await _each(PAYMENTS, ours), await _each(PAYMENTS_SORTED, by_sorting)


async def _each(count: int, work: Callable[[], Awaitable[None]]) -> float:
    await work()
    start = perf_counter()
    for _ in range(count):
        await work()
    return (perf_counter() - start) / count


def _first_enough(found: list[Holding], amount: Decimal) -> Holding | None:
    return next((each for each in found if each.amount >= amount), None)


def _amount(holding: Holding) -> Decimal:
    return holding.amount


if __name__ == "__main__":
    main()

"""Histories of real parties, ingested in batches of any size, end in what the ledger says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cantata.exchange.history.model import Holding
from cantata.exchange.history.recorded import contracts_in, updates_in
from cantata.exchange.history.state import History, State
from cantata.exchange.model.journal import Book
from cantata.exchange.model.treasury import SIGNED_BY_PARTICIPANT, Treasury
from cantata.exchange.projection.books import Books
from cantata.exchange.projection.deposits import Deposits
from cantata.exchange.projection.treasury import Seen, TreasuryHistory
from cantata.exchange.repository import history, journal, treasuries
from cantata.ingestion.batching import batch_of
from cantata.ingestion.model import Batch, Cursor
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import SystemClock, Timestamp
from cantata.kernel.totals import Total
from cantata.storage.database import Database
from cantata.storage.session import WriteSession
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId

AT = Timestamp.parse("2026-01-01T00:00:00Z")
RECORDED = Path(__file__).parents[4] / "shared/data/amulet/state"

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="../shared/data/amulet/state (recorded histories) is absent"
)


class Memory:
    """A watcher that keeps what it is told."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.times = 0

    async def saw(self, session: WriteSession, seen: Sequence[Seen]) -> None:
        self.seen += seen

    async def passed(self, session: WriteSession, batch: Batch) -> None:
        self.times += 1


def names() -> list[str]:
    suffix = "-LEDGER_EFFECTS.json"
    return sorted(path.name[8 : -len(suffix)] for path in RECORDED.glob(f"updates-*{suffix}"))


def content(name: str) -> Any:
    return json.loads((RECORDED / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("size", [1, 2_000])
@pytest.mark.parametrize("name", names())
def test_the_database_holds_what_the_ledger_does(
    database_settings: DatabaseSettings, name: str, size: int
) -> None:
    source = f"updates-{name}-LEDGER_EFFECTS.json"
    recorded = content(source)
    party, updates = PartyId(recorded["party"]), updates_in(recorded, source)
    active = contracts_in(content(f"acs-{name}.json"), f"acs-{name}.json")
    expected = State.of_contracts(party, active).holdings
    oracle = History(State(party))
    entries = [entry for update in updates for entry in oracle.add(update)]

    async def main() -> tuple[Memory, tuple[Holding, ...], dict[InstrumentId, Total]]:
        memory = Memory()
        observer = TreasuryHistory([Books([Deposits(SystemClock())]), memory])
        cursor = Cursor()
        async with Database(database_settings) as database:
            async with database.write() as session:
                assert await treasuries.add(session, _treasury(party))
            for start in range(0, len(updates), size):
                batch = batch_of(cursor, updates[start : start + size])
                cursor = batch.after
                async with database.write() as session:
                    await observer.observe(session, batch)
            async with database.read() as session:
                held = await history.holdings(session, party, 10_000)
                totals = await history.totals(session, party)
                booked = await journal.balances(session, Book.treasury(party))
                sums = await journal.totals(session)
            assert booked == totals
            assert sum(sums.values(), Decimal("0")) == Decimal("0")
            return memory, held, totals

    memory, held, totals = asyncio.run(main())
    assert {each.contract_id: each for each in held} == expected
    assert [entry for seen in memory.seen for entry in seen.parsed.entries] == entries
    assert entries or not expected
    assert sum(totals.values(), Decimal("0")) == sum(
        (each.amount for each in expected.values()), Decimal("0")
    )
    assert memory.times == -(-len(updates) // size)


def _treasury(party: PartyId) -> Treasury:
    return Treasury(
        party=party,
        name="main",
        signer=SIGNED_BY_PARTICIPANT,
        withdrawals_enabled=True,
        safe_after=None,
        from_offset=0,
        created_at=AT,
    )

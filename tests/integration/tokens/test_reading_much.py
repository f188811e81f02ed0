"""What is read often is found by index, however long the history is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text

from cantata.automation import repository as intents
from cantata.automation.model import State
from cantata.kernel.ids import PartyId
from cantata.storage.database import Database
from cantata.storage.session import ReadSession
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId
from cantata.tokens.repository import limits, reading
from cantata.tokens.repository.reading import Selected

ROWS = 20_000
ADMIN = PartyId(f"admin::1220{'ab' * 32}")
ALICE = PartyId(f"alice::1220{'ab' * 32}")
GOLD = InstrumentId(ADMIN, "GOLD")

_INTENTS = f"""
INSERT INTO intents (id, kind, requester, key, fingerprint, subject, act_as, request, state, phases,
  attempts, command_id, update_id, trace, due_at, waiting, leased_by, together_max, created_at,
  updated_at)
SELECT gen_random_uuid(), 'tokens.transfer', 'u', 'k' || g, '', '{GOLD}', '{{}}',
  jsonb_build_object('sender', '{ALICE}', 'receiver', '{ADMIN}', 'amount', '1'),
  CASE g WHEN 1 THEN 'submitted' WHEN 2 THEN 'unknown' WHEN 3 THEN 'awaiting_signature'
    WHEN 4 THEN 'requested' ELSE 'completed' END,
  '[]', 1, '', '', '', CASE WHEN g IN (1, 3, 4) THEN now() END, false, '', 64, now(), now()
FROM generate_series(1, {ROWS}) AS g
"""
_HOLDINGS = f"""
INSERT INTO holdings
SELECT 'c' || g, '{ADMIN}', 'GOLD', CASE WHEN g % 1000 = 0 THEN '{ALICE}' ELSE 'p' || g % 500 END,
  1, NULL, NULL, '', 'x', g, now(), CASE WHEN g % 3 = 0 THEN g + 100 END
FROM generate_series(1, {ROWS}) AS g
"""


@pytest.fixture
def full(database_settings: DatabaseSettings) -> DatabaseSettings:
    """A database with a history."""

    async def fill() -> None:
        async with Database(database_settings) as database:
            async with database.write() as session:
                for statement in (_INTENTS, _HOLDINGS):
                    await session.run(text(statement))
            async with database.write() as session:
                await session.run(text("ANALYZE"))

    asyncio.run(fill())
    return database_settings


def scanned(
    settings: DatabaseSettings, table: str, read: Callable[[ReadSession], Awaitable[Any]]
) -> tuple[int, Any]:
    """Count the rows that were read one after the other, and give what was found."""

    async def run() -> tuple[int, Any]:
        async with Database(settings) as database, database.read() as session:
            alone = "SELECT set_config('max_parallel_workers_per_gather', '0', true)"
            await session.scalar(text(alone))
            found = await read(session)
            counted = "SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = :table"
            return await session.scalar(text(counted), {"table": table}), found

    return asyncio.run(run())


def test_what_is_under_way_is_found_among_all_that_was(full: DatabaseSettings) -> None:
    count, found = scanned(full, "intents", lambda s: limits.under_way(s, GOLD))
    assert (count, len(found)) == (0, 3)
    assert State.REQUESTED not in limits.SENT, "it has not taken anything yet"


def test_what_somebody_asked_for_is_paged_by_index(full: DatabaseSettings) -> None:
    """All intents are one requester's; a page reads no more of them than it shows."""
    count, found = scanned(full, "intents", lambda s: intents.listed(s, "u", None, 10))
    assert (count, len(found)) == (0, 10)
    place = (found[-1].created_at, found[-1].id)
    count, more = scanned(full, "intents", lambda s: intents.listed(s, "u", place, 10))
    assert (count, len(more)) == (0, 10)
    assert max((each.created_at, each.id) for each in more) < place


@pytest.mark.parametrize("offset", [None, ROWS, ROWS // 2, ROWS + 100])
def test_a_balance_of_then_is_found_as_one_of_now(
    full: DatabaseSettings, offset: int | None
) -> None:
    wanted = Selected(owners=(ALICE,), token=None, offset=offset)
    count, found = scanned(full, "holdings", lambda s: reading.balances_page(s, wanted, None, 10))
    own = [g for g in range(1000, ROWS + 1, 1000) if offset is None or g <= offset]
    lasting = [g for g in own if g % 3 or (offset is not None and g + 100 > offset)]
    assert (count, [each.holdings for each in found]) == (0, [len(lasting)])

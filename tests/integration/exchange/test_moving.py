"""Treasuries on another participant, or set back: nothing is read twice, lost, or out of order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cantata.exchange.history.recorded import updates_in
from cantata.exchange.history.state import History, State
from cantata.exchange.model.journal import Book
from cantata.exchange.projection.books import Books
from cantata.exchange.projection.deposits import Deposits
from cantata.exchange.projection.treasury import TreasuryHistory
from cantata.exchange.projection.withdrawals import Withdrawals
from cantata.exchange.reconciliation import repository as reconciliation
from cantata.exchange.reconciliation.errors import TreasuriesAhead
from cantata.exchange.reconciliation.service import TreasuryReconciler
from cantata.exchange.repository import history, journal, treasuries
from cantata.exchange.repository.moving import TreasuryOffsets
from cantata.ingestion.resync import resync
from cantata.ingestion.service import Ingester
from cantata.kernel.ids import PartyId
from cantata.kernel.time import SystemClock
from cantata.ledger.model.events import ActiveContract
from cantata.ledger.model.updates import Transaction, Update
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from tests.integration.exchange.test_treasury_history import RECORDED, _treasury

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="../shared/data/amulet/state (recorded histories) is absent"
)


def _reconciler(database: Database) -> TreasuryReconciler:
    """Give one that asks no ledger."""

    def nothing(party: PartyId, offset: int) -> AsyncGenerator[ActiveContract, None]:
        raise AssertionError("the ledger is not asked")

    return TreasuryReconciler(database, nothing, SystemClock())


@dataclass(frozen=True)
class Recorded:
    """A participant that has a recorded history, at offsets of its own."""

    updates: Sequence[Update]

    async def follow(self, begin: int, end: int | None = None) -> AsyncGenerator[Update, None]:
        for each in self.updates:
            if begin < each.offset and (end is None or each.offset <= end):
                yield each

    async def snapshot(self, at: int) -> AsyncGenerator[ActiveContract, None]:
        assert at < 0, "nobody asks for it"
        return
        yield

    async def end(self) -> int:
        return self.updates[-1].offset

    async def pruned(self) -> int:
        return 0

    async def update_id_at(self, offset: int) -> str | None:
        return None


def recorded(name: str) -> tuple[PartyId, list[Update]]:
    path = Path(RECORDED, f"updates-{name}-LEDGER_EFFECTS.json")
    content = json.loads(path.read_text(encoding="utf-8"))
    return PartyId(content["party"]), list(updates_in(content, path.name))


def elsewhere(updates: Sequence[Update], place: Callable[[int], int]) -> Recorded:
    """Give the same updates at other offsets, in the same order."""
    return Recorded([_at(each, place(number)) for number, each in enumerate(updates)])


def _at(update: Update, offset: int) -> Update:
    moved: Any = replace(update, offset=offset)
    if isinstance(moved, Transaction):
        events = tuple(replace(event, offset=offset) for event in moved.events)
        moved = replace(moved, events=events)
    return moved  # type: ignore[no-any-return] # the same kind of update


async def ingest(database: Database, source: Recorded, most: int | None = None) -> Ingester:
    clock = SystemClock()
    books = Books([Deposits(clock), Withdrawals(clock)])
    ingester = Ingester(database, [], [TreasuryHistory([books])])
    found = await ingester.begin()
    left = [each for each in source.updates if each.offset > found.cursor.offset][:most]
    for start in range(0, len(left), 5):
        await ingester.apply(left[start : start + 5])
    return ingester


PAID = "extra-dave"
"""Who was paid most often in the recorded histories."""
BOOKED = (
    "SELECT e.occasion, e.reference, e.at, p.kind, p.name, p.admin, p.instrument, p.amount"
    " FROM journal_entries e JOIN journal_postings p ON p.entry = e.number"
    " ORDER BY e.occasion, e.reference, p.position"
)
DEPOSITED = "SELECT id, state, amount, memo, update_id, node_id FROM exchange_deposits ORDER BY id"
LISTED = (
    "SELECT update_id, node_id, position, kind, status, amount FROM exchange_entries"
    " ORDER BY record_time, position"
)


async def outcome(database: Database, party: PartyId) -> dict[str, Any]:
    async with database.read() as session:
        found: dict[str, Any] = {
            query: [tuple(row) for row in await session.all(text(query))]
            for query in (BOOKED, DEPOSITED, LISTED)
        }
        found["held"] = {h.contract_id for h in await history.holdings(session, party, 10_000)}
        totals = await history.totals(session, party)
        assert await journal.balances(session, Book.treasury(party)) == totals
    return found


def test_the_same_books_whatever_happens_to_the_participant(
    database_settings: DatabaseSettings,
) -> None:
    party, updates = recorded(PAID)
    here = Recorded(updates)
    lower = elsewhere(updates, lambda number: number + 1)
    higher = elsewhere(updates, lambda number: 10**6 + 7 * number)
    half, most = len(updates) // 2, len(updates)
    oracle = History(State(party))
    entries = [entry for update in updates for entry in oracle.add(update)]

    async def story(steps: Sequence[tuple[Recorded, int]]) -> dict[str, Any]:
        async with Database(database_settings) as database:
            async with database.write() as session:
                for table in TABLES:
                    await session.run(text(f"TRUNCATE {table} CASCADE"))
                await treasuries.add(session, _treasury(party))
            for number, (source, count) in enumerate(steps):
                ingester = await ingest(database, here, 0) if number else None
                if ingester is not None:
                    after = await resync(
                        database, source, ingester.projections, None, [TreasuryOffsets()]
                    )
                    assert after.offset in {each.offset for each in source.updates}
                await ingest(database, source, count)
            found = await outcome(database, party)
            async with database.read() as session:
                end = steps[-1][0].updates[-1].offset
                state = await reconciliation.state_at(session, party, end)
            assert set(state.holdings) == found["held"]
        return found

    async def main() -> None:
        plain = await story([(here, most)])
        assert min(map(len, plain.values())) > 0
        assert [row[:3] for row in plain[LISTED]] == [
            (entry.update_id, entry.node_id, entry.position) for entry in entries
        ]
        assert await story([(here, half), (lower, most)]) == plain
        assert await story([(here, half), (higher, most)]) == plain
        assert await story([(lower, 3), (higher, 4), (lower, 2), (here, most)]) == plain

    asyncio.run(main())


TABLES = (
    *("exchange_treasuries", "exchange_deposits", "exchange_entries", "exchange_withdrawals"),
    *("journal_entries", "journal_postings", "journal_balances"),
    *("ingestion_cursors", "ingestion_updates", "ingestion_projections", "outbox"),
)


@pytest.mark.parametrize("place", [0, 3, -2, -1])
def test_what_is_ingested_again_changes_nothing(
    database_settings: DatabaseSettings, place: int
) -> None:
    party, updates = recorded(PAID)
    here, lower = Recorded(updates), elsewhere(updates, lambda number: number + 1)
    times = [each.record_time for each in updates if isinstance(each, Transaction)]
    moment = times[place]

    async def main() -> None:
        async with Database(database_settings) as database:
            async with database.write() as session:
                await treasuries.add(session, _treasury(party))
            ingester = await ingest(database, here)
            before = await outcome(database, party)
            for source in (here, lower, lower):
                await resync(database, source, ingester.projections, moment, [TreasuryOffsets()])
                if place != -1:
                    with pytest.raises(TreasuriesAhead):
                        await _reconciler(database).run()
                await ingest(database, source)
                assert await outcome(database, party) == before

    asyncio.run(main())

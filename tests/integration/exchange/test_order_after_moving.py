"""Lists after ingestion went on elsewhere: the order of the ledger's time, and no row twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from sqlalchemy import insert, text

from cantata.exchange.repository import deposits, reading, treasuries
from cantata.exchange.repository.deposits import Filter
from cantata.exchange.repository.moving import TreasuryOffsets
from cantata.exchange.repository.tables import ENTRIES
from cantata.ingestion.resync import resync
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.ledger.model.updates import Transaction, Update
from cantata.storage.database import Database
from cantata.storage.session import ReadSession
from cantata.storage.settings import DatabaseSettings
from tests.integration.exchange.test_moving import (
    PAID,
    Recorded,
    elsewhere,
    ingest,
    pytestmark,
    recorded,
)
from tests.integration.exchange.test_treasury_history import _treasury

__all__ = ("pytestmark",)

Rows = Sequence[tuple[object, ...]]
AT = Timestamp.parse("2026-01-01T00:00:00Z")
TREASURY = PartyId("treasury::1220" + "ab" * 32)
SIZE = 2


async def deposited(session: ReadSession, last: tuple[Timestamp, UUID] | None = None) -> Rows:
    """Page through all deposits after a place, as a caller of the API does."""
    found: list[tuple[object, ...]] = []
    while True:
        page = await deposits.page(session, Filter(), last, SIZE)
        found += [(each.id, each.record_time) for each in page]
        if len(page) < SIZE:
            return found
        last = (page[-1].record_time, page[-1].id)


async def posted(session: ReadSession, last: tuple[int, int] | None = None) -> Rows:
    found: list[tuple[object, ...]] = []
    while True:
        page = await reading.lines(session, None, None, last, SIZE)
        found += [(each.occasion, each.reference, each.position, each.at) for each in page]
        if len(page) < SIZE:
            return found
        last = (page[-1].number, page[-1].position)


async def stepped(session: ReadSession, party: PartyId, updates: Sequence[Update]) -> Rows:
    named = [each.update_id for each in updates if isinstance(each, Transaction)]
    found = await reading.steps(session, party, named, None)
    return [(each.update_id, each.node_id, each.kind) for each in found]


def test_lists_go_on_where_they_were(database_settings: DatabaseSettings) -> None:
    """The first page is read before the move, the next one after it, with the place from before."""
    party, updates = recorded(PAID)
    here = Recorded(updates)
    places: Sequence[Callable[[int], int]] = (
        lambda number: number + 1,
        lambda number: 10**6 + 7 * number,
    )

    async def main() -> None:
        async with Database(database_settings) as database:
            async with database.write() as session:
                await treasuries.add(session, _treasury(party))
            ingester = await ingest(database, here, 2 * len(updates) // 3)
            async with database.read() as session:
                first = await deposits.page(session, Filter(), None, SIZE)
                lines = await reading.lines(session, None, None, None, SIZE)
                before = await deposited(session), await posted(session)
            assert len(before[0]) > SIZE
            for place in places:
                there = elsewhere(updates, place)
                await resync(database, there, ingester.projections, None, [TreasuryOffsets()])
                async with database.read() as session:
                    rest = await deposited(session, (first[-1].record_time, first[-1].id))
                    assert rest == before[0][SIZE:]
                    later = await posted(session, (lines[-1].number, lines[-1].position))
                    assert later == before[1][SIZE:]
            await ingest(database, there)
            async with database.read() as session:
                everything = await deposited(session)
                assert len(everything) > len(before[0])
                times = [row[1] for row in everything]
                assert times == sorted(times, reverse=True)  # type: ignore[type-var]
                assert len(set(everything)) == len(everything)
                assert (await posted(session))[-len(before[1]) :] == before[1]
                moved = await stepped(session, party, updates)
        assert moved == await _in_order(party, updates, database_settings)

    asyncio.run(main())


async def _in_order(
    party: PartyId, updates: Sequence[Update], database_settings: DatabaseSettings
) -> Rows:
    """The steps as one reads them who never moved."""
    async with Database(database_settings) as database, database.read() as session:
        rows = await session.all(
            text(
                "SELECT update_id, node_id, kind FROM exchange_entries"
                " ORDER BY record_time, position"
            )
        )
    return [tuple(row) for row in rows][: reading.STEPS_MAX]


async def entered(database: Database, rows: Sequence[tuple[str, int, Timestamp]]) -> None:
    plain = dict.fromkeys(
        ("kind", "status", "sender", "receiver", "admin", "instrument", "memo", "instruction"), ""
    )
    content = {"created": [], "archived": [], "choice": "", "template": "", "package": ""}
    for update_id, offset, at in rows:
        async with database.write() as session:
            await session.run(
                insert(ENTRIES).values(
                    **plain,
                    treasury=TREASURY,
                    ledger_offset=offset,
                    position=0,
                    node_id=0,
                    update_id=update_id,
                    record_time=at,
                    original_instruction="",
                    content={**content, "actors": []},
                )
            )


def played(settings: DatabaseSettings, play: Callable[[Database], Awaitable[None]]) -> None:
    async def main() -> None:
        async with Database(settings) as database:
            await play(database)

    asyncio.run(main())


def test_offsets_are_shifted_wherever_their_rows_are(database_settings: DatabaseSettings) -> None:
    """A row may take the offset of one that was not shifted yet."""

    async def play(database: Database) -> None:
        await entered(database, [("second", 12, AT), ("first", 11, AT), ("third", 13, AT)])
        async with database.write() as session:
            await TreasuryOffsets().moved(session, 13, 12)
        async with database.read() as session:
            found = await reading.steps(session, TREASURY, ["first", "second", "third"], None)
        assert [(each.update_id, each.offset) for each in found] == [
            ("first", 10),
            ("second", 11),
            ("third", 12),
        ]

    played(database_settings, play)


def test_time_comes_before_offsets(database_settings: DatabaseSettings) -> None:
    """What was written at another participant's offsets stays where the ledger's time has it."""

    async def play(database: Database) -> None:
        rows = [("late", 3, Timestamp(AT.microseconds + 2)), ("early", 900, AT), ("same", 901, AT)]
        await entered(database, rows)
        async with database.read() as session:
            found = await reading.steps(session, TREASURY, ["late", "early", "same"], None)
        assert [each.update_id for each in found] == ["early", "same", "late"]

    played(database_settings, play)

"""Ingestion moves the cursor and the projections together, and stops where it must."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy import text

from cantata.ingestion import repository
from cantata.ingestion.catchup import CatchUp
from cantata.ingestion.errors import (
    CursorMoved,
    IngestionHalted,
    LedgerBehind,
    LedgerForeign,
    OffsetPassed,
    ProjectionUnknown,
    ResyncImpossible,
    SecondSynchronizer,
    UnsupportedUpdate,
)
from cantata.ingestion.resync import resync
from cantata.ingestion.runner import Runner, RunnerSettings
from cantata.ingestion.service import Ingester
from cantata.kernel.time import RelTime
from cantata.ledger.errors import Unreachable
from cantata.ledger.model.updates import Checkpoint, OtherUpdate, Transaction
from cantata.storage.database import Database
from cantata.storage.leadership import Leadership
from cantata.storage.settings import DatabaseSettings
from tests.integration.ingestion.history import (
    START,
    SYNCHRONIZER,
    TABLE,
    History,
    Seen,
    rows,
    transaction,
)

ALL = "SELECT contract_id, created, archived FROM seen ORDER BY contract_id"
FAST = RunnerSettings(failures_max=3, first_wait_ms=1, longest_wait_ms=10)
SECONDS_MAX = 20


@asynccontextmanager
async def prepared(settings: DatabaseSettings) -> AsyncIterator[Database]:
    async with Database(settings) as database:
        async with database.write() as session:
            await session.run(text(TABLE))
        yield database


def runner(database: Database, history: History, settings: RunnerSettings = FAST) -> Runner:
    ingester = Ingester(database, [Seen()])
    return Runner(ingester, history, Leadership(database.settings, "ingestion"), settings)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while not await condition():  # noqa: ASYNC110 - the database has to be asked
            await asyncio.sleep(0.01)


async def reached(database: Database) -> set[int]:
    async with database.read() as session:
        found = await repository.positions(session)
    return {found.cursor.offset, *found.reached.values()}


@asynccontextmanager
async def running(database: Database, history: History) -> AsyncIterator[None]:
    job = asyncio.create_task(runner(database, history).run())
    try:
        yield
        assert not job.done(), job.exception()
    finally:
        job.cancel()
        with suppress(asyncio.CancelledError):
            await job


async def caught_up(database: Database, history: History) -> None:
    async def there() -> bool:
        return await reached(database) == {history.last}

    await until(there)


def expected(history: History) -> list[tuple[object, ...]]:
    return [
        (contract, event.offset, history.archives.get(contract))
        for contract, event in sorted(history.active.items())
    ]


def test_rows_follow_the_history(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        history = History()
        history.grow(300)
        async with prepared(database_settings) as database:
            async with running(database, history):
                await caught_up(database, history)
                for _ in range(5):
                    history.grow(3)
                    await caught_up(database, history)
            assert await rows(database, ALL) == expected(history)
            updates = await rows(database, "SELECT count(*) FROM ingestion_updates")
            assert updates == [(sum(hasattr(u, "update_id") for u in history.updates),)]

    asyncio.run(main())


def test_it_goes_on_where_it_was(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        history = History()
        async with prepared(database_settings) as database:
            for _ in range(4):
                history.grow(30)
                async with running(database, history):
                    await caught_up(database, history)
            assert await rows(database, ALL) == expected(history)

    asyncio.run(main())


def test_a_time_is_an_offset(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        history = History()
        for offset in (3, 5, 9):
            history.add(transaction(offset))
        async with prepared(database_settings) as database, running(database, history):
            await caught_up(database, history)
            async with database.read() as session:
                found = [
                    await repository.offset_at(session, START + RelTime(microseconds=moment))
                    for moment in (2, 3, 8, 100)
                ]
            assert found == [0, 3, 5, 9]

    asyncio.run(main())


def test_checkpoints_move_time_and_place(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        later = START + RelTime(microseconds=500)
        history = History([transaction(3), Checkpoint(7, {SYNCHRONIZER: later, "other": START})])
        async with prepared(database_settings) as database, running(database, history):
            await caught_up(database, history)
            async with database.read() as session:
                cursor = await repository.load_cursor(session)
            assert (cursor.offset, cursor.update_id) == (7, f"1220{3:012x}")
            assert cursor.record_time == later

    asyncio.run(main())


@pytest.mark.parametrize(
    "bad,error",
    [
        (transaction(9, synchronizer="other::1220bb"), SecondSynchronizer),
        (OtherUpdate("Reassignment", 9), UnsupportedUpdate),
        (transaction(1), OffsetPassed),
    ],
)
def test_what_must_not_be_ingested_halts(
    database_settings: DatabaseSettings, bad: object, error: type[IngestionHalted]
) -> None:
    """Everything before it stays, nothing of it is written, and everybody sees why."""

    async def main() -> None:
        history = History([transaction(2), transaction(4)])
        async with prepared(database_settings) as database:
            async with running(database, history):
                await caught_up(database, history)
            history.updates.append(transaction(6))
            history.updates.append(bad)  # type: ignore[arg-type]
            history.last  # noqa: B018 - the order of a bad history is the point
            ingester = Ingester(database, [Seen()])
            await ingester.begin()
            with pytest.raises(error) as caught:
                await ingester.apply(history.updates[2:])
            await ingester.halt(caught.value)
            assert await reached(database) == {4}
            async with database.read() as session:
                halt = (await repository.positions(session)).halt
            assert halt is not None
            assert halt.code == caught.value.code

    asyncio.run(main())


def test_a_halt_ends_the_process(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        history = History([transaction(2), transaction(4, synchronizer="other::1220bb")])
        async with prepared(database_settings) as database:
            with pytest.raises(SecondSynchronizer):
                await runner(database, history).run()
            async with database.read() as session:
                found = await repository.positions(session)
            assert found.halt is not None
            history.updates.pop()
            async with running(database, history):
                await caught_up(database, history)
                history.add(transaction(5))
                await caught_up(database, history)
            async with database.read() as session:
                assert (await repository.positions(session)).halt is None

    asyncio.run(main())


def test_another_ledger_is_refused(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        history = History([transaction(2), transaction(4)])
        async with prepared(database_settings) as database:
            async with running(database, history):
                await caught_up(database, history)
            with pytest.raises(LedgerForeign, match="CANTATA_LEDGER_URL"):
                await runner(database, History([transaction(3), transaction(5)])).run()
            with pytest.raises(LedgerBehind):
                await runner(database, History([transaction(2)])).run()

    asyncio.run(main())


def test_failures_are_bounded(database_settings: DatabaseSettings) -> None:
    class Down(History):
        asked = 0

        async def end(self) -> int:
            self.asked += 1
            raise Unreachable("nobody there")

    async def main() -> None:
        async with prepared(database_settings) as database:
            history = Down()
            with pytest.raises(Unreachable):
                await runner(database, history).run()
            assert history.asked == FAST.failures_max + 1

    asyncio.run(main())


def test_two_never_write_the_same(database_settings: DatabaseSettings) -> None:
    """Even without a lead, the cursor's row lets only one of two go on."""

    async def main() -> None:
        history = History([transaction(2), transaction(4)])
        async with prepared(database_settings) as database:
            one, two = Ingester(database, [Seen()]), Ingester(database, [Seen()])
            await one.begin()
            await two.begin()
            await one.apply(history.updates[:1])
            with pytest.raises(CursorMoved):
                await two.apply(history.updates[:1])
            await two.begin()
            await two.apply(history.updates[1:])
            assert await reached(database) == {4}

    asyncio.run(main())


def test_a_rebuilt_projection_is_as_before(database_settings: DatabaseSettings) -> None:
    """While it is rebuilt, ingestion goes on."""

    async def main() -> None:
        history = History()
        history.grow(600)
        async with prepared(database_settings) as database, running(database, history):
            await caught_up(database, history)
            before = await rows(database, ALL)
            work = CatchUp(database, history, [Seen()])
            rebuild = asyncio.create_task(work.rebuild("seen"))
            while not rebuild.done():
                history.grow(1)
                await asyncio.sleep(0.005)
            await rebuild
            await caught_up(database, history)
            after = await rows(database, ALL)
            known = {row[0]: row for row in after}
            assert [row[:2] for row in before] == [known[row[0]][:2] for row in before]
            assert after == expected(history)
            with pytest.raises(ProjectionUnknown, match="seen"):
                await work.rebuild("nothing")

    asyncio.run(main())


def test_a_new_projection_catches_up_by_itself(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        history = History()
        history.grow(400)
        async with prepared(database_settings) as database:
            without = Ingester(database, [])
            await without.begin()
            await without.apply(history.updates)
            async with running(database, history):
                history.grow(10)
                await caught_up(database, history)
            assert await rows(database, ALL) == expected(history)

    asyncio.run(main())


def test_a_pruned_ledger_begins_with_what_is_active(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        history = History()
        history.grow(200)
        history.gone = at = history.last - 20
        async with prepared(database_settings) as database:
            async with running(database, history):
                await caught_up(database, history)
                at = history.last
                history.grow(40)
                await caught_up(database, history)
            there = [row for row in expected(history) if row[2] is None or int(str(row[2])) > at]
            assert await rows(database, ALL) == there

    asyncio.run(main())


def test_another_participant_is_found_by_time(database_settings: DatabaseSettings) -> None:
    """Its offsets are others; updates keep their ids and record times."""

    async def main() -> None:
        here, there = History(), History(base=1_000)
        here.grow(120, seed=3)
        there.grow(120, seed=3)
        assert [row[0] for row in expected(here)] == [row[0] for row in expected(there)]
        async with prepared(database_settings) as database:
            first = Ingester(database, [Seen()])
            await first.begin()
            await first.apply(here.updates[:70])
            with pytest.raises(ResyncImpossible):
                await resync(database, History(there.updates[:60], base=1_000), first.projections)
            after = await resync(database, there, first.projections)
            assert after.offset == first.cursor.offset + 1_000
            async with running(database, there):
                await caught_up(database, there)
            assert await rows(database, ALL) == expected(there)

    asyncio.run(main())


def test_a_time_names_the_place(database_settings: DatabaseSettings) -> None:
    """What was ingested after it is ingested again, and everything is as the ledger says."""

    async def main() -> None:
        history = History()
        history.grow(120, seed=5)
        transactions = [each for each in history.updates if isinstance(each, Transaction)]
        async with prepared(database_settings) as database:
            async with running(database, history):
                await caught_up(database, history)
            projections = Ingester(database, [Seen()]).projections
            for place in (0, 40, 119):
                moment = transactions[place].record_time
                assert moment is not None
                after = await resync(database, history, projections, moment)
                assert after.offset == transactions[place].offset
                assert after.update_id == transactions[place].update_id
                async with running(database, history):
                    await caught_up(database, history)
                assert await rows(database, ALL) == expected(history)
            early = await resync(database, history, projections, START)
            assert (early.offset, early.update_id) == (0, "")
            history.gone = transactions[5].offset
            with pytest.raises(ResyncImpossible, match="any update up to"):
                await resync(database, history, projections, START)

    asyncio.run(main())

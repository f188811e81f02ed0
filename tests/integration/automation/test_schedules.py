"""A schedule runs when it is due, in one process, and commits with the note of its run."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from cantata.automation.schedules import repository
from cantata.automation.schedules.runner import Schedule, ScheduleRunner
from cantata.kernel.errors import CantataError
from cantata.kernel.time import ManualClock, RelTime, Timestamp
from cantata.storage.database import Database
from cantata.storage.session import WriteSession
from cantata.storage.settings import DatabaseSettings

START = Timestamp.parse("2026-01-01T00:00:00Z")
EVERY = RelTime.of(minutes=5)


async def count(session: WriteSession, now: Timestamp) -> None:
    await session.run(text("INSERT INTO runs VALUES (1)"))


async def fail(session: WriteSession, now: Timestamp) -> None:
    await count(session, now)
    raise CantataError("it went wrong")


async def runs(database: Database) -> int:
    async with database.read() as session:
        return int(await session.scalar(text("SELECT count(*) FROM runs")) or 0)


def test_schedules(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        async with Database(database_settings) as database:
            async with database.write() as session:
                await session.run(text("CREATE TABLE runs (one integer)"))
            clock = ManualClock(START)
            schedule = Schedule("tidy", EVERY, count)
            two = [ScheduleRunner(database, [schedule], clock) for _ in range(2)]
            for expected in (1, 2):
                ran = await asyncio.gather(*(runner.run_due() for runner in two * 3))
                assert sorted(ran).count(True) == 1
                assert await runs(database) == expected
                clock.advance(EVERY)

    asyncio.run(main())


def test_a_failed_run_leaves_nothing_but_its_reason(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        async with Database(database_settings) as database:
            async with database.write() as session:
                await session.run(text("CREATE TABLE runs (one integer)"))
            clock = ManualClock(START)
            runner = ScheduleRunner(database, [Schedule("bad", EVERY, fail)], clock)
            assert await runner.run_due()
            assert not await runner.run_due()
            assert await runs(database) == 0
            async with database.read() as session:
                (found,) = await repository.all_of(session)
            assert found.due_at == START + EVERY
            assert "it went wrong" in found.failure

    asyncio.run(main())


def test_it_stops(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        async with Database(database_settings) as database:
            runner = ScheduleRunner(database, [], ManualClock(START))
            job = asyncio.create_task(runner.run())
            await asyncio.sleep(0.05)
            runner.stop()
            await asyncio.wait_for(job, 10)

    asyncio.run(main())

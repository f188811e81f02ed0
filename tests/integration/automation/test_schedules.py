"""A schedule runs when it is due, in one process, and commits with the note of its run."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from cantata.automation.schedules import repository
from cantata.automation.schedules.runner import Job, Schedule, ScheduleRunner
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


async def all_due(runner: ScheduleRunner) -> None:
    """Run what is due, and let jobs begin."""
    while await runner.run_due():  # noqa: ASYNC110 - it runs one at a time
        await asyncio.sleep(0)


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


def test_a_job_runs_beside_schedules_and_once_at_a_time(
    database_settings: DatabaseSettings,
) -> None:
    async def main() -> None:
        async with Database(database_settings) as database:
            async with database.write() as session:
                await session.run(text("CREATE TABLE runs (one integer)"))
            begun, may_end = 0, asyncio.Event()

            async def long() -> None:
                nonlocal begun
                begun += 1
                await may_end.wait()
                raise CantataError("it went wrong")

            clock = ManualClock(START)
            job = Job("long", EVERY, long)
            runner = ScheduleRunner(database, [Schedule("tidy", EVERY, count)], clock, [job])
            for expected in (1, 2):
                await all_due(runner)
                assert (begun, await runs(database)) == (1, expected)
                clock.advance(EVERY)
            may_end.set()
            await runner.finish()
            async with database.read() as seen:
                found = {each.name: each for each in await repository.all_of(seen)}
            assert "it went wrong" in found["long"].failure
            assert found["tidy"].failure == ""
            await all_due(runner)
            assert begun == 2

    asyncio.run(main())


def test_a_job_that_runs_is_cancelled_at_the_end(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        async with Database(database_settings) as database:
            begun, ended = asyncio.Event(), asyncio.Event()

            async def endless() -> None:
                begun.set()
                try:
                    await asyncio.Event().wait()
                finally:
                    ended.set()

            jobs = [Job("endless", EVERY, endless)]
            runner = ScheduleRunner(database, [], ManualClock(START), jobs)
            running = asyncio.create_task(runner.run())
            await asyncio.wait_for(begun.wait(), 10)
            runner.stop()
            await asyncio.wait_for(running, 10)
            assert ended.is_set()

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

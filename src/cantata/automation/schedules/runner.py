"""Runs schedules: of any number of processes, one runs a schedule that is due."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from cantata.automation.schedules import repository
from cantata.kernel.errors import CantataError
from cantata.kernel.time import Clock, RelTime, Timestamp
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.storage.database import Database
from cantata.storage.errors import StorageError
from cantata.storage.session import WriteSession

LOOK_MS = 1_000
"""How often a process looks what is due."""

FAILURE_CHARACTERS_MAX = 500

Work = Callable[[WriteSession, Timestamp], Awaitable[None]]
"""What a schedule does, in the transaction that notes its run: it commits with it or not at all."""

_log = events("automation")


@dataclass(frozen=True, slots=True)
class Schedule:
    """Work that is done again and again; `every` is the time between two runs."""

    name: str
    every: RelTime
    work: Work


@dataclass(frozen=True, slots=True)
class Job:
    """Work that takes long, and opens transactions of its own; it may be cancelled anywhere.

    Its run is noted when it begins, so a process that dies on it does it again when it is due.
    """

    name: str
    every: RelTime
    run: Callable[[], Awaitable[None]]


class ScheduleRunner:
    """Runs schedules that are due, one after the other, and jobs beside them."""

    def __init__(
        self,
        database: Database,
        schedules: Sequence[Schedule],
        clock: Clock,
        jobs: Sequence[Job] = (),
    ) -> None:
        self._database = database
        self._schedules = {schedule.name: schedule for schedule in schedules}
        self._jobs = {job.name: job for job in jobs}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._clock = clock
        self._stopping = asyncio.Event()
        self._is_made = False

    def stop(self) -> None:
        """Begin nothing more; `run` ends when the schedule that is running is done."""
        self._stopping.set()

    async def run(self) -> None:
        """Run schedules until told to stop; wait while the database is away."""
        try:
            await self._run()
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def finish(self) -> None:
        """Wait for the jobs that are running."""
        await asyncio.gather(*self._running.values())

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                while await self.run_due() and not self._stopping.is_set():
                    pass
            except StorageError as error:
                metrics.FAILURES.labels("schedules", error.code).inc()
            try:
                await asyncio.wait_for(self._stopping.wait(), LOOK_MS / 1_000)
            except TimeoutError:
                continue

    async def run_due(self) -> bool:
        """Run one schedule that is due; tell whether there was one."""
        names = (*self._schedules, *self._jobs)
        now = self._clock.now()
        if not self._is_made:
            async with self._database.write() as session:
                await repository.make(session, names, now)
            self._is_made = True
        try:
            async with self._database.write() as session:
                name = await repository.take(session, names, now)
                if name is None:
                    return False
                schedule = self._schedules.get(name) or self._jobs[name]
                if isinstance(schedule, Schedule):
                    try:
                        await schedule.work(session, now)
                    except CantataError as error:
                        raise _Failed(schedule, error) from error
                await repository.ran(session, name, now, now + schedule.every)
        except _Failed as failed:
            await self._note(failed, now)
            return True
        if isinstance(schedule, Job):
            self._start(schedule, now)
        return True

    def _start(self, job: Job, now: Timestamp) -> None:
        """Begin a job, unless the last run of it still goes on here."""
        if job.name not in self._running:
            task = asyncio.create_task(self._do(job, now))
            self._running[job.name] = task
            task.add_done_callback(lambda _: self._running.pop(job.name))

    async def _do(self, job: Job, now: Timestamp) -> None:
        try:
            await job.run()
        except CantataError as error:
            try:
                await self._note(_Failed(job, error), now)
            except StorageError as gone:
                metrics.FAILURES.labels("schedules", gone.code).inc()

    async def _note(self, failed: _Failed, now: Timestamp) -> None:
        schedule, error = failed.schedule, failed.error
        if isinstance(error, StorageError):
            raise error
        metrics.FAILURES.labels("schedules", error.code).inc()
        _log.error("schedule.failed", schedule=schedule.name, code=error.code)
        told = f"{error.code}: {error.message}"[:FAILURE_CHARACTERS_MAX]
        async with self._database.write() as session:
            await repository.ran(session, schedule.name, now, now + schedule.every, told)


class _Failed(Exception):
    """A schedule's work failed; what it did is rolled back."""

    def __init__(self, schedule: Schedule | Job, error: CantataError) -> None:
        super().__init__(schedule.name)
        self.schedule = schedule
        self.error = error

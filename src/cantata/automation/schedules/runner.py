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


class ScheduleRunner:
    """Runs what is due, one after the other."""

    def __init__(self, database: Database, schedules: Sequence[Schedule], clock: Clock) -> None:
        self._database = database
        self._schedules = {schedule.name: schedule for schedule in schedules}
        self._clock = clock
        self._stopping = asyncio.Event()
        self._is_made = False

    def stop(self) -> None:
        """Begin nothing more; `run` ends when what is running is done."""
        self._stopping.set()

    async def run(self) -> None:
        """Run schedules until told to stop; wait while the database is away."""
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
        names = tuple(self._schedules)
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
                schedule = self._schedules[name]
                try:
                    await schedule.work(session, now)
                except CantataError as error:
                    raise _Failed(schedule, error) from error
                await repository.ran(session, name, now, now + schedule.every)
        except _Failed as failed:
            await self._note(failed, now)
        return True

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

    def __init__(self, schedule: Schedule, error: CantataError) -> None:
        super().__init__(schedule.name)
        self.schedule = schedule
        self.error = error

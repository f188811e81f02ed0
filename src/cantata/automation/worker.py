"""A worker: claims rows, works on a bounded number at once, and drains when it is told to stop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from cantata.automation import repository
from cantata.automation.model import CLAIM_MAX, Intent
from cantata.kernel.time import Clock
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.storage.database import Database
from cantata.storage.errors import StorageError
from cantata.storage.listening import Bell

_log = events("automation")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """How a worker works: its name, how much at once, how long it sleeps without news."""

    name: str
    in_flight_max: int = 32
    idle_ms: int = 500
    failures_max: int = 20


class Stepper(Protocol):
    """Takes intents of some kinds a step further."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of intents that it can work on."""

    async def step(self, intent: Intent) -> None:
        """Take a claimed intent as far as it goes now."""


class Worker:
    """Works for ever, beside any number of others."""

    def __init__(
        self,
        database: Database,
        submitter: Stepper,
        bell: Bell,
        clock: Clock,
        settings: WorkerSettings,
    ) -> None:
        self._database = database
        self._submitter = submitter
        self._bell = bell
        self._clock = clock
        self._settings = settings
        self._stopping = asyncio.Event()
        self._slots = asyncio.Semaphore(settings.in_flight_max)
        self._jobs: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Claim nothing more; `run` ends when what is in flight is done."""
        self._stopping.set()
        self._bell.ring()

    async def run(self) -> None:
        """Work until told to stop; raise what keeps failing.

        What a worker of this name left when it was killed is taken up at once.
        """
        failures, begun = 0, False
        try:
            while not self._stopping.is_set():
                try:
                    if not begun:
                        await self._take_over()
                        begun = True
                    claimed = await self._claim()
                    failures = 0
                except StorageError:
                    failures += 1
                    if failures > self._settings.failures_max:
                        raise
                    claimed = ()
                for intent in claimed:
                    self._start(intent)
                if not claimed:
                    await self._bell.wait(self._settings.idle_ms)
        finally:
            await asyncio.gather(*self._jobs, return_exceptions=True)

    async def _take_over(self) -> None:
        async with self._database.write() as session:
            found = await repository.take_over(session, self._settings.name)
        if found:
            _log.info("worker.took_over", worker=self._settings.name, intents=found)

    async def _claim(self) -> tuple[Intent, ...]:
        """Take many rows at once, some of them ahead: a claim costs as much for one as for many."""
        while len(self._jobs) > self._settings.in_flight_max:
            await asyncio.wait(self._jobs, return_when=asyncio.FIRST_COMPLETED)
        async with self._database.write() as session:
            return await repository.claim(
                session,
                self._submitter.kinds,
                self._settings.name,
                self._clock.now(),
                CLAIM_MAX,
            )

    def _start(self, intent: Intent) -> None:
        job = asyncio.create_task(self._work(intent))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _work(self, intent: Intent) -> None:
        """Work on a row; what fails here leaves the row to its lease's end."""
        try:
            async with self._slots:
                if not self._stopping.is_set():
                    await self._submitter.step(intent)
        except StorageError as error:
            metrics.FAILURES.labels("automation", error.code).inc()
        except Exception:  # noqa: BLE001 - one row's trouble is not that of the others
            metrics.ALARMS.labels("step_failed").inc()
            _log.exception("step.failed", intent=str(intent.id))

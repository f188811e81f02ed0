"""A worker: claims rows, works on a bounded number at once, and drains when it is told to stop."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

from cantata.automation import repository
from cantata.automation.batches import repository as many
from cantata.automation.model import LEASE, Intent
from cantata.kernel.time import Clock, Timestamp
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.storage.database import Database
from cantata.storage.errors import StorageError
from cantata.storage.listening import Bell
from cantata.storage.session import WriteSession

_log = events("automation")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """How a worker works: its name, how much at once, how long it sleeps without news.

    `in_flight_max` bounds submissions that wait for the ledger, `steps_max` the intents that are
    worked on by themselves, each of which needs a connection of its own, `errands_max` the
    companies that are consulted, which others may take long to answer. After work it waits
    `gather_ms` for each intent that it claimed, at most `gather_ms_max`, so that what comes
    meanwhile is claimed together: alone an intent waits for nothing, and many cost little each.
    """

    name: str
    in_flight_max: int = 32
    steps_max: int = 6
    errands_max: int = 4
    gather_ms: int = 10
    gather_ms_max: int = 40
    idle_ms: int = 500
    failures_max: int = 20


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do for intents that are written down as sent; it holds no lease."""

    name: str
    run: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to do for leased intents before they can be sent; it tells what is to do then."""

    intents: Sequence[Intent]
    run: Callable[[], Awaitable[Dispatched]]


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What is to be done after the commit.

    For jobs no lease is needed; intents that are left need steps of their own, those of errands
    go on together. `claimed` is how many intents it is about.
    """

    jobs: Sequence[Job] = ()
    left: Sequence[Intent] = ()
    errands: Sequence[Errand] = ()
    claimed: int = 0

    @property
    def to_lease(self) -> Sequence[Intent]:
        """The intents that are worked on after the commit without being written down as sent."""
        return [*self.left, *(intent for errand in self.errands for intent in errand.intents)]


class Stepper(Protocol):
    """Takes intents of some kinds a step further."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of intents that it can work on."""

    async def step(self, intent: Intent) -> None:
        """Take a claimed intent as far as it goes now."""


@runtime_checkable
class Dispatcher(Protocol):
    """A stepper that takes many intents a step in the transaction that claims them."""

    async def dispatch(
        self, session: WriteSession, intents: Sequence[Intent], now: Timestamp
    ) -> Dispatched:
        """Move locked intents as far as the database goes."""


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
        self._sending = asyncio.Semaphore(settings.in_flight_max)
        self._stepping = asyncio.Semaphore(settings.steps_max)
        self._consulting = asyncio.Semaphore(settings.errands_max)
        self._jobs: set[asyncio.Task[None]] = set()
        self._untouched: list[Intent] = []

    def stop(self) -> None:
        """Claim nothing more; `run` ends when what is in flight is done.

        What was claimed and not begun is handed back at once.
        """
        self._stopping.set()
        self._bell.ring()

    async def run(self) -> None:
        """Work until told to stop; raise what keeps failing.

        What a worker of this name left when it was killed is taken up at once.
        """
        failures, begun = 0, False
        try:
            while not self._stopping.is_set():
                claimed = 0
                try:
                    if not begun:
                        await self._take_over()
                        begun = True
                    claimed = await self._round()
                    failures = 0
                except StorageError as error:
                    metrics.FAILURES.labels("automation", error.code).inc()
                    failures += 1
                    if failures > self._settings.failures_max:
                        raise
                if claimed:
                    await asyncio.sleep(self._gathering_ms(claimed) / 1_000)
                else:
                    await self._bell.wait(self._settings.idle_ms)
        finally:
            while self._jobs:
                await asyncio.gather(*self._jobs, return_exceptions=True)
            await self._hand_back()

    async def _take_over(self) -> None:
        async with self._database.write() as session:
            found = await repository.take_over(session, self._settings.name)
        if found:
            _log.info("worker.took_over", worker=self._settings.name, intents=found)

    def _gathering_ms(self, claimed: int) -> int:
        return min(self._settings.gather_ms * claimed, self._settings.gather_ms_max)

    async def _round(self) -> int:
        """Claim many rows at once and begin to work on them; give how many."""
        while len(self._jobs) > self._settings.in_flight_max:
            await asyncio.wait(self._jobs, return_when=asyncio.FIRST_COMPLETED)
        try:
            found = await self._dispatched()
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - whose mistake it is shows when each goes by itself
            _log.exception("dispatch.failed")
            metrics.ALARMS.labels("dispatch_failed").inc()
            found = await self._claimed()
        if found is None:
            return 0
        self._begin(found)
        return found.claimed

    def _begin(self, found: Dispatched) -> None:
        until = self._clock.now() + LEASE
        for job in found.jobs:
            self._start(self._send(job))
        for intent in found.left:
            step = functools.partial(self._submitter.step, intent)
            self._start(self._held(self._stepping, [intent], step, until))
        for errand in found.errands:
            run = functools.partial(self._run, errand)
            self._start(self._held(self._consulting, errand.intents, run, until))

    async def _run(self, errand: Errand) -> None:
        self._begin(await errand.run())

    async def _dispatched(self) -> Dispatched | None:
        """Take rows as far as one transaction goes, and lease those that need more."""
        stepper, now = self._submitter, self._clock.now()
        async with self._database.write() as session:
            intents = await many.due(session, stepper.kinds, now)
            if not intents:
                return None
            found = Dispatched(left=intents)
            if isinstance(stepper, Dispatcher):
                found = await stepper.dispatch(session, intents, now)
            await many.lease(session, found.to_lease, self._settings.name, now)
        return replace(found, claimed=len(intents))

    async def _claimed(self) -> Dispatched:
        """Lease rows to work on each by itself."""
        kinds, now = self._submitter.kinds, self._clock.now()
        async with self._database.write() as session:
            found = await many.claim(session, kinds, self._settings.name, now)
        return Dispatched(left=found, claimed=len(found))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        job = asyncio.create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _send(self, job: Job) -> None:
        """Do a job even while stopping: its intents are written down as sent."""
        async with self._sending:
            await self._guarded(job.run(), job.name)

    async def _held(
        self,
        turns: asyncio.Semaphore,
        intents: Sequence[Intent],
        work: Callable[[], Awaitable[None]],
        until: Timestamp,
    ) -> None:
        """Work on leased rows in turn; what fails here leaves them to their lease's end.

        When their turn comes after it, they are anybody's.
        """
        async with turns:
            if self._stopping.is_set():
                self._untouched.extend(intents)
            elif self._clock.now() < until:
                await self._guarded(work(), str(intents[0].id))

    async def _guarded(self, work: Awaitable[None], name: str) -> None:
        try:
            await work
        except StorageError as error:
            metrics.FAILURES.labels("automation", error.code).inc()
        except Exception:  # noqa: BLE001 - one row's trouble is not that of the others
            metrics.ALARMS.labels("step_failed").inc()
            _log.exception("step.failed", work=name)

    async def _hand_back(self) -> None:
        """Free at once what was claimed and not begun."""
        try:
            async with self._database.write() as session:
                await many.hand_back(session, self._untouched, self._settings.name)
        except StorageError as error:
            metrics.FAILURES.labels("automation", error.code).inc()

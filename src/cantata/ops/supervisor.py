"""Supervision: child processes that are started in order, restarted when they die, and stopped."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

from cantata.kernel.errors import CantataError
from cantata.kernel.time import Clock

STOP_SECONDS_MAX = 20
SAID_BYTES_MAX = 4_000
NS = 1_000_000_000


class ChildKeepsDying(CantataError):
    """A process died too often in a row; fields `name`, `status` and `said`, its last words."""

    code: ClassVar[str] = "CHILD_KEEPS_DYING"

    def __init__(self, name: str, status: int, said: str, log: Path) -> None:
        self.name = name
        self.status = status
        self.said = said
        last = said.strip().rpartition("\n")[2]
        super().__init__(
            f"{name} ended with {status} again and again" + (f": {last}" if last else ""),
            hint=f"its log is {log}; `cantata doctor` may know why",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How a child is restarted: after waits that double, up to the longest one.

    One that has once lived for `steady_ms` is restarted for ever; one that never did is given up
    after `deaths_max` deaths, because something is wrong with how it is started.
    """

    first_wait_ms: int = 100
    longest_wait_ms: int = 5_000
    steady_ms: int = 3_000
    deaths_max: int = 10

    def wait_ms(self, deaths: int) -> int:
        """Give how long to wait after so many deaths in a row."""
        return min(self.first_wait_ms << min(max(deaths - 1, 0), 16), self.longest_wait_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A process to keep alive; what it prints goes to the end of its log."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)


class Kept(Protocol):
    """Something that is started, may die, and is stopped: a process, or the database."""

    @property
    def name(self) -> str:
        """What it is called in messages."""

    async def start(self) -> None:
        """Start it, for the first time or again."""

    async def died(self) -> int:
        """Wait until it dies by itself; give its status."""

    async def stop(self) -> None:
        """End it, by force if it does not end in time."""

    def failure(self, status: int) -> CantataError:
        """Give the error that says it died too often."""


class ChildProcess:
    """A child process in a session of its own: Ctrl-C is for the supervisor alone."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self._process: asyncio.subprocess.Process | None = None

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return self.child.name

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        process = self._process
        return None if process is None or process.returncode is not None else process.pid

    async def start(self) -> None:
        """Start it."""
        self.child.log.parent.mkdir(parents=True, exist_ok=True)
        with self.child.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.child.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.child.environment},
                start_new_session=True,
            )

    async def died(self) -> int:
        """Wait until it dies; give its exit code, negative for a signal."""
        assert self._process is not None, "it was never started"
        return await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end, and end it if it does not."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)
        except TimeoutError:
            process.kill()
            await process.wait()

    def failure(self, status: int) -> CantataError:
        """Give the error that says it died too often, with its last words."""
        with self.child.log.open("rb") as log:
            log.seek(max(0, self.child.log.stat().st_size - SAID_BYTES_MAX))
            said = log.read().decode(errors="replace")
        return ChildKeepsDying(self.name, status, said, self.child.log)


Told = Callable[[str, int], None]
"""Is told the name of what died and its status, before it is started again."""


class Supervisor:
    """Keeps things alive, each by itself, until it is cancelled."""

    def __init__(self, clock: Clock, patience: Patience | None = None, *, told: Told) -> None:
        self._clock = clock
        self._patience = patience or Patience()
        self._told = told
        self._kept: list[Kept] = []
        self._jobs: list[asyncio.Task[None]] = []

    async def keep(self, kept: Kept) -> None:
        """Start something and restart it whenever it dies."""
        self._kept.append(kept)
        await kept.start()
        self._jobs.append(asyncio.create_task(self._watch(kept)))

    async def failed(self) -> None:
        """Wait until something cannot be kept alive, and raise why."""
        done, _ = await asyncio.wait(self._jobs, return_when=asyncio.FIRST_COMPLETED)
        for job in done:
            job.result()

    async def stop(self) -> None:
        """Stop everything, the last one first."""
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        while self._kept:
            await self._kept.pop().stop()

    async def _watch(self, kept: Kept) -> None:
        deaths, was_steady = 0, False
        while True:
            born = self._clock.monotonic_ns()
            status = await kept.died()
            lived_ms = (self._clock.monotonic_ns() - born) * 1_000 // NS
            is_steady = lived_ms >= self._patience.steady_ms
            deaths, was_steady = 1 if is_steady else deaths + 1, was_steady or is_steady
            self._told(kept.name, status)
            if deaths > self._patience.deaths_max and not was_steady:
                raise kept.failure(status)
            await asyncio.sleep(self._patience.wait_ms(deaths) / 1_000)
            await kept.start()

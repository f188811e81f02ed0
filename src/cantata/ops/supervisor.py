"""Supervision: child processes that are started in order, restarted when they die, and stopped."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, ClassVar

from cantata.kernel.errors import CantataError
from cantata.kernel.time import Clock
from cantata.ops.lifeline import lifeline

STOP_SECONDS_MAX = 20
SAID_BYTES_MAX = 4_000
LOG_BYTES_MAX = 16 << 20
"""A log that is larger when its process starts is put aside, in place of the one before it."""

NS = 1_000_000_000
_ERROR = re.compile(r"^[A-Z][A-Z_]+: ", re.ASCII)


class ChildFailed(CantataError):
    """A process does not stay alive; fields `name`, `status` and `said`, its last words."""

    code: ClassVar[str] = "CHILD_FAILED"

    def __init__(self, name: str, status: int, said: str, log: Path) -> None:
        self.name = name
        self.status = status
        self.said = said
        reason, remedy = last_words(said)
        super().__init__(
            f"{name} ended with {status}" + (f": {reason}" if reason else ""),
            hint=f"{remedy or '`cantata doctor` may know why'}; the log is {log}",
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
    descriptors: tuple[int, ...] = ()
    """What it inherits besides: the lock of the data folder, which lasts until it is gone."""


class ChildProcess:
    """A child process in a session of its own: Ctrl-C is for the supervisor alone.

    It ends by itself when the supervisor is killed.
    """

    def __init__(self, child: Child) -> None:
        self.child = child
        self._process: asyncio.subprocess.Process | None = None
        self._logged = 0

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
        line = lifeline()
        with self._log() as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.child.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **line.environment, **self.child.environment},
                pass_fds=(line.reader, *self.child.descriptors),
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
        """Give the error that says it does not stay alive, with its last words."""
        with self.child.log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self._logged, size - SAID_BYTES_MAX))
            said = log.read().decode(errors="replace")
        return ChildFailed(self.name, status, said, self.child.log)

    def _log(self) -> IO[bytes]:
        path = self.child.log
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LOG_BYTES_MAX:
            path.replace(path.with_suffix(".1.log"))
        log = path.open("ab")
        self._logged = log.tell()
        return log


Told = Callable[[str, int], None]
"""Is told the name of what died and its status, before it is started again."""


class Supervisor:
    """Keeps things alive, each by itself, until it is cancelled."""

    def __init__(self, clock: Clock, patience: Patience | None = None, *, told: Told) -> None:
        self._clock = clock
        self._patience = patience or Patience()
        self._told = told
        self._kept: list[ChildProcess] = []
        self._jobs: list[asyncio.Task[None]] = []

    async def keep(self, kept: ChildProcess, ready: Awaitable[None] | None = None) -> None:
        """Start a process and restart it whenever it dies.

        With `ready`, wait for that before; raise ChildFailed if the process dies meanwhile.
        """
        self._kept.append(kept)
        await kept.start()
        if ready is not None:
            await _first(kept, ready)
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

    async def _watch(self, kept: ChildProcess) -> None:
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


def last_words(said: str) -> tuple[str, str]:
    """Give the error that a process ended with, and its remedy, from what it printed."""
    lines = [line.strip() for line in said.strip().splitlines()]
    for number in range(len(lines) - 1, -1, -1):
        if _ERROR.match(lines[number]):
            return lines[number], " ".join(lines[number + 1 :])
    return (lines[-1] if lines else ""), ""


async def _first(kept: ChildProcess, ready: Awaitable[None]) -> None:
    """Wait until a process is ready; raise what it says if it dies first."""
    waiting, dying = asyncio.ensure_future(ready), asyncio.ensure_future(kept.died())
    try:
        await asyncio.wait((waiting, dying), return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            raise kept.failure(dying.result())
        waiting.result()
    finally:
        for job in (waiting, dying):
            job.cancel()
        await asyncio.gather(waiting, dying, return_exceptions=True)

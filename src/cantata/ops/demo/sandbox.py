"""A sandbox as a child process: started, awaited, stopped with whatever happens here."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import IO, ClassVar

from cantata.kernel.errors import CantataError
from cantata.ops.lifeline import lifeline
from cantata.ops.ports import HOST, require_free

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 15
SAID_CHARACTERS_MAX = 2_000


class SandboxFailed(CantataError):
    """The sandbox did not start, or ended by itself."""

    code: ClassVar[str] = "SANDBOX_FAILED"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox that can be reached."""

    url: str
    process: asyncio.subprocess.Process
    errors: IO[bytes]

    async def ended(self) -> SandboxFailed:
        """Wait until the sandbox ends by itself; give what it said."""
        status = await self.process.wait()
        return _failure(f"the sandbox ended with {status}", self.errors)


@asynccontextmanager
async def sandbox(port: int, store: str = "") -> AsyncGenerator[Sandbox, None]:
    """Run `cantata sandbox` until the block ends; without `store` it chooses its own.

    Raise `PortInUse`, or `SandboxFailed` with what it says if it does not start.
    """
    require_free(
        "the sandbox",
        HOST,
        port,
        "choose another port (--port N), or play on the ledger that is there"
        f" (--url http://{HOST}:{port})",
    )
    arguments = ["--port", str(port), *(("--store", store) if store else ())]
    with tempfile.TemporaryFile() as errors:
        line = lifeline()
        # A session of its own: Ctrl-C in the terminal is for this process, which then stops it.
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cantata", "sandbox", *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env={**os.environ, **line.environment, "NO_COLOR": "1"},
            pass_fds=(line.reader,),
            start_new_session=True,
        )
        try:
            yield Sandbox(await _ready(process, errors), process, errors)
        finally:
            await _stop(process)


async def _ready(process: asyncio.subprocess.Process, errors: IO[bytes]) -> str:
    """Give the address, which is the last word of the first line that the sandbox prints."""
    assert process.stdout is not None, "the output is a pipe"
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_SECONDS_MAX)
    except TimeoutError:
        late = f"the sandbox was not ready within {START_SECONDS_MAX} seconds"
        raise _failure(late, errors) from None
    if not line:
        await process.wait()
        raise _failure("the sandbox did not start", errors)
    return line.decode().split()[-1]


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Ask the process to end, and end it if it does not."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)
    except TimeoutError:
        process.kill()
        await process.wait()


def _failure(what: str, errors: IO[bytes]) -> SandboxFailed:
    """Give the error with what the process said: its own error, then its hint."""
    errors.seek(0)
    said = errors.read(SAID_CHARACTERS_MAX).decode(errors="replace").strip()
    reason, _, hint = said.partition("\n")
    return SandboxFailed(f"{what}: {reason}" if reason else what, hint=hint)

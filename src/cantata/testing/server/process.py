"""A sandbox as a process of its own: started on a free port, stopped by its process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import IO, Any, ClassVar

from cantata.kernel.errors import CantataError
from cantata.kernel.time import Clock, SystemClock
from cantata.testing.server.sandbox import Sandbox

COMMAND = (sys.executable, "-c", "from cantata.cli import main; main()", "sandbox")

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 15
SAID_BYTES_MAX = 4_000

_LOOK_MS = 10
_NS_OF_SECOND = 1_000_000_000


class SandboxFailed(CantataError):
    """A sandbox did not start; `said` is the end of what it wrote."""

    code: ClassVar[str] = "SANDBOX_FAILED"

    def __init__(self, reason: str, said: str) -> None:
        super().__init__(f"the sandbox {reason}: {said.strip() or 'it said nothing'}")
        self.said = said


@contextmanager
def running(*arguments: str, clock: Clock | None = None) -> Iterator[Sandbox]:
    """Run a sandbox with its control on a free port of the loopback until the block ends.

    `arguments` are more options of `cantata sandbox`. Raise `SandboxFailed` if it does not start.
    """
    with TemporaryDirectory(prefix="cantata-sandbox-") as folder:
        process = _Process(Path(folder), arguments, clock or SystemClock())
        try:
            yield process.wait_until_ready()
        finally:
            process.stop()


class _Process:
    """One process, with what it writes and where it says that it is ready."""

    def __init__(self, folder: Path, arguments: Sequence[str], clock: Clock) -> None:
        self._ready = folder / "ready.json"
        self._said = folder / "said.txt"
        self._clock = clock
        with self._said.open("wb") as said:
            self._process = self._start(arguments, said)

    def wait_until_ready(self) -> Sandbox:
        """Give the sandbox once it can be reached."""
        end = self._clock.monotonic_ns() + START_SECONDS_MAX * _NS_OF_SECOND
        while not self._ready.exists():
            if self._process.poll() is not None:
                raise SandboxFailed(f"ended with {self._process.returncode}", self._words())
            if self._clock.monotonic_ns() > end:
                raise SandboxFailed(f"was not ready in {START_SECONDS_MAX} s", self._words())
            Event().wait(_LOOK_MS / 1_000)
        ready: Mapping[str, Any] = json.loads(self._ready.read_text(encoding="utf-8"))
        return Sandbox(ready["url"], ready["participantId"], self._process.pid)

    def stop(self) -> None:
        """End this process, in good order if it lets itself be asked."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self, arguments: Sequence[str], said: IO[bytes]) -> subprocess.Popen[bytes]:
        options = ("--port", "0", "--control", "--ready-file", str(self._ready))
        return subprocess.Popen(  # noqa: S603 - our own program
            [*COMMAND, *options, *arguments], stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )

    def _words(self) -> str:
        return self._said.read_bytes()[-SAID_BYTES_MAX:].decode("utf-8", "replace")

"""`cantata up` as a process, and the ids of what it keeps alive."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.integration.world import ROOT

START_SECONDS_MAX = 300
STOP_SECONDS_MAX = 120
POSTGRESQL = "postgresql"
LIMITED = ("onboard", "mint", "transfer", "burn", "write")

_NAMES = {"sandbox": "sandbox", "ingest": "ingestion", "worker": "worker", "serve": "api"}
"""What each process is called, by the first argument that it was started with."""

_AT_WORK = {
    "sandbox": b" is ready at ",
    "ingestion": b'"leading"',
    "worker": b'"worker.started"',
    "api": b'"api.started"',
}
"""What the log of a process says once it does its work."""


@dataclass(frozen=True)
class Platform:
    """A running platform."""

    process: subprocess.Popen[bytes]
    folder: Path
    ledger_url: str
    api_url: str
    _said: dict[str, int] = field(default_factory=dict)

    @property
    def database_url(self) -> str:
        """The address of the embedded database, which stays the same."""
        return f"postgresql://postgres:@/postgres?host={self.folder / 'postgres'}"

    def pid(self, name: str) -> int | None:
        """Give the id of a process that runs at the moment."""
        if name == POSTGRESQL:
            return _postmaster(self.folder / "postgres" / "postmaster.pid")
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for child in children.read_text(encoding="ascii").split():
            if _name(int(child)) == name:
                return int(child)
        return None

    def is_at_work(self, name: str) -> bool:
        """Tell whether a process has begun its work since it was killed, and is alive."""
        if self.pid(name) is None:
            return False
        if name == POSTGRESQL:
            with suppress(psycopg.Error), psycopg.connect(self.database_url, connect_timeout=1):
                return True
            return False
        return _AT_WORK[name] in self._log(name).read_bytes()[self._said.get(name, 0) :]

    def kill(self, name: str) -> bool:
        """Kill a process that is at work, without a chance to tidy up; tell whether there was."""
        pid = self.pid(name) if self.is_at_work(name) else None
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            if name != POSTGRESQL:
                self._said[name] = self._log(name).stat().st_size
            return True
        return False

    def _log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"


@contextmanager
def platform(folder: Path, *arguments: str, status: int = 0, **settings: str) -> Iterator[Platform]:
    """Run `cantata up` until the block ends; it has to stop with a status then, 0 if cleanly."""
    ready, said = folder / "ready.json", folder / "said.txt"
    command = (sys.executable, "-m", "cantata", "up", "--sandbox-port", "0", "--port", "0")
    with said.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--ready-file", str(ready), *arguments],
            cwd=ROOT,
            env={**_environment(folder / "data"), **settings},
            stdout=output,
            stderr=output,
        )
    try:
        where = _wait_until(ready, process, said)
        yield Platform(process, folder / "data", where["ledger"], where["api"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS_MAX) == status, said.read_text(encoding="utf-8")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_SECONDS_MAX)


def _environment(data: Path) -> dict[str, str]:
    """Give the environment without what chooses another database or ledger."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CANTATA_")}
    kept.pop("DATABASE_URL", None)
    limits = ", ".join(f"{name}=1000000/1s" for name in LIMITED)
    own = {"CANTATA_DATA_DIR": str(data), "CANTATA_RATE_LIMITS": limits, "NO_COLOR": "1"}
    return {**kept, **own}


def _wait_until(ready: Path, process: subprocess.Popen[bytes], said: Path) -> Any:
    end = time.monotonic() + START_SECONDS_MAX
    while not ready.exists():
        assert process.poll() is None, said.read_text(encoding="utf-8")
        assert time.monotonic() < end, said.read_text(encoding="utf-8")
        time.sleep(0.05)
    return json.loads(ready.read_text(encoding="utf-8"))


def _name(pid: int) -> str:
    with suppress(OSError):
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        if "cantata" in arguments:
            return _NAMES.get(arguments[arguments.index("cantata") + 1], "")
    return ""


def _postmaster(file: Path) -> int | None:
    try:
        pid = int(file.read_text(encoding="ascii").split()[0])
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (OSError, ValueError, IndexError):
        return None
    return None if state == "Z" else pid

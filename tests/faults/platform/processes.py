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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.world import ROOT

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 40
POSTGRESQL = "postgresql"

_NAMES = {"sandbox": "sandbox", "ingest": "ingestion", "worker": "worker", "serve": "api"}
"""What each process is called, by the first argument that it was started with."""


@dataclass(frozen=True)
class Platform:
    """A running platform."""

    process: subprocess.Popen[bytes]
    folder: Path
    ledger_url: str
    api_url: str

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

    def kill(self, name: str) -> bool:
        """Kill a process without a chance to tidy up; tell whether there was one."""
        pid = self.pid(name)
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return True
        return False


@contextmanager
def platform(folder: Path, *arguments: str) -> Iterator[Platform]:
    """Run `cantata up` until the block ends; it has to stop cleanly then."""
    ready, said = folder / "ready.json", folder / "said.txt"
    command = (sys.executable, "-m", "cantata", "up", "--sandbox-port", "0", "--port", "0")
    with said.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--ready-file", str(ready), *arguments],
            cwd=ROOT,
            env=_environment(folder / "data"),
            stdout=output,
            stderr=output,
        )
    try:
        where = _wait_until(ready, process, said)
        yield Platform(process, folder / "data", where["ledger"], where["api"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS_MAX) == 0, said.read_text(encoding="utf-8")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_SECONDS_MAX)


def _environment(data: Path) -> dict[str, str]:
    """Give the environment without what chooses another database or ledger."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CANTATA_")}
    kept.pop("DATABASE_URL", None)
    return {**kept, "CANTATA_DATA_DIR": str(data), "NO_COLOR": "1"}


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

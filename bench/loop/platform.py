"""The platform as a process: `cantata up` with its defaults, and what its processes cost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_SECONDS_MAX = 300
STOP_SECONDS_MAX = 40
POLL_SECONDS = 0.05
POSTGRESQL = "postgresql"
TICKS = os.sysconf("SC_CLK_TCK")

_OPERATIONS = ("onboard", "mint", "transfer", "burn", "write")
UNLIMITED = ", ".join(f"{name}=9999999/1s" for name in _OPERATIONS)


@dataclass(frozen=True, slots=True)
class Platform:
    """A running platform: its API, its database, and the ids of its processes by name."""

    api_url: str
    database_url: str
    pids: Mapping[str, int]

    def cpu_seconds(self) -> dict[str, float]:
        """Give the processor's seconds that each process has taken so far."""
        taken = {name: _cpu(pid) for name, pid in self.pids.items()}
        postmaster = _postmaster(self.database_url)
        taken[POSTGRESQL] = sum(map(_cpu, (postmaster, *_children(postmaster))))
        return taken


@contextmanager
def running(folder: Path) -> Iterator[Platform]:
    """Run `cantata up` on a new folder until the block ends."""
    ready = folder / "ready.json"
    command = (sys.executable, "-m", "cantata", "up", "--sandbox-port", "0", "--port", "0")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CANTATA_")}
    environment = {
        **kept,
        "CANTATA_DATA_DIR": str(folder / "data"),
        "CANTATA_RATE_LIMITS": UNLIMITED,
        "CANTATA_LOG_LEVEL": "warning",
    }
    with (folder / "said.txt").open("wb") as said:
        process = subprocess.Popen(
            [*command, "--ready-file", str(ready)], env=environment, stdout=said, stderr=said
        )
    try:
        where = _wait(ready, process)
        url = f"postgresql://postgres:@/postgres?host={folder / 'data' / 'postgres'}"
        yield Platform(where["api"], url, where["pids"])
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS_MAX)
        if process.poll() is None:
            process.kill()
            process.wait()


def _wait(ready: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    end = time.monotonic() + START_SECONDS_MAX
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"the platform did not start: {process.poll()}")
        time.sleep(POLL_SECONDS)
    where: dict[str, Any] = json.loads(ready.read_text(encoding="utf-8"))
    return where


def _postmaster(database_url: str) -> int:
    folder = database_url.partition("host=")[2]
    return int((Path(folder) / "postmaster.pid").read_text(encoding="ascii").split()[0])


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(each) for each in found.split()]


def _cpu(pid: int) -> float:
    """Give user and system time of a process and of its children that ended."""
    with suppress(OSError):
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
        return sum(map(int, stat.rpartition(")")[2].split()[11:15])) / TICKS
    return 0.0

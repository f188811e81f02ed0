"""Processes of the benchmark: the sandbox, the echo server, the generator and its orders."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.legs import ROOT, Worker

FOLDER = ROOT / ".cache" / "bench-a1"
"""Everything that the benchmark writes."""

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30
POLL_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Taken:
    """What one order took; seconds."""

    requests: int
    wall: float
    p50: float
    p99: float
    generator_cpu: float
    answers: tuple[Any, ...] = ()

    @property
    def rate(self) -> float:
        """Give requests a second."""
        return self.requests / self.wall


class Generator:
    """The load generator, in a process of its own."""

    def __init__(self, core: int | None = None) -> None:
        self._worker = Worker(Path(sys.executable), "bench.a1.generator", core=core)
        self._bodies, self._answers = FOLDER / "bodies", FOLDER / "answers"

    def send(
        self, port: int, path: str, bodies: Sequence[bytes], in_flight: int, *, keep: bool = False
    ) -> Taken:
        """Send each body to a path; stop the benchmark unless all are answered well."""
        self._bodies.write_bytes(b"\n".join(bodies))
        said = self._worker.order(
            port=port,
            path=path,
            bodies=str(self._bodies),
            in_flight=in_flight,
            keep=str(self._answers) if keep else "",
        )
        if said["bad"]:
            raise SystemExit(f"{said['bad']} of {len(bodies)} refused: {said['first_bad']}")
        answers = self._answers.read_bytes().split(b"\n") if keep else ()
        return Taken(
            said["requests"],
            said["wall"],
            said["p50"],
            said["p99"],
            said["generator_cpu"],
            tuple(map(json.loads, answers)),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._worker.__exit__(kind, error, trace)


class Server:
    """A server as a process; `port` is where it listens."""

    def __init__(
        self,
        command: Sequence[str],
        port: int = 0,
        *,
        cwd: Path = ROOT,
        environment: Mapping[str, str] | None = None,
        core: int | None = None,
    ) -> None:
        self.port = port
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if core is not None:
            os.sched_setaffinity(self.process.pid, {core})

    def cpu(self) -> float:
        """Give the processor's seconds that the process has taken."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def resident(self) -> int:
        """Give the bytes of memory that the process holds."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_sandbox(dar: Path, store: Path, core: int | None = None) -> Server:
    """Start `cantata sandbox` on a store."""
    ready = FOLDER / "ready.json"
    ready.unlink(missing_ok=True)
    command = [
        str(Path(sys.executable).with_name("cantata")),
        *("sandbox", "--port", "0", "--ready-file", str(ready)),
        *("--store", str(store), "--dar", str(dar)),
    ]
    server = Server(command, core=core)
    end = time.monotonic() + START_SECONDS_MAX
    while not ready.exists():
        if server.process.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"the sandbox did not start: {server.process.poll()}")
        time.sleep(POLL_SECONDS)
    server.port = json.loads(ready.read_text(encoding="utf-8"))["port"]
    return server


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

"""A sandbox as a process of its own, and plain HTTP to it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 15
ANSWER_SECONDS_MAX = 30

SANDBOX = (str(Path(sys.executable).with_name("cantata")), "sandbox")


@dataclass(frozen=True)
class Reply:
    """An answer: status, headers in lower case, body as bytes."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def content_type(self) -> str | None:
        return self.headers.get("content-type")

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.content)


class Sandbox:
    """A running sandbox, reached over HTTP; one connection for each request."""

    def __init__(self, process: subprocess.Popen[str], ready: Mapping[str, Any]) -> None:
        self.process = process
        self.host = "127.0.0.1"
        self.port: int = ready["port"]
        self.participant_id: str = ready["participantId"]

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a request as it is given."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=ANSWER_SECONDS_MAX)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, named, answer.read())
        finally:
            connection.close()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Reply:
        return self.request("GET", path, headers=headers)

    def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Reply:
        """Send JSON."""
        content = json.dumps(body).encode()
        return self.request(
            "POST", path, content, {"Content-Type": "application/json", **(headers or {})}
        )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the process by a signal; give its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(STOP_SECONDS_MAX)


@contextmanager
def running(folder: Path, *arguments: str, command: Sequence[str] = SANDBOX) -> Iterator[Sandbox]:
    """Run a sandbox on a free port of the loopback until the block ends."""
    ready = folder / f"ready-{os.getpid()}-{time.monotonic_ns()}.json"
    with subprocess.Popen(
        [*command, "--port", "0", "--ready-file", str(ready), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            sandbox = Sandbox(process, _wait_until(ready, process))
            yield sandbox
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()


def _wait_until(ready: Path, process: subprocess.Popen[str]) -> Any:
    end = time.monotonic() + START_SECONDS_MAX
    while not ready.exists():
        if process.poll() is not None:
            _, said = process.communicate()
            msg = f"the sandbox ended with {process.returncode}: {said}"
            raise AssertionError(msg)
        assert time.monotonic() < end, "the sandbox did not become ready"
        time.sleep(0.01)
    return json.loads(ready.read_text(encoding="utf-8"))

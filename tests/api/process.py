"""A sandbox as a process of its own, and plain HTTP to it.

Whoever talks to it, with whatever client: each of its answers and frames is held against the
documents of the API (`tests.api.checked`), and a disagreement fails the test when the sandbox ends.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.api.report import DISAGREEMENT, REPORT

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 15
ANSWER_SECONDS_MAX = 30
DISAGREEMENTS_MAX = 20

SANDBOX = (str(Path(sys.executable).with_name("cantata")), "sandbox")
CHECKED = (sys.executable, "-m", "tests.api.checked")
SAMPLE = (sys.executable, "-m", "tests.api.sample")


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

    def __init__(
        self, process: subprocess.Popen[str], ready: Mapping[str, Any], report: Path
    ) -> None:
        self.process = process
        self.report = report
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
        return self.send("POST", path, body, headers)

    def send(
        self, method: str, path: str, body: Any, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send JSON with any method."""
        content = json.dumps(body).encode()
        return self.request(
            method, path, content, {"Content-Type": "application/json", **(headers or {})}
        )

    def heard(self) -> Counter[str]:
        """Count what was looked at: ``POST /v2/users 200``, ``WS /v2/updates frame``."""
        lines = self.report.read_text(encoding="utf-8").splitlines()
        return Counter(line for line in lines if not line.startswith(DISAGREEMENT))

    def disagreements(self) -> list[str]:
        """Give what was said against the documents of the API."""
        if not self.report.exists():
            return []
        lines = self.report.read_text(encoding="utf-8").splitlines()
        return [line for line in lines if line.startswith(DISAGREEMENT)]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the process by a signal; give its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(STOP_SECONDS_MAX)


@contextmanager
def running(folder: Path, *arguments: str, command: Sequence[str] = CHECKED) -> Iterator[Sandbox]:
    """Run a sandbox on a free port of the loopback until the block ends."""
    name = f"{os.getpid()}-{time.monotonic_ns()}"
    ready, report = folder / f"ready-{name}.json", folder / f"report-{name}.txt"
    with subprocess.Popen(
        [*command, "--port", "0", "--ready-file", str(ready), *arguments],
        cwd=ROOT,
        env={**os.environ, REPORT: str(report)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            sandbox = Sandbox(process, _wait_until(ready, process), report)
            yield sandbox
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()
    assert not (found := sandbox.disagreements()), "\n".join(found[:DISAGREEMENTS_MAX])


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

"""One life of a sandbox: a process with the real command line, and what clients ask of it.

The process is forked from one that has imported everything already, so that hundreds of lives take
little time; what it runs is `cantata sandbox` and nothing else.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import sys
import time
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

START_SECONDS_MAX = 60
ANSWER_SECONDS_MAX = 60
_POLL_SECONDS = 0.002

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.faults.server.preload"])


class Unreachable(Exception):
    """No whole answer came: what was asked for may have happened or not."""


class Refused(Exception):
    """The sandbox said no."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body
        self.code: str = body.get("code", "") if isinstance(body, dict) else ""


class Life:
    """A sandbox on a store from its start until it is killed."""

    def __init__(self, store: Path, *arguments: str, bytes_max: int = 0) -> None:
        self._ready = store.with_name(f"ready-{time.monotonic_ns()}.json")
        self.errors = store.with_name(f"{self._ready.stem}.err")
        command = ["--port", "0", "--store", str(store), "--ready-file", str(self._ready)]
        self._process: BaseProcess = _PROCESSES.Process(
            target=_run, args=([*command, *arguments], str(self.errors), bytes_max), daemon=True
        )
        self._process.start()
        self.port = 0
        self.participant_id = ""

    def wait_until_ready(self) -> None:
        """Wait until it can be reached; fail if it ends instead."""
        end = time.monotonic() + START_SECONDS_MAX
        while not self._ready.exists():
            assert self._process.is_alive(), self.errors.read_text(encoding="utf-8")
            assert time.monotonic() < end, "the sandbox did not become ready"
            time.sleep(_POLL_SECONDS)
        ready = json.loads(self._ready.read_text(encoding="utf-8"))
        self.port, self.participant_id = ready["port"], ready["participantId"]

    def ends_by_itself(self) -> tuple[int | None, str]:
        """Wait for its end; give the exit code and what it said."""
        self._process.join(START_SECONDS_MAX)
        return self._process.exitcode, self.errors.read_text(encoding="utf-8")

    def kill(self) -> None:
        """Kill it, as with ``kill -9``."""
        assert self._process.is_alive(), self.errors.read_text(encoding="utf-8")
        self._process.kill()
        self._process.join()
        self._ready.unlink(missing_ok=True)

    def stop(self) -> int | None:
        """End it in good order; give its exit code."""
        self._process.terminate()
        self._process.join(START_SECONDS_MAX)
        return self._process.exitcode

    @property
    def pid(self) -> int:
        """Give the number of the process."""
        assert self._process.pid is not None
        return self._process.pid


class Client:
    """Asks a sandbox over one connection, which is made again when it was lost."""

    def __init__(self, life: Life) -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", life.port, timeout=ANSWER_SECONDS_MAX
        )

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def get(self, path: str) -> Any:
        """Give the JSON at a path."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: Any) -> Any:
        """Give the JSON that is the answer to JSON."""
        return self._ask("POST", path, json.dumps(body).encode())

    def _ask(self, method: str, path: str, body: bytes | None) -> Any:
        headers = {"Content-Type": "application/json"}
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            content = json.loads(answer.read() or b"null")
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._connection.close()
            raise Unreachable(repr(error)) from error
        if answer.status != http.client.OK:
            raise Refused(answer.status, content)
        return content


def _run(arguments: list[str], errors: str, bytes_max: int) -> None:
    """In the process: say what is said into a file, and run the command line."""
    from cantata.cli import main  # noqa: PLC0415 # in the process only

    said = os.open(errors, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    os.dup2(said, sys.stderr.fileno())
    os.dup2(said, sys.stdout.fileno())
    if bytes_max:
        _limit_files(bytes_max)
    main(["sandbox", *arguments])


def _limit_files(bytes_max: int) -> None:
    """Let the system refuse to make files longer, until it is told otherwise from outside."""
    import resource  # noqa: PLC0415 # in the process only
    import signal  # noqa: PLC0415

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, hard))

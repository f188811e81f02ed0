"""Processor time of one-step transfers in process: everything of the server but its sockets.

`python -m bench.submissions [TRANSFERS [HOLDINGS]]` runs five legs on a store on disk and prints
the least and the middle of them in µs a transfer, of the main thread and of the process. To
compare revisions, run it in the checkout of each, in turns.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, cast

import uvloop

from bench.a1.benchmark import IN_FLIGHT, build
from bench.a1.market import SUBMIT, Json, Market
from bench.a1.process import FOLDER, Generator, Server, Taken
from cantata.kernel.collector import relax_collector
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.server.app import Application
from cantata.sandbox.store import SqliteStore

PARTIES = 200
LEGS = 5
MICROS = 1_000_000


class InProcess:
    """Stands for the generator and the server of A1: calls the application itself."""

    port = 0

    def __init__(self, application: Application) -> None:
        self._application = application
        self._loop = uvloop.new_event_loop()
        self.thread = self.process = 0.0

    def send(
        self, _port: int, path: str, bodies: Sequence[bytes], in_flight: int, *, keep: bool = False
    ) -> Taken:
        """Send each body to a path; stop unless all are answered well."""
        wall, process, thread = time.perf_counter(), time.process_time(), time.thread_time()
        answers = self._loop.run_until_complete(self._send(path, bodies, in_flight))
        self.thread, self.process = time.thread_time() - thread, time.process_time() - process
        kept = tuple(map(json.loads, answers)) if keep else ()
        return Taken(len(bodies), time.perf_counter() - wall, 0, 0, self.process, kept)

    def ask(self, method: str, path: str, body: Json | None = None) -> Any:
        """Ask for one thing."""
        content = b"" if body is None else json.dumps(body).encode()
        return json.loads(self._loop.run_until_complete(self._call(method, path, content)))

    async def _send(self, path: str, bodies: Sequence[bytes], in_flight: int) -> list[bytes]:
        answers = [b""] * len(bodies)
        left = iter(enumerate(bodies))

        async def work() -> None:
            for place, body in left:
                answers[place] = await self._call("POST", path, body)

        await asyncio.gather(*(work() for _ in range(in_flight)))
        return answers

    async def _call(self, method: str, path: str, body: bytes) -> bytes:
        said: list[Any] = []

        async def receive() -> Json:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Json) -> None:
            said.append(message)

        headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
        scope = {"type": "http", "method": method, "raw_path": path.encode(), "headers": headers}
        await self._application({**scope, "query_string": b"", "scheme": "http"}, receive, send)
        if said[0]["status"] != 200:
            raise SystemExit(f"{path}: {said[0]['status']} {said[1]['body'].decode()}")
        content: bytes = said[1]["body"]
        return content


class LocalMarket(Market):
    """A market without sockets."""

    def ask(self, method: str, path: str, body: Json | None = None) -> Any:
        """Ask the application."""
        return cast("Any", self.generator).ask(method, path, body)


def main(transfers: int = 1_000, holdings: int = 12_000) -> None:
    """Measure and print."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        node = Participant(store=SqliteStore(str(Path(folder) / "ledger.db")))
        sender = InProcess(Application(node))
        assert node.upload is not None, "a participant takes DARs"
        node.upload(build().read_bytes())
        local = cast("tuple[Server, Generator]", (sender, sender))
        market = LocalMarket(*local, parties=PARTIES, holdings=holdings)
        gc.freeze()
        relax_collector()
        legs = [_leg(market, sender, transfers) for _ in range(LEGS)]
        node.close()
    for name, taken in zip(("main thread", "process"), zip(*legs, strict=True), strict=True):
        print(f"{name}: {min(taken):.0f} µs a transfer at least, {median(taken):.0f} in the middle")


def _leg(market: Market, sender: InProcess, transfers: int) -> tuple[float, float]:
    sender.send(0, SUBMIT, market.direct(transfers), IN_FLIGHT)
    return sender.thread / transfers * MICROS, sender.process / transfers * MICROS


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

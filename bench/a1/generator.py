"""A load generator as a process: takes orders line by line as JSON and says what it measured.

python -m bench.a1.generator

Each connection has one request in flight. Requests are bytes before the time is taken, and of an
answer only its end and its status are looked at, so that the server is the limit.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time
from typing import Any

import uvloop

HOST = "127.0.0.1"
HEAD_END = b"\r\n\r\n"
CHUNKED_END = b"0\r\n\r\n"
LENGTH = b"content-length:"
GOOD = b"HTTP/1.1 200"
REFUSED = b'"error"'
SHOWN_CHARACTERS = 500


class Run:
    """One order: requests not yet sent, times taken, answers kept."""

    def __init__(self, requests: list[bytes], *, keep: bool) -> None:
        self.requests: Iterator[tuple[int, bytes]] = iter(enumerate(requests))
        self.seconds = [0.0] * len(requests)
        self.answers: list[bytes] = [b""] * len(requests) if keep else []
        self.missing = len(requests)
        self.bad: list[bytes] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def take(self, index: int, seconds: float, answer: bytes, body_at: int) -> None:
        """Note one answer."""
        self.seconds[index] = seconds
        if not answer.startswith(GOOD) or REFUSED in answer:
            self.bad.append(answer)
        if self.answers:
            self.answers[index] = answer[body_at:]
        self.missing -= 1
        if not self.missing and not self.done.done():
            self.done.set_result(None)


class Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last is complete."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._data = b""
        self._index = 0
        self._sent = 0.0
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; `start` begins."""
        self._transport = transport

    def start(self) -> None:
        """Send the next request, if there is one."""
        following = next(self._run.requests, None)
        if following is None:
            self._transport.close()
            return
        self._index, request = following
        self._data = b""
        self._sent = perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Look whether an answer is complete."""
        data = self._data = self._data + data if self._data else data
        end = data.find(HEAD_END)
        if end < 0:
            return
        body_at = end + len(HEAD_END)
        head = data[:end].lower()
        at = head.find(LENGTH)
        if at >= 0:
            size = int(head[at + len(LENGTH) :].split(b"\r", 1)[0])
            is_complete = len(data) >= body_at + size
        else:
            is_complete = data.endswith(CHUNKED_END)
        if is_complete:
            self._run.take(self._index, perf_counter() - self._sent, data, body_at)
            self.start()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the run if a request stays without an answer."""
        if self._run.missing and self._data == b"" and not self._run.done.done():
            self._run.done.set_exception(exc or ConnectionError("the server closed a connection"))


def execute(order: dict[str, Any]) -> dict[str, Any]:
    """Send all requests of an order, so many at a time; keep the answers in a file if asked."""
    requests = _requests(order)
    run, taken = uvloop.run(_send(order, requests))
    if order["keep"]:
        Path(order["keep"]).write_bytes(b"\n".join(run.answers))
    first_bad = run.bad[0].decode("utf-8", "replace")[:SHOWN_CHARACTERS] if run.bad else ""
    cuts = quantiles(run.seconds, n=100) if len(run.seconds) > 1 else run.seconds * 99
    return {
        **taken,
        "requests": len(requests),
        "bad": len(run.bad),
        "first_bad": first_bad,
        "p50": cuts[49],
        "p99": cuts[98],
    }


async def _send(order: dict[str, Any], requests: list[bytes]) -> tuple[Run, dict[str, float]]:
    run = Run(requests, keep=bool(order["keep"]))
    loop = asyncio.get_running_loop()
    connections = [
        (await loop.create_connection(lambda: Connection(run), HOST, order["port"]))[1]
        for _ in range(min(order["in_flight"], len(requests)))
    ]
    wall, cpu = perf_counter(), process_time()
    for connection in connections:
        connection.start()
    await run.done
    return run, {"wall": perf_counter() - wall, "generator_cpu": process_time() - cpu}


def _requests(order: dict[str, Any]) -> list[bytes]:
    head = (
        f"POST {order['path']} HTTP/1.1\r\nHost: {HOST}:{order['port']}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    ).encode()
    bodies = Path(order["bodies"]).read_bytes().split(b"\n")
    return [b"%s%d\r\n\r\n%s" % (head, len(body), body) for body in bodies]


def main() -> None:
    """Serve until the input ends."""
    gc.disable()
    print(json.dumps({}), flush=True)
    for line in sys.stdin:
        print(json.dumps(execute(json.loads(line))), flush=True)
        gc.collect()


if __name__ == "__main__":
    main()

"""A proxy in front of a participant that answers some requests itself or loses their answers."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

HEAD_MAX = 64 * 1024

NOT_THERE = json.dumps(
    {
        "errors": ["The requested resource could not be found."],
        "status": 404,
        "ledgerApiError": None,
    }
).encode()


@dataclass
class Proxy:
    """What happens to requests by their path: `absent` ones are not found, `lost` get no answer.

    `lost` counts down; the participant has seen those requests all the same.
    """

    target: str
    absent: set[str] = field(default_factory=set)
    lost: dict[str, int] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection; plain requests are one to a connection."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode().partition("?")[0]
            self.seen.append(path)
            if path in self.absent:
                writer.write(_not_found())
                await writer.drain()
                return
            await self._forward(path, head, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _forward(
        self, path: str, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        where = urlsplit(self.target)
        ahead, back = await asyncio.open_connection(where.hostname, where.port)
        try:
            if b"upgrade: websocket" in head.lower():
                back.write(head)
                await asyncio.gather(_pump(reader, back), _pump(ahead, writer))
                return
            body = await reader.readexactly(_length(head))
            back.write(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + body)
            answer = await ahead.read(-1)
            if self.lost.get(path, 0) > 0:
                self.lost[path] -= 1
                return
            writer.write(answer)
            await writer.drain()
        finally:
            back.close()


@contextmanager
def proxied(target: str) -> Iterator[Proxy]:
    """Run a proxy in a thread of its own until the block ends."""
    proxy = Proxy(target)
    ready: list[Callable[[], object]] = []
    started = threading.Event()

    async def run() -> None:
        stop = asyncio.Event()
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, limit=HEAD_MAX)
        proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        loop = asyncio.get_running_loop()
        ready.append(lambda: loop.call_soon_threadsafe(stop.set))
        started.set()
        await stop.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert started.wait(10)
    try:
        yield proxy
    finally:
        ready[0]()
        thread.join(10)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(HEAD_MAX):
        writer.write(data)
        await writer.drain()
    writer.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _not_found() -> bytes:
    lines = [
        "HTTP/1.1 404 Not Found",
        "Content-Type: application/json",
        f"Content-Length: {len(NOT_THERE)}",
        "Connection: close",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + NOT_THERE

"""What a process without an API measures, told on a port of the loopback."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import CONTENT_TYPE_LATEST

from cantata.observability import metrics
from cantata.observability.events import events
from cantata.ops.ports import HOST, listen

HEAD_BYTES_MAX = 8 * 1024
"""Bytes of a request: one line and its headers."""

SECONDS_MAX = 5
"""How long a caller may take to ask, and to take the answer."""

CALLERS_MAX = 16
"""Callers that are answered at the same time; more are hung up on."""

_TEXT = "text/plain; charset=utf-8"


@asynccontextmanager
async def telling(process: str, port: int | None) -> AsyncIterator[int | None]:
    """Answer `/metrics` and `/livez` while the block runs; give the port that is listened on.

    Without a port nothing listens; 0 is any that is free. Raise PortInUse or AddressUnusable.
    """
    if port is None:
        yield None
        return
    remedy = "choose another port with CANTATA_METRICS_PORT"
    listening = listen(f"the {process}'s metrics", HOST, port, remedy)
    found = int(listening.getsockname()[1])
    server = await asyncio.start_server(_Teller().answer, sock=listening, limit=HEAD_BYTES_MAX)
    async with server:
        events(process).info("metrics.told", host=HOST, port=found)
        yield found


class _Teller:
    """Answers callers, a few at a time."""

    def __init__(self) -> None:
        self._callers = 0

    async def answer(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Answer one request, and hang up."""
        self._callers += 1
        try:
            async with asyncio.timeout(SECONDS_MAX):
                if self._callers <= CALLERS_MAX:
                    writer.write(await _answer(reader))
                writer.close()
                await writer.wait_closed()
        except (TimeoutError, ConnectionError):
            writer.transport.abort()
        finally:
            self._callers -= 1


async def _answer(reader: StreamReader) -> bytes:
    """Read a request, and give the whole answer to it."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return _reply("400 Bad Request", b"")
    method, _, rest = head.partition(b" ")
    path = rest.partition(b" ")[0].partition(b"?")[0]
    if method != b"GET":
        return _reply("405 Method Not Allowed", b"")
    if path == b"/metrics":
        return _reply("200 OK", metrics.exposition(), CONTENT_TYPE_LATEST)
    if path == b"/livez":
        return _reply("200 OK", b"alive\n")
    return _reply("404 Not Found", b"")


def _reply(status: str, body: bytes, kind: str = _TEXT) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + body

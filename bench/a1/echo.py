"""A server that answers every request with the same few bytes: the generator's own ceiling.

python -m bench.a1.echo
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import uvloop

HEAD_END = b"\r\n\r\n"
LENGTH = b"Content-Length: "
BODY = b'{"updateId":"' + b"0" * 68 + b'","completionOffset":1}'
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(BODY), BODY)


class Echo(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._data = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer once a request is complete."""
        self._data += data
        head, found, body = self._data.partition(HEAD_END)
        if found and len(body) >= int(head.split(LENGTH)[1].split(b"\r", 1)[0]):
            self._data = b""
            self._transport.write(ANSWER)


async def serve() -> None:
    """Serve on a free port until cancelled."""
    server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve())

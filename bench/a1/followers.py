"""Many WebSocket clients in one process, which only count what they are sent.

python -m bench.a1.followers

An order connects them, one for each request; a later one asks how many frames have come.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
from functools import partial
from typing import Any

import uvloop

HOST = "127.0.0.1"
HEAD_END = b"\r\n\r\n"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
MASK = b"\0\0\0\0"
TEXT_FRAME = 0x81


class Follower(asyncio.Protocol):
    """One client: sends its request and counts frames."""

    def __init__(self, path: str, port: int, request: str) -> None:
        self._hello = (
            f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: daml.ws.auth\r\n\r\n"
        ).encode()
        self._request = request.encode()
        self._data = bytearray()
        self._skip = 0
        self._is_open = False
        self._transport: Any = None
        self.frames = 0
        self.size = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake."""
        self._transport = transport
        self._transport.write(self._hello)

    def data_received(self, data: bytes) -> None:
        """Count frames; what is in them is skipped."""
        self.size += len(data)
        self._data += data
        if not self._is_open:
            end = self._data.find(HEAD_END)
            if end < 0:
                return
            assert self._data.startswith(b"HTTP/1.1 101"), bytes(self._data[:200])
            del self._data[: end + len(HEAD_END)]
            self._is_open = True
            self._transport.write(_frame(self._request))
        self._count()

    def _count(self) -> None:
        data, at = self._data, 0
        while True:
            if len(data) - at < self._skip + 2:
                break
            at += self._skip
            self._skip = 0
            size, head = data[at + 1], 2
            if size >= 126:
                head = 4 if size == 126 else 10
                if len(data) - at < head:
                    break
                size = int.from_bytes(data[at + 2 : at + head], "big")
            self.frames += data[at] == TEXT_FRAME
            self._skip = head + size
        del data[:at]
        if self._skip and len(data) <= self._skip:
            self._skip -= len(data)
            data.clear()


def _frame(text: bytes) -> bytes:
    """Write a masked text frame; a mask of zeros changes nothing."""
    if len(text) < 126:
        return bytes([TEXT_FRAME, 0x80 | len(text)]) + MASK + text
    return bytes([TEXT_FRAME, 0x80 | 126]) + struct.pack("!H", len(text)) + MASK + text


async def _connect(order: dict[str, Any], followers: list[Follower]) -> None:
    port = order["port"]
    for request in order["requests"]:
        make = partial(Follower, order["path"], port, request)
        _, follower = await asyncio.get_running_loop().create_connection(make, HOST, port)
        followers.append(follower)


async def serve() -> None:
    """Take orders until the input ends."""
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    followers: list[Follower] = []
    print(json.dumps({}), flush=True)
    while line := await lines.readline():
        order = json.loads(line)
        if order["work"] == "connect":
            await _connect(order, followers)
        frames = [follower.frames for follower in followers]
        size = sum(follower.size for follower in followers)
        print(json.dumps({"frames": frames, "bytes": size}), flush=True)


if __name__ == "__main__":
    uvloop.run(serve())

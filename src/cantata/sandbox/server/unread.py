"""Clients that take nothing of what is sent to them: what waits for them is not kept for ever."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from typing import Any

_AT_ONCE = struct.pack("ii", 1, 0)
"""Lingering for no time: what the system still holds for a client is dropped with it."""


class Unread:
    """Watches what connections have not taken yet, and cuts those where it does not get less.

    A connection keeps one answer or one element of a stream: the next is not made before. So what
    is bounded here is the time for which it is kept.
    """

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._waiting: dict[Any, tuple[int, Any]] = {}

    def look(self, connections: Iterable[Any], now: Any) -> None:
        """Look at all connections at `now`, the loop's time."""
        waiting: dict[Any, tuple[int, Any]] = {}
        for connection in connections:
            size = connection.transport.get_write_buffer_size()
            if not size:
                continue
            before, since = self._waiting.get(connection, (size, now))
            waiting[connection] = (size, now if size < before else since)
            if now - waiting[connection][1] > self._seconds:
                _cut(connection.transport)
        self._waiting = waiting


def _cut(transport: Any) -> None:
    """End a connection at once, with what the system has not sent of it."""
    found = transport.get_extra_info("socket")
    if found is not None:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()

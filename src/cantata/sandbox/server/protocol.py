"""HTTP connections that cannot be held open by those who send nothing, or endlessly."""

from __future__ import annotations

import asyncio
import resource
from dataclasses import replace
from enum import Enum
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from cantata.sandbox.server.limits import Limits
from cantata.sandbox.server.unread import Unread

CONTINUE = b"HTTP/1.1 100"

HEAD_BYTES_MAX = 64 * 1024
REQUEST_BYTES_MAX = 20 * 1024 * 1024
SWEEP_SECONDS = 1

DROPPED_SHARE = 16
"""One of so many connections goes when there are too many."""

FILES_RESERVED = 64
"""Open files that are left for everything but connections."""


class Phase(Enum):
    """What a connection is doing; the value is the limit of its seconds, None for no such limit."""

    HEAD = "head_seconds"
    BODY = "body_seconds"
    ANSWER = None
    IDLE = "idle_seconds"


class HeldHead:
    """A transport that sends the head of an answer together with the body: once, not twice."""

    __slots__ = ("_head", "_is_sent", "_transport")

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._head = b""
        self._is_sent = False

    def write(self, data: bytes) -> None:
        """Keep the head until the body comes."""
        if self._is_sent or data.startswith(CONTINUE):
            self._transport.write(data)
        elif self._head:
            self._is_sent = True
            self._transport.write(self._head + data)
        else:
            self._head = data

    def flush(self) -> None:
        """Send a head that has no body."""
        if self._head and not self._is_sent:
            self._is_sent = True
            self._transport.write(self._head)

    def close(self) -> None:
        """Send what is left and close."""
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class BoundedProtocol(HttpToolsProtocol):
    """A connection that counts what a request takes; `since` is the loop's time of its phase."""

    limits: ClassVar[Limits] = Limits()
    phase = Phase.HEAD
    since: Any = 0
    received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a new connection; make room if there are too many."""
        super().connection_made(transport)
        self.since = self.loop.time()
        if len(self.connections) > self.limits.connections and not drop_oldest(self.connections):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take bytes; refuse a head that is too large and a request without end."""
        self.received += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self.phase is Phase.HEAD and self.received > HEAD_BYTES_MAX:
            self.refuse(431)
        elif self.received > REQUEST_BYTES_MAX:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._enter(Phase.HEAD)
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; one after the body does not count."""
        if self.phase is Phase.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Note that the head is there."""
        self._enter(Phase.BODY)
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:
            _hold_head(self.cycle)

    def on_message_complete(self) -> None:
        """Note that the request is there; its answer may be as well."""
        self._enter(Phase.IDLE if self.is_free else Phase.ANSWER)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Note that the connection is idle, unless the next request is there already."""
        super().on_response_complete()
        if self.phase is Phase.ANSWER:
            self._enter(Phase.IDLE)

    def expire(self, now: Any) -> None:
        """Close the connection if its phase lasts too long."""
        name = self.phase.value
        if name is None or self.transport.is_closing():
            return
        if now - self.since > getattr(self.limits, name):
            self.refuse(408)

    def refuse(self, status: int) -> None:
        """Close the connection, with an answer if that can be understood as one."""
        if self.phase is not Phase.IDLE and self.is_free:
            self.transport.write(
                STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n"
            )
        self.transport.close()

    @property
    def is_free(self) -> bool:
        """Tell whether nothing is being answered on this connection."""
        return self.cycle is None or bool(self.cycle.response_complete)

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        self.since = self.loop.time()
        self.received = 0


def _hold_head(cycle: RequestResponseCycle) -> None:
    held, answered = HeldHead(cycle.transport), cycle.on_response

    def on_response() -> None:
        held.flush()
        answered()

    cycle.transport = held  # type: ignore[assignment] # it delegates what it does not have
    cycle.on_response = on_response


def hang_up(send: Any) -> None:
    """End the connection behind an ASGI `send` at once, without another byte."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()


def drop_oldest(connections: set[Any]) -> bool:
    """Close those connections that have waited for a request the longest; tell if there are any."""
    waiting = [
        each
        for each in connections
        if isinstance(each, BoundedProtocol)
        and each.phase in (Phase.IDLE, Phase.HEAD)
        and each.is_free
        and not each.transport.is_closing()
    ]
    waiting.sort(key=lambda each: each.since)
    gone = waiting[: 1 + len(connections) // DROPPED_SHARE]
    for each in gone:
        each.transport.abort()
        connections.discard(each)
    return bool(gone)


async def sweep(connections: set[Any], limits: Limits) -> None:
    """Look over all connections once a second, until cancelled."""
    now = asyncio.get_running_loop().time
    unread = Unread(limits.unread_seconds)
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        at = now()
        unread.look(connections, at)
        for connection in list(connections):
            if isinstance(connection, BoundedProtocol):
                connection.expire(at)


def bounded(limits: Limits) -> type[BoundedProtocol]:
    """Give the protocol with these limits; raise the bound on open files as far as it goes.

    No more connections are taken than there can be files.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = limits.connections + FILES_RESERVED
    allowed = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))

    class Limited(BoundedProtocol):
        """The protocol of one server."""

    Limited.limits = replace(limits, connections=max(1, allowed - FILES_RESERVED))
    return Limited

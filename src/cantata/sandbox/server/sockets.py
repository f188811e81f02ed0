"""Streams over WebSockets: one request frame in, element after element out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from cantata.kernel.errors import CantataError
from cantata.kernel.time import Clock
from cantata.sandbox.participant.api import Listing, NoAnswer, Request, Stream
from cantata.sandbox.participant.claims import Authenticator, Claims
from cantata.sandbox.participant.errors import MalformedRequest, Origin, Refusal, refusal_of
from cantata.sandbox.server.answers import internal_error
from cantata.sandbox.server.body import Disconnected
from cantata.sandbox.server.limits import Limits
from cantata.sandbox.server.log import report_fault
from cantata.sandbox.server.open import OpenStreams
from cantata.sandbox.server.protocol import hang_up
from cantata.sandbox.server.requests import (
    Headers,
    authorize,
    bearer_token,
    read_content,
    read_parameters,
)
from cantata.sandbox.server.wire import encode

PROTOCOL = "daml.ws.auth"
TOKEN_PREFIX = "jwt.token."
TICK_SECONDS = 1

MS_PER_SECOND = 1_000
TURN_MS = 5
"""Time after which a stream that has much to say lets others go on."""

CHECKPOINT_TICKS = 25
"""Ticks of silence after which a checkpoint is sent; clients are told to expect one within 75 s."""

NORMAL_CLOSURE = 1_000

Send = Callable[[Any], Awaitable[None]]


class Sockets:
    """Serves WebSockets, up to a number of them at a time."""

    def __init__(
        self,
        authenticator: Callable[[], Authenticator],
        clock: Clock,
        streams: OpenStreams,
        limits: Limits,
    ) -> None:
        self._authenticator = authenticator
        self._clock = clock
        self._streams = streams
        self._limits = limits
        self._open = 0

    async def serve(
        self, listing: Listing, scope: Any, receive: Any, send: Send, trace_id: str
    ) -> None:
        """Serve one WebSocket from the handshake to the close."""
        await receive()
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        self._open += 1
        try:
            await self._streams.bound(self._talk(listing, scope, receive, send, trace_id))
        except Disconnected:
            return
        except (NoAnswer, TimeoutError):
            hang_up(send)
            return
        except Exception as error:  # noqa: BLE001 # the server outlives every fault
            await _send_json(send, _error(error, trace_id).to_json(trace_id))
        finally:
            self._open -= 1
        with suppress(Exception):
            await send({"type": "websocket.close", "code": NORMAL_CLOSURE})

    async def _talk(
        self, listing: Listing, scope: Any, receive: Any, send: Send, trace_id: str
    ) -> None:
        if self._open > self._limits.streams:
            raise Refusal(
                "MAXIMUM_NUMBER_OF_STREAMS",
                f"The number of streams ({self._open}) is beyond the limit "
                f"({self._limits.streams})",
            )
        frame = await asyncio.wait_for(_frame(receive), self._limits.frame_seconds)
        path, query = read_parameters(listing, b"", {})
        body = read_content(listing, frame)
        token = bearer_token(scope["headers"]) or _token(scope["headers"])
        claims = await authorize(listing, self._authenticator(), token)
        stream = listing.open(Request(claims, path, query, body, trace_id))
        if hasattr(stream, "__await__"):
            stream = await stream
        await _Pump(stream, claims, send, self._clock).run(receive)


class _Pump:
    """Sends what a stream gives, until it ends, its reader leaves or its claims do."""

    def __init__(self, stream: Stream, claims: Claims, send: Send, clock: Clock) -> None:
        self._stream = stream
        self._claims = claims
        self._send = send
        self._clock = clock
        self._sent = 0
        self._sending = False

    async def run(self, receive: Any) -> None:
        """Send until one of them ends; raise what ended it."""
        tasks = [
            asyncio.ensure_future(self._elements()),
            asyncio.ensure_future(self._watch()),
            asyncio.ensure_future(_until_disconnected(receive)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _elements(self) -> None:
        now = asyncio.get_running_loop().time
        turn = now() + TURN_MS / MS_PER_SECOND
        async for element in self._stream.elements:
            await self._deliver(element)
            if now() > turn:
                await asyncio.sleep(0)
                turn = now() + TURN_MS / MS_PER_SECOND

    async def _deliver(self, element: Any) -> None:
        self._sending = True
        await _send_json(self._send, element)
        self._sending = False
        self._sent += 1

    async def _watch(self) -> None:
        """Look at the claims now and then; give a checkpoint when nothing was sent for long."""
        quiet, sent = 0, self._sent
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self._check_claims()
            quiet = quiet + 1 if sent == self._sent and not self._sending else 0
            sent = self._sent
            if quiet >= CHECKPOINT_TICKS and self._stream.checkpoint is not None:
                quiet = 0
                element = self._stream.checkpoint()
                if element is not None:
                    await self._deliver(element)
                    sent = self._sent

    def _check_claims(self) -> None:
        claims = self._claims
        now = self._clock.now().microseconds
        if claims.expires_at is not None and claims.expires_at <= now:
            raise _ended("ACCESS_TOKEN_EXPIRED", "Claims were valid until the token expired")
        if not claims.is_current():
            raise _ended("STALE_STREAM_AUTHORIZATION", "Stale stream authorization. Retry quickly.")


def _ended(code: str, cause: str) -> Refusal:
    return Refusal(code, cause, origin=Origin.NODE)


async def _frame(receive: Any) -> bytes:
    event = await receive()
    if event["type"] == "websocket.disconnect":
        raise Disconnected("the client has gone")
    text = event.get("text")
    content: bytes = event["bytes"] if text is None else text.encode("utf-8", "surrogatepass")
    return content


async def _until_disconnected(receive: Any) -> None:
    """Take further frames, which do not count, until the client goes."""
    while (await receive())["type"] != "websocket.disconnect":
        pass
    raise Disconnected("the client has gone")


async def _send_json(send: Send, value: Any) -> None:
    await send({"type": "websocket.send", "text": encode(value).decode()})


def _token(headers: Headers) -> str | None:
    """Give the token of the sub-protocols, where only the first one is looked at."""
    offered = headers.get(b"sec-websocket-protocol", b"").decode("latin-1")
    first = offered.split(",", 1)[0]
    return first.removeprefix(TOKEN_PREFIX) if first.startswith(TOKEN_PREFIX) else None


def _error(error: Exception, trace_id: str) -> Refusal:
    if isinstance(error, CantataError):
        refusal = refusal_of(error)
        if isinstance(refusal, MalformedRequest):
            return Refusal(
                "INVALID_ARGUMENT", f"Cannot decode frame: {refusal.text}", origin=Origin.JSON
            )
        if refusal is not None:
            return refusal
    report_fault(error, trace_id)
    return internal_error()

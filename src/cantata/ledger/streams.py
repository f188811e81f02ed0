"""Streams over WebSockets: one that is cut goes on by itself from the last offset."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, WebSocketException
from websockets.typing import Subprotocol

from cantata.ledger.decoding import Fields
from cantata.ledger.errors import (
    LedgerError,
    NotAuthenticated,
    OutcomeUnknown,
    Unreachable,
    answer_of,
    error_of,
    is_error_body,
)
from cantata.ledger.settings import Settings
from cantata.ledger.tokens import StaticToken, TokenProvider
from cantata.ledger.tracing import traceparent
from cantata.ledger.transport import may_retry, parsed

T = TypeVar("T")

PROTOCOL = Subprotocol("daml.ws.auth")
PING_SECONDS = 20
"""How often a silent connection is checked, and how long it may take to answer."""

Sleep = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Follow(Generic[T]):
    """A stream to follow: `request` gives its request from an offset, exclusive.

    `position` gives the offset of an element, and whether it is a checkpoint. `is_finite` streams
    end; others are opened again when the ledger ends them. `quick` may read the bytes of a usual
    element at once; what it gives None for is read in general, and so are errors.
    """

    path: str
    request: Callable[[int], Any]
    read: Callable[[Fields], T | None]
    position: Callable[[T], tuple[int, bool]]
    is_finite: bool = False
    quick: Callable[[bytes], T | None] | None = None

    def element(self, frame: bytes) -> T | None:
        """Read a frame; None for what says nothing. Raise what an error frame means."""
        found = None if self.quick is None else self.quick(frame)
        return self.read(Fields(_checked(frame))) if found is None else found


async def sleep_ms(milliseconds: int) -> None:
    """Wait."""
    await asyncio.sleep(milliseconds / 1_000)


class Streams:
    """Opens streams of one participant."""

    def __init__(self, settings: Settings, tokens: TokenProvider, sleep: Sleep = sleep_ms) -> None:
        self._settings = settings
        self._tokens = tokens
        self._sleep = sleep

    async def elements(self, path: str, request: Any) -> AsyncGenerator[Any, None]:
        """Give the elements of one connection until the ledger ends it, as JSON.

        Raise what an error frame means, and as `frames` does.
        """
        async with aclosing(self.frames(path, request)) as frames:
            async for frame in frames:
                yield _checked(frame)

    async def frames(self, path: str, request: Any) -> AsyncGenerator[bytes, None]:
        """Give the frames of one connection until the ledger ends it.

        Raise `Unreachable` without a connection, and `OutcomeUnknown` for one that broke.
        """
        connection = await self._open(path)
        try:
            await connection.send(json.dumps(request))
            while True:
                yield await connection.recv(decode=False)
        except ConnectionClosedOK:
            return
        except ConnectionClosedError as error:
            raise OutcomeUnknown(f"the stream {path} was cut ({error})") from error
        finally:
            await connection.close()

    async def follow(self, stream: Follow[T], begin: int) -> AsyncGenerator[T, None]:
        """Give the elements of a stream, each once and in order, over many connections.

        Raise what cannot be waited for, and what keeps failing.
        """
        last = begin
        failures = 0
        while True:
            try:
                frames = self.frames(stream.path, stream.request(last))
                async with aclosing(frames):
                    async for frame in frames:
                        element = stream.element(frame)
                        failures = 0
                        if element is None or _is_old(stream.position(element), last):
                            continue
                        last = stream.position(element)[0]
                        yield element
                if stream.is_finite:
                    return
            except LedgerError as error:
                if failures >= self._settings.reconnections or not self._may_reopen(error):
                    raise
            failures += 1
            await self._sleep(self._wait_ms(failures))

    async def _open(self, path: str) -> ClientConnection:
        token = await self._tokens.token()
        headers = {"traceparent": traceparent()}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        url = "ws" + self._settings.url.removeprefix("http").rstrip("/") + path
        try:
            return await connect(
                url,
                subprotocols=[PROTOCOL],
                additional_headers=headers,
                proxy=None,
                open_timeout=self._settings.timeouts.connect,
                ping_interval=PING_SECONDS,
                ping_timeout=PING_SECONDS,
                close_timeout=self._settings.timeouts.connect,
                max_size=self._settings.answer_bytes_max,
                max_queue=self._settings.frames_max,
            )
        except (OSError, TimeoutError, WebSocketException) as error:
            what = f"{type(error).__name__}: {error}"
            raise Unreachable(f"the stream {url} cannot be opened ({what})") from error

    def _may_reopen(self, error: LedgerError) -> bool:
        if isinstance(error, NotAuthenticated):
            self._tokens.forget()
            return not isinstance(self._tokens, StaticToken)
        return may_retry(error)

    def _wait_ms(self, failures: int) -> int:
        retries = self._settings.retries
        grown = retries.first_wait_ms << min(failures - 1, 16)
        return min(grown, retries.longest_wait_ms) + secrets.randbelow(retries.jitter_ms + 1)


def _checked(frame: bytes) -> Any:
    """Read a frame's JSON; raise what it means if it is an error."""
    content = parsed(frame)
    if is_error_body(content):
        raise error_of(answer_of(content))
    return content


def _is_old(position: tuple[int, bool], last: int) -> bool:
    """Tell an element that was given before; a checkpoint may repeat the offset before it."""
    offset, is_checkpoint = position
    return offset < last or (offset == last and not is_checkpoint)

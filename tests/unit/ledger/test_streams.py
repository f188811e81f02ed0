"""Streams go on where they were cut, give each element once, and end for a reason."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from cantata.ledger import errors
from cantata.ledger.client import LedgerClient
from cantata.ledger.formats import Wanted
from cantata.ledger.settings import Settings
from cantata.ledger.streams import PROTOCOL
from cantata.ledger.tokens import StaticToken

Session = Callable[[ServerConnection, Any], Awaitable[None]]


def frame(offset: int, kind: str = "Transaction") -> str:
    return json.dumps({"update": {kind: {"value": {"offset": offset}}}})


async def followed(
    *sessions: Session, count: int = 100, end: int | None = None
) -> tuple[list[int], list[Any]]:
    """Follow updates from 0 through one connection a session; give offsets and requests."""
    requests: list[Any] = []
    waits: list[int] = []

    async def handle(connection: ServerConnection) -> None:
        request = connection.request
        assert request is not None
        assert request.headers["Authorization"] == "Bearer abc"
        requests.append(json.loads(await connection.recv()))
        await sessions[len(requests) - 1](connection, requests[-1])

    async def sleep(milliseconds: int) -> None:
        waits.append(milliseconds)

    offsets: list[int] = []
    async with serve(handle, "127.0.0.1", 0, subprotocols=[PROTOCOL]) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        settings = Settings(f"http://127.0.0.1:{port}")
        client = LedgerClient(settings, tokens=StaticToken("abc"), sleep=sleep)
        async with client as ledger:
            updates = ledger.updates.follow(Wanted(("a",)), 0, end=end)
            async with aclosing(updates) as elements:
                async for element in elements:
                    offsets.append(element.offset)
                    if len(offsets) == count:
                        break
    return offsets, requests


async def send_and_cut(connection: ServerConnection, _: Any) -> None:
    await connection.send(frame(1))
    await connection.send(frame(3))
    await connection.send(frame(6, "OffsetCheckpoint"))
    connection.transport.abort()


async def repeat_and_go_on(connection: ServerConnection, _: Any) -> None:
    for offset in (3, 7, 7, 9):
        await connection.send(frame(offset))
    await connection.wait_closed()


async def expire(connection: ServerConnection, _: Any) -> None:
    error = {"code": "STALE_STREAM_AUTHORIZATION", "cause": "rights", "errorCategory": 2}
    await connection.send(json.dumps(error))


async def prune(connection: ServerConnection, _: Any) -> None:
    error = {"code": "PARTICIPANT_PRUNED_DATA_ACCESSED", "cause": "gone", "errorCategory": 9}
    await connection.send(json.dumps(error))


async def nothing(connection: ServerConnection, _: Any) -> None:
    return


def test_goes_on_after_a_cut_without_doubles() -> None:
    sessions = (send_and_cut, expire, nothing, repeat_and_go_on)
    offsets, requests = asyncio.run(followed(*sessions, count=5))
    assert offsets[-2:] == [7, 9]
    assert offsets == sorted(set(offsets))
    assert requests[0]["beginExclusive"] == 0
    assert len(requests) == 4


def test_finite_streams_end() -> None:
    async def some(connection: ServerConnection, _: Any) -> None:
        await connection.send(frame(2))

    offsets, requests = asyncio.run(followed(some, end=4))
    assert offsets == [2]
    assert requests[0]["endInclusive"] == 4


def test_refusals_end_the_stream() -> None:
    with pytest.raises(errors.Refusal):
        asyncio.run(followed(prune))


def test_nobody_there_gives_up_in_the_end() -> None:
    async def play() -> int:
        waits: list[int] = []

        async def sleep(milliseconds: int) -> None:
            waits.append(milliseconds)

        settings = Settings("http://127.0.0.1:9", reconnections=4)
        async with LedgerClient(settings, sleep=sleep) as ledger:
            with pytest.raises(errors.Unreachable):
                async for _ in ledger.updates.follow(Wanted(), 0):
                    pass
        assert max(waits) <= 10_000
        return len(waits)

    assert asyncio.run(play()) == 4

"""Long-lived streams: checkpoints in silence, the end of claims."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from cantata.kernel.time import ManualClock, RelTime, Timestamp
from cantata.sandbox.participant.api import Listing, Request, Stream
from cantata.sandbox.participant.claims import Claims
from cantata.sandbox.participant.shapes import Json
from cantata.sandbox.server import sockets
from cantata.sandbox.server.deadlines import Deadlines
from cantata.sandbox.server.limits import Limits
from cantata.sandbox.server.open import OpenStreams

LIMITS = Limits()
START = Timestamp(1_000_000_000)


class Granting:
    """Gives the same claims to everybody."""

    def __init__(self, claims: Claims) -> None:
        self._claims = claims

    async def claims(self, token: str | None) -> Claims:
        return self._claims


class Conversation:
    """One WebSocket, from the side of the server's library."""

    def __init__(
        self, stream: Stream, claims: Claims, clock: ManualClock, limits: Limits = LIMITS
    ) -> None:
        self.sent: list[dict[str, Any]] = []
        self.changed = asyncio.Event()
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for event in ({"type": "websocket.connect"}, {"type": "websocket.receive", "text": "{}"}):
            self._incoming.put_nowait(event)
        listing = Listing(path="/x", open=lambda request: self._opened(request, stream), body=Json)
        served = sockets.Sockets(lambda: Granting(claims), clock, OpenStreams(), limits)
        self.task = asyncio.ensure_future(
            served.serve(listing, {"headers": {}}, self._incoming.get, self._send, "trace")
        )

    def _opened(self, request: Request, stream: Stream) -> Stream:
        return stream

    async def _send(self, event: dict[str, Any]) -> None:
        self.sent.append(event)
        self.changed.set()

    @property
    def frames(self) -> list[Any]:
        return [json.loads(event["text"]) for event in self.sent if "text" in event]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def leave(self) -> None:
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1_000})
        await asyncio.wait_for(self.task, 10)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "TICK_SECONDS", 0)


async def silence() -> AsyncIterator[Any]:
    yield {"first": True}
    await asyncio.Event().wait()


def test_silence_is_filled_with_checkpoints() -> None:
    async def run() -> None:
        stream = Stream(silence(), finite=False, checkpoint=lambda: {"checkpoint": 7})
        talk = Conversation(stream, Claims(), ManualClock(START))
        await talk.until(lambda: len(talk.frames) >= 3)
        await talk.leave()
        assert talk.frames[:3] == [{"first": True}, {"checkpoint": 7}, {"checkpoint": 7}]

    asyncio.run(run())


def test_stream_ends_with_its_token() -> None:
    async def run() -> None:
        clock = ManualClock(START)
        claims = Claims(expires_at=START.microseconds + 1_000)
        talk = Conversation(Stream(silence(), finite=False), claims, clock)
        await talk.until(lambda: len(talk.frames) == 1)
        clock.advance(RelTime.of(seconds=1))
        await asyncio.wait_for(talk.task, 10)
        assert talk.frames[-1]["code"] == "ACCESS_TOKEN_EXPIRED"
        assert talk.sent[-1] == {"type": "websocket.close", "code": 1_000}

    asyncio.run(run())


def test_stream_ends_when_rights_change() -> None:
    async def run() -> None:
        current = [True]
        claims = Claims(is_current=lambda: current[0])
        talk = Conversation(Stream(silence(), finite=False), claims, ManualClock(START))
        await talk.until(lambda: len(talk.frames) == 1)
        current[0] = False
        await asyncio.wait_for(talk.task, 10)
        assert talk.frames[-1]["code"] == "STALE_STREAM_AUTHORIZATION"
        assert talk.frames[-1]["retryInfo"] == "1 second"

    asyncio.run(run())


def test_leaving_ends_the_stream() -> None:
    closed = asyncio.Event()

    async def endless() -> AsyncIterator[Any]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            closed.set()

    async def run() -> None:
        talk = Conversation(Stream(endless(), finite=False), Claims(), ManualClock(START))
        await talk.until(lambda: talk.frames == [1])
        await talk.leave()
        assert closed.is_set()

    asyncio.run(run())


def test_a_stream_with_much_to_say_lets_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "TURN_MS", 0)

    async def endless() -> AsyncIterator[Any]:
        while True:
            yield {}

    async def run() -> None:
        talk = Conversation(Stream(endless(), finite=True), Claims(), ManualClock(START))
        await talk.until(lambda: len(talk.frames) > 2)
        await talk.leave()
        await asyncio.wait_for(talk.task, 10)

    asyncio.run(run())


def test_too_many_streams() -> None:
    async def run() -> None:
        stream = Stream(silence(), finite=False)
        talk = Conversation(stream, Claims(), ManualClock(START), Limits(streams=0))
        await asyncio.wait_for(talk.task, 10)
        assert talk.frames[0]["code"] == "MAXIMUM_NUMBER_OF_STREAMS"

    asyncio.run(run())


def test_late_requests_are_cut() -> None:
    async def run() -> None:
        deadlines = Deadlines(seconds=5)
        waiting = asyncio.ensure_future(deadlines.bound(asyncio.Event().wait()))
        done = asyncio.ensure_future(deadlines.bound(asyncio.sleep(0, "done")))
        assert await done == "done"
        now = asyncio.get_running_loop().time()
        deadlines.expire(now + 4)
        await asyncio.sleep(0)
        assert not waiting.done()
        deadlines.expire(now + 6)
        with pytest.raises(TimeoutError):
            await waiting

    asyncio.run(run())


def test_cancelling_from_outside_is_no_time_out() -> None:
    async def run() -> None:
        waiting = asyncio.ensure_future(Deadlines(20).bound(asyncio.Event().wait()))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(run())

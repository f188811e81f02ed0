"""Streams as lists: at most so many elements, and no longer than something comes."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from cantata.sandbox.participant.api import Stream
from cantata.sandbox.participant.errors import list_too_long
from cantata.sandbox.participant.shapes import Int32, Named, message

ELEMENTS_MAX = 200
IDLE_MS = 500
IDLE_MS_MAX = 15_000
"""Longest idle time that a client can ask for; the request itself ends after 20 seconds."""


@message
class ListQuery:
    """The query parameters of every list."""

    limit: Int32 | None
    stream_idle_timeout_ms: Annotated[int | None, Named("stream_idle_timeout_ms")]


async def collect(stream: Stream, limit: int | None, idle_ms: int | None) -> list[Any]:
    """Take the elements of a list; raise the refusal of one that is too long.

    A finite stream is waited for to its end unless an idle time is given.
    """
    most = ELEMENTS_MAX + 1 if limit is None else max(0, min(limit, ELEMENTS_MAX + 1))
    taken: list[Any] = []
    try:
        if stream.finite and idle_ms is None:
            await _take(stream, most, taken)
        else:
            wait_ms = IDLE_MS if idle_ms is None else max(0, min(idle_ms, IDLE_MS_MAX))
            await _take_until_idle(stream, most, taken, wait_ms / 1_000)
    finally:
        await _close(stream)
    if len(taken) > ELEMENTS_MAX:
        raise list_too_long(ELEMENTS_MAX)
    return taken


async def _take(stream: Stream, most: int, taken: list[Any]) -> None:
    if most <= 0:
        return
    async for element in stream.elements:
        taken.append(element)
        if len(taken) >= most:
            return


async def _take_until_idle(stream: Stream, most: int, taken: list[Any], idle: Any) -> None:
    if most <= 0:
        return
    now = asyncio.get_running_loop().time
    try:
        async with asyncio.timeout(idle) as deadline:
            async for element in stream.elements:
                taken.append(element)
                if len(taken) >= most:
                    return
                deadline.reschedule(now() + idle)
    except TimeoutError:
        return


async def _close(stream: Stream) -> None:
    close = getattr(stream.elements, "aclose", None)
    if close is not None:
        await close()

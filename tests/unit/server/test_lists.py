"""Lists take what comes within their bounds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from cantata.sandbox.participant.api import Stream
from cantata.sandbox.participant.errors import Refusal
from cantata.sandbox.server.lists import collect


class Source:
    """Gives numbers; then ends, or waits for ever."""

    def __init__(self, count: int, *, finite: bool) -> None:
        self.given = 0
        self.closed = False
        self.stream = Stream(self._elements(count, finite=finite), finite=finite)

    async def _elements(self, count: int, *, finite: bool) -> AsyncIterator[int]:
        try:
            while self.given < count:
                self.given += 1
                yield self.given
            if not finite:
                await asyncio.Event().wait()
        finally:
            self.closed = True


def take(source: Source, limit: int | None, idle_ms: int | None) -> list[int]:
    return asyncio.run(collect(source.stream, limit, idle_ms))


@pytest.mark.parametrize("finite", [True, False])
@pytest.mark.parametrize(
    "limit,count", [(None, 10), (3, 3), (10, 10), (11, 10), (200, 10), (0, 0), (-5, 0)]
)
def test_limit(finite: bool, limit: int | None, count: int) -> None:
    source = Source(10, finite=finite)
    assert take(source, limit, 20) == list(range(1, count + 1))
    assert source.closed is (count > 0)


@pytest.mark.parametrize("limit", [None, 201, 100_000])
def test_no_more_than_needed_is_read_to_refuse(limit: int | None) -> None:
    source = Source(10_000, finite=True)
    with pytest.raises(Refusal, match="201"):
        take(source, limit, None)
    assert source.given == 201


def test_full_list_is_no_error() -> None:
    assert len(take(Source(10_000, finite=True), 200, None)) == 200
    assert len(take(Source(200, finite=True), None, None)) == 200


def test_finite_stream_is_cut_when_an_idle_time_is_given() -> None:
    async def slow() -> AsyncIterator[int]:
        yield 1
        await asyncio.Event().wait()

    assert asyncio.run(collect(Stream(slow(), finite=True), None, 10)) == [1]

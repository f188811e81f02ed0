"""Faults: what goes wrong on purpose, for which requests, how often and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import Any

from cantata.kernel.errors import CantataError
from cantata.kernel.time import Clock
from cantata.sandbox.control.active import Call, FaultTable, call_of
from cantata.sandbox.control.bodies import (
    Contention,
    CutStream,
    Delay,
    DeliverTwice,
    DropAnswer,
    Unavailable,
)
from cantata.sandbox.engine import Submission
from cantata.sandbox.participant.api import Endpoint, Listing, NoAnswer, Request, Route, Stream
from cantata.sandbox.participant.errors import Refusal

_calling: ContextVar[Call | None] = ContextVar("cantata_sandbox_call", default=None)


class Faults:
    """Puts the faults of a table around endpoints."""

    def __init__(self, clock: Clock) -> None:
        self.table = FaultTable(clock)

    def around(self, endpoint: Endpoint) -> Endpoint:
        """Give an endpoint that has the faults that are active when it is called."""
        if isinstance(endpoint, Listing):
            return replace(endpoint, open=partial(self._open, endpoint))
        return replace(endpoint, run=partial(self._run, endpoint))

    def is_locked(self, submission: Submission) -> bool:
        """Tell whether contention strikes a submission, once for each time that it is asked."""
        call = _calling.get()
        if call is None or not self.table:
            return False
        call = call._replace(command_id=submission.command_id)
        return self.table.take(call, Contention) is not None

    def _run(self, route: Route, request: Request) -> Any:
        """Call a route, at once if there are no faults at all."""
        if not self.table:
            return route.run(request)
        return self._faulty(call_of(route.method, route.path, request), route.run, request)

    async def _faulty(self, call: Call, run: Callable[[Request], Any], request: Request) -> Any:
        self._require_available(call)
        delay = self.table.take(call, Delay)
        dropped = self.table.take(call, DropAnswer)
        _calling.set(call)
        result, error = None, None
        try:
            result = run(request)
            result = await result if isinstance(result, Awaitable) else result
        except CantataError as refused:
            error = refused
        await _sleep(delay)
        if dropped is not None:
            raise NoAnswer("the answer is dropped on purpose")
        if error is not None:
            raise error
        return result

    async def _open(self, listing: Listing, request: Request) -> Stream:
        call = call_of("POST", listing.path, request)
        self._require_available(call)
        await _sleep(self.table.take(call, Delay))
        opened = listing.open(request)
        stream = await opened if isinstance(opened, Awaitable) else opened
        if self.table.take(call, DeliverTwice) is not None:
            stream.elements = _twice(stream.elements)
        cut = self.table.take(call, CutStream)
        if cut is not None:
            stream.elements = _until_cut(stream.elements, cut.after)
        return stream

    def _require_available(self, call: Call) -> None:
        if self.table.take(call, Unavailable) is not None:
            raise Refusal("SERVICE_NOT_RUNNING", "The service is unavailable on purpose")


async def _sleep(delay: Delay | None) -> None:
    if delay is not None:
        await asyncio.sleep(delay.milliseconds / 1_000)


async def _twice(elements: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for element in elements:
        yield element
        yield element


async def _until_cut(elements: AsyncIterator[Any], after: int) -> AsyncIterator[Any]:
    left = after
    if left:
        async for element in elements:
            yield element
            left -= 1
            if not left:
                break
    if left:
        return
    raise NoAnswer("the stream is cut on purpose")

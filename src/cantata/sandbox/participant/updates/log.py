"""Following the log: elements up to an end, or for as long as the node runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from cantata.sandbox.participant.api import Stream
from cantata.sandbox.participant.errors import Origin
from cantata.sandbox.participant.events.reading import Reading
from cantata.sandbox.participant.events.refusals import after_end, negative_offset, pruned
from cantata.sandbox.participant.node import Participant

Read = Callable[[int, int], Iterator[Any]]
"""Gives (offset, element) of what is in the log at offsets in (after, until]."""

Checkpoint = Callable[[int, int | None], Any]
"""Writes a checkpoint of an offset and a record time."""


def require_begin(node: Participant, begin: int, field: str = "begin_exclusive") -> None:
    """Refuse to begin where there is no log."""
    if begin < 0:
        raise negative_offset(begin, field, Origin.REQUEST)
    end = node.ledger.durable_end()
    if begin > end:
        raise after_end("Begin offset", begin, end)
    if begin < node.store.pruned():
        raise pruned(f"Request from {begin} to {end}", node.store.pruned())


def follow(node: Participant, begin: int, read: Read, checkpoint: Checkpoint) -> Stream:
    """Give what comes after an offset, for ever.

    One checkpoint tells where the stream stands before it waits for something new: that of its
    begin, or, for one that begins with the log, that of the end that it has reached.
    """
    reading = Reading(node)
    position = _Position(begin)

    def shown() -> Any:
        return checkpoint(position.offset, reading.recorded_at(position.offset))

    def idle() -> Any:
        """Tell the time where there is nothing more: what comes is not recorded before it."""
        end = node.ledger.durable_end()
        if position.offset != end or node.store.end() != node.store.durable_end():
            return shown()
        recorded = reading.recorded_at(end)
        return checkpoint(end, None if recorded is None else max(recorded, node.now()))

    async def elements() -> AsyncIterator[Any]:
        if begin > 0:
            yield shown()
        told = begin > 0
        while not node.commits.closed:
            end = node.ledger.durable_end()
            for offset, element in read(position.offset, end):
                position.offset = offset
                yield element
            position.offset = end
            if not told and end > 0:
                told = True
                yield shown()
            if node.ledger.durable_end() == end:
                await node.commits.wait()

    return Stream(elements(), finite=False, checkpoint=idle)


def walk(begin: int, end: int, read: Read) -> Stream:
    """Give what is in the log at offsets in (begin, end]."""

    async def elements() -> AsyncIterator[Any]:
        for _, element in read(begin, end):
            yield element

    return Stream(elements(), finite=True)


class _Position:
    """How far a stream has come."""

    __slots__ = ("offset",)

    def __init__(self, offset: int) -> None:
        self.offset = offset

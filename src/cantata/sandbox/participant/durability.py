"""Waiting until what was appended is safe, and telling readers when it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from cantata.sandbox.engine.store import Store
from cantata.sandbox.participant.commits import Commits

Settle = Callable[[], None]


class Durability:
    """Turns tickets of the store into futures of the event loop, one for each batch.

    When a batch is on disk, `commits` is told; when it is lost, `lost` is called first.
    """

    def __init__(self, store: Store, commits: Commits, lost: Settle) -> None:
        self._store = store
        self._commits = commits
        self._lost = lost
        self._batch: _Batch | None = None

    def pending(self) -> asyncio.Future[None]:
        """Give the future of what was appended last; it fails with the store's reason.

        Ask right after appending. Who does not want to wait may drop it: readers are told anyway.
        """
        return self._last().safe

    async def wait(self) -> None:
        """Wait until what was appended last is safe."""
        batch = self._last()
        waiting: asyncio.Future[None] = batch.safe.get_loop().create_future()
        if batch.safe.done():
            batch.tell(waiting)
        else:
            batch.waiting.append(waiting)
        await waiting

    def _last(self) -> _Batch:
        """Give the batch of what was appended last."""
        ticket, loop = self._store.sync(), asyncio.get_running_loop()
        known = self._batch
        if known is not None and known.ticket is ticket and known.safe.get_loop() is loop:
            return known
        batch = self._batch = _Batch(ticket, loop.create_future())

        def settle(done: Future[int]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._settle, batch, done.exception())

        ticket.add_done_callback(settle)
        return batch

    def _settle(self, batch: _Batch, error: BaseException | None) -> None:
        if error is not None:
            self._lost()
            batch.safe.set_exception(error)
            batch.safe.exception()
        else:
            batch.safe.set_result(None)
        for waiting in batch.waiting:
            batch.tell(waiting)
        self._commits.announce()


@dataclass(slots=True, eq=False)
class _Batch:
    """Updates that become safe together, and who waits for that: each may stop waiting."""

    ticket: Future[int]
    safe: asyncio.Future[None]
    waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def tell(self, waiting: asyncio.Future[None]) -> None:
        """End a wait as the batch ended."""
        if waiting.done():
            return
        error = self.safe.exception()
        if error is None:
            waiting.set_result(None)
        else:
            waiting.set_exception(error)

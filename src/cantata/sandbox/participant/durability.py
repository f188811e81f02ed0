"""Waiting until what was appended is safe, and telling readers when it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future

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
        self._ticket: Future[int] | None = None
        self._future: asyncio.Future[None] | None = None

    def pending(self) -> asyncio.Future[None]:
        """Give the future of what was appended last; it fails with the store's reason.

        Ask right after appending. Who does not want to wait may drop it: readers are told anyway.
        """
        ticket, loop = self._store.sync(), asyncio.get_running_loop()
        known = self._future
        if known is None or ticket is not self._ticket or known.get_loop() is not loop:
            future = known = loop.create_future()
            self._ticket, self._future = ticket, future

            def settle(done: Future[int]) -> None:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(self._settle, future, done)

            ticket.add_done_callback(settle)
        return known

    async def wait(self) -> None:
        """Wait until what was appended last is safe."""
        await asyncio.shield(self.pending())

    def _settle(self, future: asyncio.Future[None], done: Future[int]) -> None:
        error = done.exception()
        if error is not None:
            self._lost()
            future.set_exception(error)
            future.exception()
        else:
            future.set_result(None)
        self._commits.announce()

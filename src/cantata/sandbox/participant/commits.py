"""Waking up those who wait for the next commit."""

from __future__ import annotations

import asyncio


class Commits:
    """Announces commits to any number of waiting streams, at no cost to the writer when idle."""

    def __init__(self) -> None:
        self._next: asyncio.Future[None] | None = None
        self._closed = False

    def announce(self) -> None:
        """Wake everybody up: the ledger's end has moved."""
        waiting, self._next = self._next, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    async def wait(self) -> None:
        """Wait for the next announcement; look at the ledger's end before and after."""
        if self._closed:
            return
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._next)

    @property
    def closed(self) -> bool:
        """Tell whether there will be no more commits, so that streams should end."""
        return self._closed

    def close(self) -> None:
        """Wake everybody up for the last time."""
        self._closed = True
        self.announce()

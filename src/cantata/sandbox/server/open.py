"""Streams that are being served, so that all of them can be ended at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from cantata.kernel.errors import CantataError


class OpenStreams:
    """Knows the tasks that serve lists and WebSockets, and ends them with an error."""

    def __init__(self) -> None:
        self._ended: dict[asyncio.Task[object], CantataError | None] = {}

    async def bound(self, serving: Awaitable[object]) -> object:
        """Wait for something within the current task; raise the error that ends all streams."""
        task = asyncio.current_task()
        assert task is not None, "requests run in tasks"
        self._ended[task] = None
        try:
            return await serving
        except asyncio.CancelledError:
            error = self._ended[task]
            if error is None:
                raise
            task.uncancel()
            raise error from None
        finally:
            del self._ended[task]

    def end_all(self, error: CantataError) -> int:
        """End all streams that are open now by raising an error in them; give their number."""
        ended = [task for task, known in self._ended.items() if known is None]
        for task in ended:
            self._ended[task] = error
            task.cancel()
        return len(ended)

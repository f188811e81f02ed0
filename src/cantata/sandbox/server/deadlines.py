"""Deadlines of many waiting requests, looked over once a second: cheaper than a timer for each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

SWEEP_SECONDS = 1

_EXPIRED = -1


class Deadlines:
    """Cancels what waits for too long: then the outcome is unknown to the client."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._since: dict[asyncio.Task[Any], Any] = {}

    async def bound(self, waiting: Awaitable[Any]) -> Any:
        """Wait for something within the current task; raise TimeoutError when it is too late."""
        task = asyncio.current_task()
        assert task is not None, "requests run in tasks"
        self._since[task] = asyncio.get_running_loop().time()
        try:
            return await waiting
        except asyncio.CancelledError:
            if self._since[task] != _EXPIRED:
                raise
            task.uncancel()
            raise TimeoutError from None
        finally:
            del self._since[task]

    def expire(self, now: Any) -> None:
        """Cancel those whose time is up at `now`, the loop's time."""
        for task, since in list(self._since.items()):
            if since != _EXPIRED and now - since > self._seconds:
                self._since[task] = _EXPIRED
                task.cancel()

    async def sweep(self) -> None:
        """Look once a second, until cancelled."""
        now = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.expire(now())

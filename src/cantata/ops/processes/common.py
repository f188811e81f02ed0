"""What the processes have in common: a database of our schema, and jobs beside the main one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from cantata.observability.events import events
from cantata.storage import versions
from cantata.storage.errors import DatabaseUnavailable
from cantata.storage.settings import DatabaseSettings

LOOK_MS = 500
LOOKS_MAX = 40
"""A database that does not answer yet is asked so often before a process gives up."""


async def require_current(stored: DatabaseSettings) -> None:
    """Require our schema; wait for a database that is only just starting, but not for ever."""
    for look in range(1, LOOKS_MAX + 1):
        try:
            await asyncio.to_thread(versions.require_current, stored)
        except DatabaseUnavailable as error:
            if look == LOOKS_MAX:
                raise
            if look == 1:
                events("storage").warning("database.awaited", message=error.message)
            await asyncio.sleep(LOOK_MS / 1_000)
        else:
            return


async def beside(main: Awaitable[Any], helper: Awaitable[Any]) -> None:
    """Run something beside the main thing; end, or fail, with either."""
    helping = asyncio.ensure_future(helper)
    running = asyncio.ensure_future(main)
    try:
        await asyncio.wait((running, helping), return_when=asyncio.FIRST_COMPLETED)
        if helping.done():
            helping.result()
        await running
    finally:
        for job in (helping, running):
            job.cancel()
        await asyncio.gather(helping, running, return_exceptions=True)

"""The embedded PostgreSQL server as a process: it lives as long as its keeper, and ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from cantata.ops.signals import on_end
from cantata.storage.embedded import EmbeddedServer
from cantata.storage.errors import DatabaseUnavailable

LOOK_SECONDS = 0.2


async def keep(server: EmbeddedServer, announce: Callable[[str], None]) -> None:
    """Run the server until told to end; raise DatabaseUnavailable when it dies by itself.

    `announce` is called with its address. Somebody else who uses the server keeps it alive.
    """
    stop = asyncio.Event()
    with on_end(stop.set):
        await asyncio.to_thread(server.start)
        try:
            announce(server.url)
            while not stop.is_set():
                if not server.is_running():
                    raise DatabaseUnavailable("the embedded server died")
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
        finally:
            await asyncio.to_thread(server.stop)

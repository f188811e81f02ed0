"""The embedded PostgreSQL server as a process: it lives as long as its keeper, and ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from subprocess import SubprocessError

from cantata.observability.events import events
from cantata.ops.signals import on_end
from cantata.storage.embedded import EmbeddedServer
from cantata.storage.errors import DatabaseUnavailable

LOOK_MS = 200
STARTS_MAX = 5


async def keep(server: EmbeddedServer, announce: Callable[[str], None]) -> None:
    """Run the server until told to end, and start it again at once when it dies.

    Everybody waits for the database, so this does not wait for a process to begin. Raise
    DatabaseUnavailable when it cannot be started again. `announce` is called with its address.
    Somebody else who uses the server keeps it alive.
    """
    stop = asyncio.Event()
    with on_end(stop.set):
        await asyncio.to_thread(server.start)
        try:
            announce(server.url)
            while not stop.is_set():
                if not server.is_running():
                    await _start_again(server)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), LOOK_MS / 1_000)
        finally:
            await asyncio.to_thread(server.stop)


async def _start_again(server: EmbeddedServer) -> None:
    """Start the server after it died; what it left may keep it from starting for a moment."""
    events("database").warning("database.died")
    for _ in range(STARTS_MAX):
        with suppress(OSError, SubprocessError, AssertionError, RuntimeError):
            await asyncio.to_thread(server.restart)
            return
        await asyncio.sleep(LOOK_MS / 1_000)
    raise DatabaseUnavailable("the embedded server died")

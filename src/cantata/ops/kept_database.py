"""The embedded PostgreSQL server as something that a supervisor keeps alive."""

from __future__ import annotations

import asyncio
from subprocess import SubprocessError

from cantata.kernel.errors import CantataError
from cantata.storage.embedded import EmbeddedServer
from cantata.storage.errors import DatabaseUnavailable

LOOK_MS = 200


class KeptDatabase:
    """Starts the server, looks whether it lives, and starts it again on the same address."""

    name = "postgresql"

    def __init__(self, server: EmbeddedServer) -> None:
        self._server = server
        self._was_started = False

    @property
    def url(self) -> str:
        """Its address, once it was started."""
        return self._server.url

    async def start(self) -> None:
        """Start it, or start it again; one that cannot be started again yet is found dead."""
        if not self._was_started:
            await asyncio.to_thread(self._server.start)
            self._was_started = True
            return
        try:
            await asyncio.to_thread(self._server.restart)
        except (OSError, SubprocessError, AssertionError):
            return

    async def died(self) -> int:
        """Wait until the server's process is gone."""
        while self._server.is_running():  # noqa: ASYNC110 - it is not our child, so we have to look
            await asyncio.sleep(LOOK_MS / 1_000)
        return -1

    async def stop(self) -> None:
        """Stop it, unless another process uses it."""
        await asyncio.to_thread(self._server.stop)

    def failure(self, status: int) -> CantataError:
        """Give the error that says it died too often."""
        return DatabaseUnavailable("the embedded server cannot be started again")

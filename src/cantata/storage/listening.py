"""A bell that PostgreSQL rings: waiting for news without asking for it all the time."""

from __future__ import annotations

import asyncio

import psycopg

from cantata.storage.database import plain_url
from cantata.storage.settings import DatabaseSettings

RECONNECT_SECONDS = 1


class Bell:
    """Rings when a channel is notified; it may ring without reason, and after a lost connection.

    Who waits must look for itself; the bell only says when looking is worth it.
    """

    def __init__(self, settings: DatabaseSettings, channel: str) -> None:
        self._settings = settings
        self._channel = channel
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Ring by hand."""
        self._event.set()

    async def wait(self, longest_ms: int) -> bool:
        """Wait for a ring, but no longer; tell whether it rang."""
        try:
            await asyncio.wait_for(self._event.wait(), longest_ms / 1_000)
        except TimeoutError:
            return False
        self._event.clear()
        return True

    async def listen(self) -> None:
        """Listen for ever; reconnect when the connection is lost."""
        while True:
            try:
                await self._hear()
            except psycopg.Error:
                self.ring()
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _hear(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            plain_url(self._settings.url),
            autocommit=True,
            connect_timeout=max(1, self._settings.connect_ms // 1_000),
            application_name=f"{self._settings.application} bell",
        )
        async with connection:
            await connection.execute(
                psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(self._channel))
            )
            async for _ in connection.notifies():
                self.ring()

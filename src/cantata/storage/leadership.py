"""Leadership: of many processes that could do a job, the one that holds its lock does it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from cantata.storage.database import plain_url
from cantata.storage.errors import DatabaseUnavailable
from cantata.storage.settings import DatabaseSettings

CHECK_SECONDS = 5
"""How often a leader looks whether it still leads, and how long it waits for the answer."""

STANDBY_SECONDS = 1
"""How often a standby looks whether it may lead."""

_KEEPALIVE = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
"""The server forgets a leader whose machine is gone after half a minute."""


class Leadership:
    """A lock that PostgreSQL holds for a connection, and gives back when the connection ends.

    It has a connection of its own, outside of any pool, without a bound on statements.
    """

    def __init__(self, settings: DatabaseSettings, name: str) -> None:
        self._settings = settings
        self._name = name
        self._key = lock_key(name)
        self._connection: psycopg.AsyncConnection[tuple[object, ...]] | None = None

    async def try_acquire(self) -> bool:
        """Take the lock if it is free; DatabaseUnavailable without a database."""
        try:
            connection = self._connection or await self._connect()
            self._connection = connection
            cursor = await connection.execute("SELECT pg_try_advisory_lock(%s)", (self._key,))
            row = await cursor.fetchone()
        except psycopg.Error as error:
            await self.release()
            raise DatabaseUnavailable(str(error)) from error
        return row is not None and row[0] is True

    async def holds(self) -> bool:
        """Tell whether the connection that holds the lock is alive."""
        if self._connection is None:
            return False
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self._connection.execute("SELECT 1")
        except (psycopg.Error, TimeoutError):
            return False
        return True

    async def release(self) -> None:
        """Give the lock back by ending its connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    @asynccontextmanager
    async def lead(self) -> AsyncIterator[None]:
        """Wait until this process leads; give the lead back at the end."""
        try:
            while not await self.try_acquire():  # noqa: ASYNC110 - another process holds it
                await asyncio.sleep(STANDBY_SECONDS)
            yield
        finally:
            await self.release()

    async def _connect(self) -> psycopg.AsyncConnection[tuple[object, ...]]:
        return await psycopg.AsyncConnection.connect(
            plain_url(self._settings.url),
            autocommit=True,
            connect_timeout=max(1, self._settings.connect_ms // 1_000),
            application_name=f"{self._settings.application} {self._name}",
            options=_KEEPALIVE,
        )


def lock_key(name: str) -> int:
    """Give the 64-bit number of a lock's name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)

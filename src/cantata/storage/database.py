"""The database of a process: a bounded pool, and transactions as context managers."""

from __future__ import annotations

import select
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Any, Self

import psycopg
from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import DisconnectionError, InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from cantata.storage.errors import DatabaseUnavailable
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.settings import DatabaseSettings
from cantata.storage.troubles import translated

DRIVER = "postgresql+psycopg"


class Database:
    """A pool of connections: `async with Database(settings) as database`."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self.settings = settings
        self._engine = _engine(settings)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadSession]:
        """Open a transaction that sees one state and cannot change it."""
        with translated():
            async with self._connected() as connection:
                await connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
                async with connection.begin():
                    yield ReadSession(connection)

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[ReadSession]:
        """Read without a transaction: each statement sees the state of its own moment.

        For a single statement that is as good as `read`, and half of the way to the server.
        """
        with translated():
            async with self._connected() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                yield ReadSession(connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[WriteSession]:
        """Open a transaction and commit it at the end; roll back when the block raises."""
        with translated():
            async with self._connected() as connection, connection.begin():
                yield WriteSession(connection)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        async with AsyncExitStack() as stack:
            try:
                connection = await stack.enter_async_context(self._engine.connect())
            except InvalidRequestError as error:
                # The pool's word for one that it replaced, and that was closed again meanwhile.
                raise DatabaseUnavailable("the server closes connections at once") from error
            yield connection

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def driver_url(url: str) -> URL:
    """Give SQLAlchemy's address for a PostgreSQL URL of any form."""
    return make_url(url).set(drivername=DRIVER)


def plain_url(url: str) -> str:
    """Give the address as the driver itself wants it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def connection_options(settings: DatabaseSettings) -> dict[str, object]:
    """Give what the driver needs to open a connection with the bounds of the settings."""
    return {
        "connect_timeout": max(1, settings.connect_ms // 1_000),
        "application_name": settings.application,
        "options": settings.server_options(),
    }


def _engine(settings: DatabaseSettings) -> AsyncEngine:
    engine = create_async_engine(
        driver_url(settings.url),
        pool_size=settings.connections_max,
        max_overflow=0,
        pool_timeout=settings.connection_wait_ms / 1_000,
        connect_args=connection_options(settings),
    )
    event.listen(engine.sync_engine.pool, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, record: Any, proxy: Any) -> None:
    """Replace a pooled connection that the server has closed, without asking the server.

    Nothing is to be read on an idle connection but its end, or a notice, which is as rare.
    """
    driver: psycopg.AsyncConnection[Any] = connection.driver_connection
    if driver.closed or _has_news(driver.fileno()):
        raise DisconnectionError("the server has closed the connection")


def _has_news(socket: int) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))

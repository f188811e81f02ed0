"""What code may do inside a transaction: read, or read and write; only the edge commits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import Executable

from cantata.storage.query import Query
from cantata.storage.troubles import translated

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class ReadSession:
    """A transaction that sees one state of the database and changes nothing."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._driver: Any = None

    async def rows(self, query: Query, **parameters: Any) -> list[Any]:
        """Run a statement that was composed beforehand; give its rows, bounded by itself."""
        cursor = await (await self.driver()).execute(query.text, query.given(parameters))
        return query.read(await cursor.fetchall(), cursor.description or ())

    async def row(self, query: Query, **parameters: Any) -> Any | None:
        """Run a statement that was composed beforehand; give its first row, or None."""
        found = await self.rows(query, **parameters)
        return found[0] if found else None

    async def driver(self) -> Any:
        """Give the driver's connection, which is in this transaction."""
        if self._driver is None:
            self._driver = (await self._connection.get_raw_connection()).driver_connection
        return self._driver

    async def all(
        self, statement: Executable, parameters: Parameters | None = None
    ) -> Sequence[Row[Any]]:
        """Give all rows; bound them in the statement."""
        return (await self._connection.execute(statement, parameters)).all()

    async def first(
        self, statement: Executable, parameters: Parameters | None = None
    ) -> Row[Any] | None:
        """Give the first row, or None."""
        return (await self._connection.execute(statement, parameters)).first()

    async def scalar(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Any:
        """Give the first column of the first row, or None."""
        return (await self._connection.execute(statement, parameters)).scalar()


class WriteSession(ReadSession):
    """A transaction that may change the database; `Database.write` commits it."""

    async def run(self, statement: Executable, parameters: Parameters | None = None) -> int:
        """Run a statement; give the number of rows that it changed."""
        if isinstance(parameters, Sequence) and not parameters:
            return 0
        return (await self._connection.execute(statement, parameters)).rowcount

    async def change(self, query: Query, **parameters: Any) -> int:
        """Run a statement that was composed beforehand; give the number of rows it changed."""
        cursor = await (await self.driver()).execute(query.text, query.given(parameters))
        return int(cursor.rowcount)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Take back what the block did when it raises; the transaction can go on.

        It cannot after DatabaseUnavailable, which ends all of it.
        """
        with translated():
            async with self._connection.begin_nested():
                yield

    async def notify(self, channel: str) -> None:
        """Wake listeners of a channel when the transaction commits."""
        await (await self.driver()).execute("SELECT pg_notify(%s, '')", (channel,))

"""What code may do inside a transaction: read, or read and write; only the edge commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import Executable

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class ReadSession:
    """A transaction that sees one state of the database and changes nothing."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

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

    async def driver(self) -> Any:
        """Give the driver's connection, which is in this transaction, for COPY."""
        return (await self._connection.get_raw_connection()).driver_connection

    async def notify(self, channel: str) -> None:
        """Wake listeners of a channel when the transaction commits."""
        await self._connection.exec_driver_sql("SELECT pg_notify(%s, '')", (channel,))

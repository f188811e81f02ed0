"""Many rows at once: PostgreSQL's binary COPY, inside the transaction of a session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from cantata.storage.session import WriteSession


@dataclass(frozen=True, slots=True)
class CopyTarget:
    """A table and those of its columns that are written, with their PostgreSQL types."""

    table: str
    columns: tuple[str, ...]
    types: tuple[str, ...]

    def __post_init__(self) -> None:
        assert len(self.columns) == len(self.types), self.table


async def copy_rows(
    session: WriteSession, target: CopyTarget, rows: Iterable[Sequence[Any]]
) -> None:
    """Write rows; values have the Python types that the driver maps to the target's types."""
    connection = await session.driver()
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(target.table), sql.SQL(", ").join(map(sql.Identifier, target.columns))
    )
    async with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(target.types)
        for row in rows:
            await copy.write_row(row)

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
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    connection = await session.driver()
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(target.table), sql.SQL(", ").join(map(sql.Identifier, target.columns))
    )
    async with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(target.types)
        pack = copy.formatter.write_row
        pack(first)
        for row in rows:
            if block := pack(row):
                await copy.write(block)

"""The tables of ingestion: the cursor, what each projection has reached, the updates seen."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Index, Table, Text, func, select, update
from sqlalchemy.dialects.postgresql import insert

from cantata.ingestion.model import Batch, Cursor
from cantata.kernel.time import Timestamp
from cantata.storage.copying import CopyTarget, copy_rows
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant

STREAM = "main"

CURSORS = Table(
    "ingestion_cursors",
    METADATA,
    Column("stream", Text, primary_key=True),
    Column("ledger_offset", BigInteger, nullable=False),
    Column("update_id", Text, nullable=False),
    Column("record_time", Instant),
    Column("synchronizer_id", Text, nullable=False),
)

PROJECTIONS = Table(
    "ingestion_projections",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("ledger_offset", BigInteger, nullable=False),
)

UPDATES = Table(
    "ingestion_updates",
    METADATA,
    Column("ledger_offset", BigInteger, primary_key=True, autoincrement=False),
    Column("update_id", Text, nullable=False),
    Column("record_time", Instant, nullable=False),
    Column("command_id", Text, nullable=False),
    Column("workflow_id", Text, nullable=False),
    Index("ix_ingestion_updates_record_time", "record_time"),
    Index("uq_ingestion_updates_update_id", "update_id", unique=True),
)

_UPDATES_COPIED = CopyTarget(
    UPDATES.name,
    ("ledger_offset", "update_id", "record_time", "command_id", "workflow_id"),
    ("int8", "text", "timestamptz", "text", "text"),
)


async def load_cursor(session: ReadSession, *, lock: bool = False) -> Cursor:
    """Give the cursor; with `lock`, nobody else moves it until the transaction ends."""
    statement = select(CURSORS).where(CURSORS.c.stream == STREAM)
    row = await session.first(statement.with_for_update() if lock else statement)
    if row is None:
        return Cursor()
    return Cursor(
        offset=row.ledger_offset,
        update_id=row.update_id,
        record_time=row.record_time,
        synchronizer_id=row.synchronizer_id,
    )


async def save_cursor(session: WriteSession, cursor: Cursor) -> None:
    """Move the cursor."""
    values = {
        "ledger_offset": cursor.offset,
        "update_id": cursor.update_id,
        "record_time": cursor.record_time,
        "synchronizer_id": cursor.synchronizer_id,
    }
    statement = insert(CURSORS).values(stream=STREAM, **values)
    await session.run(statement.on_conflict_do_update(index_elements=["stream"], set_=values))


async def record_updates(session: WriteSession, batch: Batch) -> None:
    """Note the updates of a batch, so that a time can be turned into an offset."""
    rows = (
        (
            t.offset,
            t.update_id,
            t.record_time and t.record_time.to_stdlib(),
            t.command_id,
            t.workflow_id,
        )
        for t in batch.transactions
    )
    await copy_rows(session, _UPDATES_COPIED, rows)


async def offset_at(session: ReadSession, moment: Timestamp) -> int:
    """Give the last offset that was recorded at or before a time; 0 if there is none."""
    statement = select(func.max(UPDATES.c.ledger_offset)).where(UPDATES.c.record_time <= moment)
    return int(await session.scalar(statement) or 0)


async def projection_offsets(session: ReadSession) -> dict[str, int]:
    """Give how far each projection is, by name."""
    rows = await session.all(select(PROJECTIONS))
    return {row.name: row.ledger_offset for row in rows}


async def save_projection(session: WriteSession, name: str, offset: int) -> None:
    """Note how far a projection is."""
    statement = insert(PROJECTIONS).values(name=name, ledger_offset=offset)
    await session.run(
        statement.on_conflict_do_update(index_elements=["name"], set_={"ledger_offset": offset})
    )


async def save_projections(session: WriteSession, names: Sequence[str], offset: int) -> None:
    """Note that projections are all at an offset."""
    await session.run(
        update(PROJECTIONS).where(PROJECTIONS.c.name.in_(names)).values(ledger_offset=offset)
    )

"""The tables of ingestion: the cursor, what each projection has reached, the updates seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Row,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from cantata.ingestion.errors import CursorMoved
from cantata.ingestion.model import Batch, Cursor, Halt, Observed, Positions
from cantata.kernel.time import Timestamp
from cantata.storage.copying import CopyTarget, copy_rows
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant, stored_time

STREAM = "main"

CURSORS = Table(
    "ingestion_cursors",
    METADATA,
    Column("stream", Text, primary_key=True),
    Column("ledger_offset", BigInteger, nullable=False),
    Column("update_id", Text, nullable=False),
    Column("record_time", Instant),
    Column("synchronizer_id", Text, nullable=False),
    Column("halt", JSONB),
    Column("observed", JSONB),
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
_CURSOR = select(CURSORS).where(CURSORS.c.stream == STREAM)
_REACHED = select(PROJECTIONS.c.name, PROJECTIONS.c.ledger_offset)
_MOVE = (
    update(PROJECTIONS)
    .where(PROJECTIONS.c.name.in_(bindparam("names", expanding=True)))
    .values(ledger_offset=bindparam("reached"))
)


async def positions(session: ReadSession, *, lock: bool = False) -> Positions:
    """Tell where everything stands; with `lock`, nothing moves until the transaction ends.

    The cursor's row is the lock of all: whoever makes a projection live, or resets it, holds it.
    """
    row = await session.first(_CURSOR.with_for_update() if lock else _CURSOR)
    reached = {each.name: each.ledger_offset for each in await session.all(_REACHED)}
    return Positions(cursor=_cursor(row), reached=reached, halt=_halt(row), observed=_observed(row))


async def load_cursor(session: ReadSession, *, lock: bool = False) -> Cursor:
    """Give the cursor; with `lock`, nobody else moves it until the transaction ends."""
    return _cursor(await session.first(_CURSOR.with_for_update() if lock else _CURSOR))


async def begin(session: WriteSession, names: Sequence[str]) -> None:
    """Make the rows that there must be: the cursor's, and those of projections."""
    rows = [{"name": name, "ledger_offset": 0} for name in names]
    await session.run(insert(PROJECTIONS).on_conflict_do_nothing(), rows)
    empty = {"stream": STREAM, "ledger_offset": 0, "update_id": "", "synchronizer_id": ""}
    await session.run(insert(CURSORS).on_conflict_do_nothing(), empty)


async def save_cursor(session: WriteSession, cursor: Cursor) -> None:
    """Move the cursor; what halted it is over."""
    values = {
        "ledger_offset": cursor.offset,
        "update_id": cursor.update_id,
        "record_time": cursor.record_time,
        "synchronizer_id": cursor.synchronizer_id,
        "halt": None,
    }
    await session.run(update(CURSORS).where(CURSORS.c.stream == STREAM).values(**values))


async def save_halt(session: WriteSession, halt: Halt) -> None:
    """Show why ingestion stopped."""
    told = {"code": halt.code, "message": halt.message, "hint": halt.hint}
    await session.run(update(CURSORS).where(CURSORS.c.stream == STREAM).values(halt=told))


async def save_observed(session: WriteSession, observed: Observed) -> None:
    """Keep what observers were given, so that they are not given it again."""
    kept = {"until": str(observed.until), "updates": sorted(observed.updates)}
    await session.run(update(CURSORS).where(CURSORS.c.stream == STREAM).values(observed=kept))


async def updates_at(session: ReadSession, moment: Timestamp) -> frozenset[str]:
    """Name the updates that were recorded at a time."""
    rows = await session.all(select(UPDATES.c.update_id).where(UPDATES.c.record_time == moment))
    return frozenset(row.update_id for row in rows)


async def record_updates(session: WriteSession, batch: Batch) -> None:
    """Note the updates of a batch, so that a time can be turned into an offset."""
    rows = (
        (
            t.offset,
            t.update_id,
            t.record_time and stored_time(t.record_time),
            t.command_id,
            t.workflow_id,
        )
        for t in batch.transactions
    )
    await copy_rows(session, _UPDATES_COPIED, rows)


async def forget_updates(session: WriteSession) -> None:
    """Forget all updates."""
    await session.run(delete(UPDATES))


async def offset_at(session: ReadSession, moment: Timestamp) -> int:
    """Give the last offset that was recorded at or before a time; 0 if there is none."""
    statement = select(func.max(UPDATES.c.ledger_offset)).where(UPDATES.c.record_time <= moment)
    return int(await session.scalar(statement) or 0)


async def last_update(session: ReadSession) -> tuple[int, str, Timestamp] | None:
    """Give offset, id and record time of the last update; None before the first."""
    row = await session.first(select(UPDATES).order_by(UPDATES.c.ledger_offset.desc()).limit(1))
    return None if row is None else (row.ledger_offset, row.update_id, row.record_time)


async def projection_offsets(session: ReadSession) -> dict[str, int]:
    """Give how far each projection is, by name."""
    return {row.name: row.ledger_offset for row in await session.all(_REACHED)}


async def expect_projection(session: WriteSession, name: str, offset: int) -> None:
    """Lock a projection's place; raise CursorMoved if it is elsewhere."""
    statement = select(PROJECTIONS.c.ledger_offset).where(PROJECTIONS.c.name == name)
    found = await session.scalar(statement.with_for_update())
    if found != offset:
        raise CursorMoved(offset, -1 if found is None else found)


async def save_projections(session: WriteSession, names: Sequence[str], offset: int) -> None:
    """Note that projections are all at an offset."""
    await session.run(_MOVE, {"names": list(names), "reached": offset})


def _cursor(row: Row[Any] | None) -> Cursor:
    if row is None:
        return Cursor()
    return Cursor(
        offset=row.ledger_offset,
        update_id=row.update_id,
        record_time=row.record_time,
        synchronizer_id=row.synchronizer_id,
    )


def _observed(row: Row[Any] | None) -> Observed | None:
    if row is None or row.observed is None:
        return None
    until = Timestamp.parse(row.observed["until"])
    return Observed(until=until, updates=frozenset(row.observed["updates"]))


def _halt(row: Row[Any] | None) -> Halt | None:
    return None if row is None or row.halt is None else Halt(**row.halt)

"""The table of schedules: when each is due, and how its last run ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Table, Text, select, update
from sqlalchemy.dialects.postgresql import insert

from cantata.kernel.time import Timestamp
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant

SCHEDULES = Table(
    "schedules",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("due_at", Instant, nullable=False),
    Column("ran_at", Instant),
    Column("failure", Text, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """When a schedule is due next, when it ran last, and what was wrong then, if anything."""

    name: str
    due_at: Timestamp
    ran_at: Timestamp | None
    failure: str


async def make(session: WriteSession, names: Sequence[str], now: Timestamp) -> None:
    """Make the rows that there must be; new ones are due at once."""
    rows = [{"name": name, "due_at": now, "failure": ""} for name in names]
    await session.run(insert(SCHEDULES).on_conflict_do_nothing(), rows)


async def take(session: WriteSession, names: Sequence[str], now: Timestamp) -> str | None:
    """Take a due schedule that nobody runs; it is held until the transaction ends."""
    statement = (
        select(SCHEDULES.c.name)
        .where(SCHEDULES.c.name.in_(names), SCHEDULES.c.due_at <= now)
        .order_by(SCHEDULES.c.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = await session.scalar(statement)
    return None if found is None else str(found)


async def ran(
    session: WriteSession, name: str, now: Timestamp, due_at: Timestamp, failure: str = ""
) -> None:
    """Note a run and when the next one is due."""
    await session.run(
        update(SCHEDULES)
        .where(SCHEDULES.c.name == name)
        .values(ran_at=now, due_at=due_at, failure=failure)
    )


async def all_of(session: ReadSession) -> tuple[Scheduled, ...]:
    """Give all schedules by name."""
    rows = await session.all(select(SCHEDULES).order_by(SCHEDULES.c.name))
    return tuple(
        Scheduled(name=row.name, due_at=row.due_at, ran_at=row.ran_at, failure=row.failure)
        for row in rows
    )

"""What was last known of the participant's traffic; one row, which all processes read."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text, select
from sqlalchemy.dialects.postgresql import insert

from cantata.exchange.traffic.model import Level
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant

PARTICIPANT = "participant"

TRAFFIC = Table(
    "exchange_traffic",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("remaining", BigInteger, nullable=False),
    Column("reserve", BigInteger, nullable=False),
    Column("checked_at", Instant, nullable=False),
)


async def level(session: ReadSession) -> Level | None:
    """Give what was last known; None if nobody watches."""
    row = await session.first(select(TRAFFIC).where(TRAFFIC.c.name == PARTICIPANT))
    if row is None:
        return None
    return Level(remaining=row.remaining, reserve=row.reserve, checked_at=row.checked_at)


async def save(session: WriteSession, found: Level) -> None:
    """Write down what is left."""
    values = {
        "remaining": found.remaining,
        "reserve": found.reserve,
        "checked_at": found.checked_at,
    }
    statement = insert(TRAFFIC).values(name=PARTICIPANT, **values)
    await session.run(statement.on_conflict_do_update(index_elements=["name"], set_=values))

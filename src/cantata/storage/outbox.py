"""The outbox: news that commits with the change it tells of, and is delivered afterwards.

News is numbered when it is written, and numbers become visible out of order: transactions take
different times. Readers therefore go by places, which `arrange` gives to news that has committed.
Who has seen a place has seen all smaller ones, whatever was restored or moved to another server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from cantata.kernel.time import Timestamp
from cantata.storage.leadership import lock_key
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant

CHANNEL = "cantata_outbox"
PAGE_MAX = 500

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("place", BigInteger),
    Column("at", Instant, nullable=False),
    Column("topic", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    UniqueConstraint("place"),
    Index("ix_outbox_fresh", "number", postgresql_where="place IS NULL"),
)

_LOCK = lock_key("outbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something happened: `topic` such as `tokens.minted`; `audience` is the party it concerns."""

    at: Timestamp
    topic: str
    audience: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Placed:
    """News with its place in the order of reading."""

    place: int
    news: News


async def publish(session: WriteSession, news: Sequence[News]) -> None:
    """Add news to the caller's transaction and wake readers when it commits."""
    if not news:
        return
    rows = [
        {"at": n.at, "topic": n.topic, "audience": n.audience, "content": dict(n.content)}
        for n in news
    ]
    await session.run(insert(OUTBOX), rows)
    await session.notify(CHANNEL)


async def arrange(session: WriteSession, limit: int = PAGE_MAX) -> int:
    """Give committed news its places, oldest first; give how many got one.

    One transaction at a time does it, since a place must not be seen before a smaller one; while
    another one does it, nothing is done. What causes what keeps its order.
    """
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
        return 0
    fresh = (
        select(OUTBOX.c.number, func.row_number().over(order_by=OUTBOX.c.number).label("rank"))
        .where(OUTBOX.c.place.is_(None))
        .order_by(OUTBOX.c.number)
        .limit(min(limit, PAGE_MAX))
        .cte("fresh")
    )
    last = select(func.coalesce(func.max(OUTBOX.c.place), text("0"))).scalar_subquery()
    return await session.run(
        update(OUTBOX).where(OUTBOX.c.number == fresh.c.number).values(place=last + fresh.c.rank)
    )


async def forget(session: WriteSession, before: Timestamp, up_to: int, most: int) -> int:
    """Delete news that is older than a time, up to a place that all readers passed; count it.

    The last place is kept, so that no place is given twice.
    """
    last = select(func.max(OUTBOX.c.place)).scalar_subquery()
    old = select(OUTBOX.c.number).where(
        OUTBOX.c.place <= up_to, OUTBOX.c.place < last, OUTBOX.c.at < before
    )
    chosen = old.order_by(OUTBOX.c.place).limit(most)
    return await session.run(delete(OUTBOX).where(OUTBOX.c.number.in_(chosen)))


async def last_place(session: ReadSession) -> int:
    """Give the last place that was given; 0 before any."""
    return int(await session.scalar(select(func.max(OUTBOX.c.place))) or 0)


async def after(session: ReadSession, place: int, limit: int = PAGE_MAX) -> tuple[Placed, ...]:
    """Give news after a place, in the order of places, at most `limit` (and PAGE_MAX)."""
    rows = await session.all(
        select(OUTBOX)
        .where(OUTBOX.c.place > place)
        .order_by(OUTBOX.c.place)
        .limit(min(limit, PAGE_MAX))
    )
    return tuple(
        Placed(r.place, News(at=r.at, topic=r.topic, audience=r.audience, content=r.content))
        for r in rows
    )

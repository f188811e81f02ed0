"""The outbox: news that commits with the change it tells of, and is delivered afterwards.

News is numbered; a reader keeps its place and asks for what came after it. A number may become
visible after a higher one, when its transaction took longer: `after` therefore gives nothing
newer than the oldest transaction that still runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Identity, Index, Table, Text, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB

from cantata.kernel.time import Timestamp
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant

CHANNEL = "cantata_outbox"
PAGE_MAX = 500

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("transaction", BigInteger, nullable=False, server_default=text("txid_current()")),
    Column("at", Instant, nullable=False),
    Column("topic", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Index("ix_outbox_topic_number", "topic", "number"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something happened: `topic` such as `tokens.minted`; `audience` is the party it concerns."""

    at: Timestamp
    topic: str
    audience: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Numbered:
    """News with its place in the outbox."""

    number: int
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


async def after(session: ReadSession, number: int, limit: int = PAGE_MAX) -> tuple[Numbered, ...]:
    """Give news after a number, oldest first, at most `limit` (and PAGE_MAX)."""
    settled = OUTBOX.c.transaction < text("txid_snapshot_xmin(txid_current_snapshot())")
    rows = await session.all(
        select(OUTBOX)
        .where(OUTBOX.c.number > number, settled)
        .order_by(OUTBOX.c.number)
        .limit(min(limit, PAGE_MAX))
    )
    return tuple(
        Numbered(r.number, News(at=r.at, topic=r.topic, audience=r.audience, content=r.content))
        for r in rows
    )

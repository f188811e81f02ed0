"""The register: what we know of our tokens beyond the ledger; no projection."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Row, Table, Text, Uuid, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from cantata.automation.model import State
from cantata.automation.tables import INTENTS
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant
from cantata.tokens.model import InstrumentId
from cantata.tokens.orders import NewToken, Registered

TOKENS = Table(
    "tokens",
    METADATA,
    Column("admin", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("price_decimals", Integer, nullable=False),
    Column("classes", JSONB, nullable=False),
    Column("documents", JSONB, nullable=False),
    Column("intent", Uuid, nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("admin", "id"),
)


async def register(session: WriteSession, order: NewToken, intent: UUID, now: Timestamp) -> bool:
    """Register a token under an intent; False if one of its name is there and did not fail."""
    values = {
        "currency": order.currency,
        "price_decimals": order.price_decimals,
        "classes": list(order.classes),
        "documents": [document.to_json() for document in order.documents],
        "intent": intent,
        "created_at": now,
    }
    failed = select(INTENTS.c.id).where(
        INTENTS.c.id == TOKENS.c.intent, INTENTS.c.state == State.FAILED.value
    )
    row = await session.first(
        insert(TOKENS)
        .values(admin=order.issuer, id=order.symbol, **values)
        .on_conflict_do_update(index_elements=["admin", "id"], set_=values, where=failed.exists())
        .returning(TOKENS.c.id)
    )
    return row is not None


async def registered(session: ReadSession, token: InstrumentId) -> Registered | None:
    """Give what is registered of a token."""
    row = await session.first(
        select(TOKENS).where(TOKENS.c.admin == token.admin, TOKENS.c.id == token.id)
    )
    return None if row is None else _registered(row)


async def registered_all(
    session: ReadSession, tokens: list[InstrumentId]
) -> dict[InstrumentId, Registered]:
    """Give what is registered of tokens."""
    if not tokens:
        return {}
    pairs = [(str(token.admin), token.id) for token in tokens]
    place = func.row(TOKENS.c.admin, TOKENS.c.id)
    rows = await session.all(
        select(TOKENS).where(place.in_([func.row(admin, name) for admin, name in pairs]))
    )
    found = map(_registered, rows)
    return {each.token: each for each in found}


def _registered(row: Row[Any]) -> Registered:
    return Registered(
        token=InstrumentId(PartyId(row.admin), row.id),
        currency=row.currency,
        price_decimals=row.price_decimals,
        classes=tuple(row.classes),
        documents=tuple(row.documents),
        created_at=row.created_at,
    )

"""Documents by hash, and what the ledger said of tokens over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Row,
    Table,
    Text,
    Uuid,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert

from cantata.automation.model import State
from cantata.automation.tables import INTENTS
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.storage.leadership import lock_key
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant
from cantata.tokens.model import Instrument, InstrumentId
from cantata.tokens.orders import Document
from cantata.tokens.repository.contracts import instrument_of
from cantata.tokens.repository.holdings import active_at
from cantata.tokens.repository.tables import HOLDINGS, INSTRUMENTS

DOCUMENTS = Table(
    "token_documents",
    METADATA,
    Column("admin", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("version", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("uri", Text, nullable=False),
    Column("intent", Uuid, nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("admin", "instrument", "number", "version"),
    Index("ix_token_documents_sha256", "sha256"),
)
"""Our own state; what the ledger says of a document is its hash alone."""

Place = tuple[int, Timestamp, str]
"""Number, time and version: the order of documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A version of a document as it is recorded."""

    number: int
    document: Document
    created_at: Timestamp


async def queue_up(session: WriteSession, token: InstrumentId) -> None:
    """Let documents of a token be numbered one after the other, until this one commits."""
    key = lock_key(f"token documents {token}")
    await session.run(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


async def add(
    session: WriteSession,
    token: InstrumentId,
    recorded: Sequence[Recorded],
    intent: UUID,
) -> bool:
    """Record versions of documents; False if one is there already, under an intent that holds."""
    for each in recorded:
        document = each.document
        values = {
            "name": document.name,
            "sha256": document.sha256,
            "size": document.size,
            "media_type": document.media_type,
            "visibility": document.visibility,
            "uri": document.uri,
            "intent": intent,
            "created_at": each.created_at,
        }
        failed = select(INTENTS.c.id).where(
            INTENTS.c.id == DOCUMENTS.c.intent, INTENTS.c.state == State.FAILED.value
        )
        row = await session.first(
            insert(DOCUMENTS)
            .values(
                admin=token.admin,
                instrument=token.id,
                number=each.number,
                version=document.version,
                **values,
            )
            .on_conflict_do_update(
                index_elements=["admin", "instrument", "number", "version"],
                set_=values,
                where=failed.exists(),
            )
            .returning(DOCUMENTS.c.number)
        )
        if row is None:
            return False
    return True


async def of_token(
    session: ReadSession,
    token: InstrumentId,
    *,
    name: str | None = None,
    sha256: str | None = None,
    after: Place | None = None,
    limit: int,
) -> tuple[Recorded, ...]:
    """Give versions of documents whose recording did not fail, by number, oldest first."""
    columns = DOCUMENTS.c
    statement = (
        select(DOCUMENTS)
        .join(INTENTS, INTENTS.c.id == columns.intent)
        .where(
            columns.admin == token.admin,
            columns.instrument == token.id,
            INTENTS.c.state != State.FAILED.value,
        )
    )
    if name is not None:
        statement = statement.where(columns.name == name)
    if sha256 is not None:
        statement = statement.where(columns.sha256 == sha256)
    place = (columns.number, columns.created_at, columns.version)
    if after is not None:
        statement = statement.where(
            func.row(*place) > func.row(after[0], after[1].to_stdlib(), after[2])
        )
    rows = await session.all(statement.order_by(*place).limit(limit))
    return tuple(map(_recorded, rows))


async def of_intent(session: ReadSession, intent: UUID) -> Recorded | None:
    """Give the version of a document that an intent adds."""
    row = await session.first(select(DOCUMENTS).where(DOCUMENTS.c.intent == intent))
    return None if row is None else _recorded(row)


async def newest(session: ReadSession, token: InstrumentId) -> dict[int, str]:
    """Give the version of each document that was recorded last and did not fail."""
    columns = DOCUMENTS.c
    rows = await session.all(
        select(columns.number, columns.version)
        .join(INTENTS, INTENTS.c.id == columns.intent)
        .where(
            columns.admin == token.admin,
            columns.instrument == token.id,
            INTENTS.c.state != State.FAILED.value,
        )
        .order_by(columns.number, columns.created_at, columns.version)
    )
    return {row.number: row.version for row in rows}


async def meta(session: ReadSession, token: InstrumentId) -> dict[str, str] | None:
    """Give what the ledger says of a token now; None if there is none."""
    found = await session.scalar(
        select(INSTRUMENTS.c.meta).where(
            INSTRUMENTS.c.admin == token.admin,
            INSTRUMENTS.c.instrument == token.id,
            INSTRUMENTS.c.archived_offset.is_(None),
        )
    )
    return None if found is None else dict(values_of(found))


async def meta_versions(
    session: ReadSession, token: InstrumentId, before: int | None, limit: int
) -> tuple[tuple[int, Mapping[str, str]], ...]:
    """Give what the ledger said of a token and from which offset on, newest first.

    Only where it said something else than before: mints and burns change nothing of it.
    """
    columns = INSTRUMENTS.c
    earlier = func.lag(columns.meta).over(order_by=(columns.created_offset, columns.contract_id))
    versions = (
        select(columns.created_offset, columns.meta, earlier.label("earlier"))
        .where(columns.admin == token.admin, columns.instrument == token.id)
        .subquery()
    )
    statement = select(versions.c.created_offset, versions.c.meta).where(
        versions.c.earlier.is_distinct_from(versions.c.meta)
    )
    if before is not None:
        statement = statement.where(versions.c.created_offset < before)
    rows = await session.all(statement.order_by(versions.c.created_offset.desc()).limit(limit))
    return tuple((row.created_offset, values_of(row.meta)) for row in rows)


async def with_entry(
    session: ReadSession, admin: PartyId, key: str, value: str, after: str, limit: int
) -> tuple[tuple[Instrument, Mapping[str, str]], ...]:
    """Give an issuer's tokens of whose metadata an entry has a value, by symbol."""
    columns = INSTRUMENTS.c
    rows = await session.all(
        select(INSTRUMENTS)
        .where(
            columns.admin == admin,
            columns.archived_offset.is_(None),
            columns.meta["values"][key].astext == value,
            columns.instrument > after,
        )
        .order_by(columns.instrument)
        .limit(limit)
    )
    return tuple((instrument_of(row), values_of(row.meta)) for row in rows)


async def holds(session: ReadSession, parties: Sequence[PartyId], token: InstrumentId) -> bool:
    """Tell whether any of some parties has anything of a token."""
    found = await session.first(
        select(HOLDINGS.c.contract_id)
        .where(
            HOLDINGS.c.owner.in_(parties),
            HOLDINGS.c.admin == token.admin,
            HOLDINGS.c.instrument == token.id,
            active_at(None),
        )
        .limit(1)
    )
    return found is not None


def values_of(stored: Mapping[str, Any]) -> Mapping[str, str]:
    """Read metadata as the ledger writes them."""
    found: Mapping[str, str] = stored.get("values") or {}
    return found


def _recorded(row: Row[Any]) -> Recorded:
    return Recorded(
        number=row.number,
        created_at=row.created_at,
        document=Document(
            name=row.name,
            sha256=row.sha256,
            size=row.size,
            media_type=row.media_type,
            uri=row.uri,
            version=row.version,
            visibility=row.visibility,
        ),
    )

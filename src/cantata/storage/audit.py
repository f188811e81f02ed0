"""The audit trail: who did what, append-only, each entry sealed with the one before it.

An entry's seal is the SHA-256 of the seal before it and of its own content; a change of any
entry, a missing one and a foreign one all break the chain at a place that `verify` names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, LargeBinary, Row, Table, Text, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB

from cantata.kernel.time import Timestamp
from cantata.storage.errors import AuditBroken
from cantata.storage.leadership import lock_key
from cantata.storage.query import Query
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant

FIRST_SEAL = bytes(32)
PAGE = 1_000

AUDIT = Table(
    "audit",
    METADATA,
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)
_LOCK = lock_key("audit")
_QUEUE_UP = Query(text("SELECT pg_advisory_xact_lock(:key)"))
_LAST = Query(select(AUDIT.c.entry, AUDIT.c.seal).order_by(AUDIT.c.entry.desc()).limit(1))
_APPEND = Query(insert(AUDIT))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One action: `actor` did `action` to `subject`; `details` are texts for the reader."""

    at: Timestamp
    actor: str
    action: str
    subject: str
    details: Mapping[str, str]


async def record(session: WriteSession, entry: AuditEntry) -> int:
    """Append an entry in the caller's transaction; give its number.

    Writers follow each other: the trail is locked until the transaction ends.
    """
    await session.change(_QUEUE_UP, key=_LOCK)
    last = await session.row(_LAST)
    number, seal = (last.entry + 1, last.seal) if last is not None else (1, FIRST_SEAL)
    await session.change(
        _APPEND,
        entry=number,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        details=dict(entry.details),
        seal=_seal(seal, number, entry),
    )
    return number


async def verify(session: ReadSession) -> int:
    """Check the whole chain; give the number of entries or raise AuditBroken."""
    number, seal = 0, FIRST_SEAL
    while rows := await session.all(
        select(AUDIT).where(AUDIT.c.entry > number).order_by(AUDIT.c.entry).limit(PAGE)
    ):
        for row in rows:
            if row.entry != number + 1:
                raise AuditBroken(number + 1, "it is missing")
            number = row.entry
            seal = _checked(row, seal)
    return number


def _checked(row: Row[tuple[object, ...]], seal: bytes) -> bytes:
    entry = AuditEntry(
        at=row.at, actor=row.actor, action=row.action, subject=row.subject, details=row.details
    )
    expected = _seal(seal, row.entry, entry)
    if bytes(row.seal) != expected:
        raise AuditBroken(row.entry, "its content does not match its seal")
    return expected


def _seal(before: bytes, number: int, entry: AuditEntry) -> bytes:
    content = [number, str(entry.at), entry.actor, entry.action, entry.subject, dict(entry.details)]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(before + canonical.encode()).digest()

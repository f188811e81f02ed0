"""The answers to requests that change our own state at once, so that a repeat gets the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, PrimaryKeyConstraint, Table, Text, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from cantata.automation.errors import IdempotencyConflict
from cantata.kernel.time import Timestamp
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant

ANSWERS = Table(
    "http_answers",
    METADATA,
    Column("requester", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("requester", "key"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request: who sent it under which key, what it was, and its content."""

    requester: str
    key: str
    what: str
    content: Any

    @property
    def fingerprint(self) -> bytes:
        """Give the hash of what is asked, apart from its key."""
        encoded = json.dumps([self.what, self.content], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(encoded.encode()).digest()


async def answered(session: ReadSession, asked: Asked) -> Any | None:
    """Give the answer to an earlier request; IdempotencyConflict if it asked something else."""
    row = await session.first(
        select(ANSWERS).where(ANSWERS.c.requester == asked.requester, ANSWERS.c.key == asked.key)
    )
    if row is not None and bytes(row.fingerprint) != asked.fingerprint:
        raise IdempotencyConflict(asked.key)
    return None if row is None else row.content


async def keep(session: WriteSession, asked: Asked, content: Any, now: Timestamp) -> bool:
    """Keep an answer in the transaction of what it tells; False if somebody was faster."""
    row = await session.first(
        insert(ANSWERS)
        .values(
            requester=asked.requester,
            key=asked.key,
            fingerprint=asked.fingerprint,
            content=content,
            at=now,
        )
        .on_conflict_do_nothing()
        .returning(ANSWERS.c.key)
    )
    return row is not None


async def is_used(session: ReadSession, requester: str, key: str) -> bool:
    """Tell whether a requester used a key for a request of this kind."""
    found = await session.scalar(
        select(ANSWERS.c.key).where(ANSWERS.c.requester == requester, ANSWERS.c.key == key)
    )
    return found is not None

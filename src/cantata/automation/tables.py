"""The table of intents, and what its rows mean."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from cantata.automation.errors import RequestTooLarge
from cantata.automation.model import REQUEST_BYTES_MAX, Failure, Intent, State, Wish
from cantata.storage.schema import METADATA
from cantata.storage.types import Instant

INTENTS = Table(
    "intents",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("requester", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("subject", Text, nullable=False),
    Column("act_as", ARRAY(Text), nullable=False),
    Column("request", JSONB, nullable=False),
    Column("deadline", Instant),
    Column("state", Text, nullable=False),
    Column("phases", JSONB, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("plan", JSONB),
    Column("command_id", Text, nullable=False),
    Column("dead_after", Instant),
    Column("update_id", Text, nullable=False),
    Column("ledger_offset", BigInteger),
    Column("result", JSONB),
    Column("failure", JSONB),
    Column("trace", Text, nullable=False),
    Column("due_at", Instant),
    Column("needed_by", Instant),
    Column("waiting", Boolean, nullable=False),
    Column("leased_until", Instant),
    Column("leased_by", Text, nullable=False),
    Column("batch", Uuid),
    Column("together_max", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("requester", "key"),
    Index("ix_intents_due", "due_at", postgresql_where="due_at IS NOT NULL"),
    Index(
        "ix_intents_needed_by",
        "needed_by",
        "due_at",
        postgresql_where="needed_by IS NOT NULL AND due_at IS NOT NULL",
    ),
    Index("ix_intents_waiting", "created_at", postgresql_where="waiting"),
    Index(
        "ix_intents_dead_after",
        "dead_after",
        postgresql_where="state IN ('submitted', 'unknown')",
    ),
    Index("ix_intents_subject", "subject", "created_at"),
    Index("ix_intents_requester", "requester", "created_at", "id"),
)

BATCHES = Table(
    "intent_batches",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("intents", ARRAY(Uuid), nullable=False),
    Column("plan", JSONB, nullable=False),
    Column("created_at", Instant, nullable=False),
)
"""Submissions that several intents share, in the order of their parts; rows never change."""


def fingerprint(wish: Wish) -> bytes:
    """Give the hash of what is asked, apart from its key; raise RequestTooLarge."""
    whole = _encoded(wish, sorted(wish.act_as), wish.request)
    if len(whole) > REQUEST_BYTES_MAX:
        raise RequestTooLarge(len(whole), REQUEST_BYTES_MAX)
    return hashlib.sha256(whole if wish.asked is None else _encoded(wish, wish.asked)).digest()


def _encoded(wish: Wish, *said: Any) -> bytes:
    content = [wish.kind, wish.subject, *said, str(wish.deadline)]
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def intent_of(row: Row[Any]) -> Intent:
    """Read a row."""
    return Intent(
        id=row.id,
        wish=Wish(
            kind=row.kind,
            requester=row.requester,
            key=row.key,
            subject=row.subject,
            act_as=tuple(row.act_as),
            request=row.request,
            deadline=row.deadline,
            needed_by=row.needed_by,
        ),
        state=State(row.state),
        attempts=row.attempts,
        plan=row.plan,
        command_id=row.command_id,
        dead_after=row.dead_after,
        update_id=row.update_id,
        offset=row.ledger_offset,
        result=row.result,
        failure=None if row.failure is None else Failure(**row.failure),
        trace=row.trace,
        created_at=row.created_at,
        updated_at=row.updated_at,
        batch=row.batch,
        together_max=row.together_max,
        phases=tuple((state, at) for state, at in row.phases),
    )

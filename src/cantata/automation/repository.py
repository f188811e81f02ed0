"""The table of intents: recorded once, claimed by lease, moved only along legal transitions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    and_,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from cantata.automation.errors import IdempotencyConflict, RequestTooLarge
from cantata.automation.model import (
    CLAIM_MAX,
    FINAL,
    IN_FLIGHT,
    LEASE,
    REQUEST_BYTES_MAX,
    Failure,
    IllegalTransition,
    Intent,
    State,
    Wish,
    may_become,
)
from cantata.kernel.time import Timestamp
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant

CHANNEL = "cantata_intents"
"""Workers listen here for new and freed rows."""

ENDED = "cantata_intents_ended"
"""Who waits for the end of an intent listens here."""

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
    Column("leased_until", Instant),
    Column("leased_by", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("requester", "key"),
    Index("ix_intents_due", "due_at", postgresql_where="due_at IS NOT NULL"),
    Index("ix_intents_command_id", "command_id", postgresql_where="command_id <> ''"),
    Index(
        "ix_intents_dead_after",
        "dead_after",
        postgresql_where="state IN ('submitted', 'unknown')",
    ),
    Index("ix_intents_subject", "subject", "created_at"),
)


async def record(
    session: WriteSession, wish: Wish, identity: UUID, now: Timestamp, trace: str
) -> tuple[Intent, bool]:
    """Record a wish; give its intent and whether it is new.

    The same wish again gives the intent of the first time; another one under the same key
    raises IdempotencyConflict.
    """
    digest = fingerprint(wish)
    row = await session.first(
        insert(INTENTS)
        .values(
            id=identity,
            kind=wish.kind,
            requester=wish.requester,
            key=wish.key,
            fingerprint=digest,
            subject=wish.subject,
            act_as=list(wish.act_as),
            request=dict(wish.request),
            deadline=wish.deadline,
            state=State.REQUESTED.value,
            phases=[[State.REQUESTED.value, str(now)]],
            attempts=0,
            command_id="",
            update_id="",
            trace=trace,
            due_at=now,
            leased_by="",
            created_at=now,
            updated_at=now,
        )
        .on_conflict_do_nothing(index_elements=["requester", "key"])
        .returning(INTENTS)
    )
    if row is not None:
        await session.notify(CHANNEL)
        return intent_of(row), True
    statement = select(INTENTS).where(
        INTENTS.c.requester == wish.requester, INTENTS.c.key == wish.key
    )
    earlier = await session.first(statement)
    assert earlier is not None, wish.key
    if bytes(earlier.fingerprint) != digest:
        raise IdempotencyConflict(wish.key)
    return intent_of(earlier), False


async def find(session: ReadSession, wish: Wish) -> Intent | None:
    """Give the intent that a wish was recorded as before; IdempotencyConflict for another one."""
    row = await session.first(
        select(INTENTS).where(INTENTS.c.requester == wish.requester, INTENTS.c.key == wish.key)
    )
    if row is not None and bytes(row.fingerprint) != fingerprint(wish):
        raise IdempotencyConflict(wish.key)
    return None if row is None else intent_of(row)


async def is_used(session: ReadSession, requester: str, key: str) -> bool:
    """Tell whether a requester used a key before."""
    found = await session.scalar(
        select(INTENTS.c.id).where(INTENTS.c.requester == requester, INTENTS.c.key == key)
    )
    return found is not None


async def claim(
    session: WriteSession,
    kinds: Sequence[str],
    worker: str,
    now: Timestamp,
    limit: int = CLAIM_MAX,
) -> tuple[Intent, ...]:
    """Lease due rows that nobody holds to a worker, oldest first."""
    free = or_(INTENTS.c.leased_until.is_(None), INTENTS.c.leased_until < now)
    due = and_(INTENTS.c.due_at <= now, INTENTS.c.kind.in_(kinds), free)
    chosen = (
        select(INTENTS.c.id)
        .where(due)
        .order_by(INTENTS.c.due_at)
        .limit(min(limit, CLAIM_MAX))
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    rows = await session.all(
        update(INTENTS)
        .where(INTENTS.c.id.in_(chosen))
        .values(leased_until=now + LEASE, leased_by=worker)
        .returning(INTENTS)
    )
    return tuple(sorted(map(intent_of, rows), key=lambda intent: intent.created_at))


async def load(session: ReadSession, identity: UUID, *, lock: bool = False) -> Intent | None:
    """Give an intent; with `lock`, nobody else moves it until the transaction ends."""
    statement = select(INTENTS).where(INTENTS.c.id == identity)
    row = await session.first(statement.with_for_update() if lock else statement)
    return None if row is None else intent_of(row)


async def loaded(session: ReadSession, identities: Sequence[UUID]) -> tuple[Intent, ...]:
    """Give those of some intents that exist."""
    rows = await session.all(select(INTENTS).where(INTENTS.c.id.in_(identities)))
    return tuple(map(intent_of, rows))


async def phases(session: ReadSession, identity: UUID) -> tuple[tuple[str, str], ...]:
    """Give the states that an intent went through, each with its time."""
    found = await session.scalar(select(INTENTS.c.phases).where(INTENTS.c.id == identity))
    return tuple((state, at) for state, at in found or ())


async def listed(
    session: ReadSession,
    requester: str,
    before: tuple[Timestamp, UUID] | None,
    limit: int,
) -> tuple[Intent, ...]:
    """Give what a requester asked for before a place, newest first."""
    statement = select(INTENTS).where(INTENTS.c.requester == requester)
    if before is not None:
        place = func.row(INTENTS.c.created_at, INTENTS.c.id)
        statement = statement.where(place < func.row(before[0], before[1]))
    ordered = statement.order_by(INTENTS.c.created_at.desc(), INTENTS.c.id.desc())
    return tuple(map(intent_of, await session.all(ordered.limit(limit))))


async def submitted_as(session: ReadSession, commands: Sequence[str]) -> tuple[Intent, ...]:
    """Give and lock the intents whose present submission has one of these command ids."""
    statement = select(INTENTS).where(
        INTENTS.c.command_id.in_(commands), INTENTS.c.command_id != ""
    )
    return tuple(map(intent_of, await session.all(statement.with_for_update())))


async def dead(session: ReadSession, record_time: Timestamp) -> tuple[Intent, ...]:
    """Give and lock the intents in flight whose submission can have no effect any more."""
    statement = (
        select(INTENTS)
        .where(
            INTENTS.c.state.in_([state.value for state in IN_FLIGHT]),
            INTENTS.c.dead_after < record_time,
        )
        .limit(CLAIM_MAX)
    )
    return tuple(map(intent_of, await session.all(statement.with_for_update())))


async def move(
    session: WriteSession, intent: Intent, state: State, now: Timestamp, **changes: Any
) -> Intent:
    """Move an intent to another state, if nobody did so before; raise IllegalTransition.

    Give it as it is then. Its lease ends unless the changes say otherwise.
    """
    if not may_become(intent.state, state):
        raise IllegalTransition(intent.id, intent.state, state)
    values: dict[str, Any] = {
        "leased_until": None,
        "due_at": None,
        **changes,
        "state": state.value,
        "updated_at": now,
        "phases": INTENTS.c.phases.concat([[state.value, str(now)]]),
    }
    row = await session.first(
        update(INTENTS)
        .where(INTENTS.c.id == intent.id, INTENTS.c.state == intent.state.value)
        .values(**values)
        .returning(INTENTS)
    )
    if row is None:
        found = await load(session, intent.id)
        raise IllegalTransition(intent.id, found.state if found else intent.state, state)
    if state in FINAL:
        await session.notify(ENDED)
    return intent_of(row)


async def postpone(session: WriteSession, intent: Intent, due_at: Timestamp) -> None:
    """Leave an intent in its state and look at it again later."""
    await session.run(
        update(INTENTS).where(INTENTS.c.id == intent.id).values(due_at=due_at, leased_until=None)
    )


async def counts(session: ReadSession) -> dict[tuple[str, str], int]:
    """Count unfinished intents by kind and state."""
    unfinished = INTENTS.c.state.not_in([state.value for state in FINAL])
    rows = await session.all(
        select(INTENTS.c.kind, INTENTS.c.state, func.count().label("rows"))
        .where(unfinished)
        .group_by(INTENTS.c.kind, INTENTS.c.state)
    )
    return {(row.kind, row.state): row.rows for row in rows}


def fingerprint(wish: Wish) -> bytes:
    """Give the hash of what is wished, apart from its key."""
    content = [wish.kind, wish.subject, sorted(wish.act_as), dict(wish.request), str(wish.deadline)]
    encoded = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    if len(encoded) > REQUEST_BYTES_MAX:
        raise RequestTooLarge(len(encoded), REQUEST_BYTES_MAX)
    return hashlib.sha256(encoded).digest()


def failure_json(failure: Failure) -> dict[str, Any]:
    """Give a failure as it is stored."""
    return {
        "code": failure.code,
        "message": failure.message,
        "hint": failure.hint,
        "context": dict(failure.context),
    }


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
    )

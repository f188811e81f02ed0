"""The table of intents: recorded once, claimed by lease, moved only along legal transitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, bindparam, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from cantata.automation.errors import IdempotencyConflict
from cantata.automation.handler import Plan
from cantata.automation.model import (
    FINAL,
    IN_DOUBT,
    LEASE,
    RESEND,
    TOGETHER_MAX,
    WAKE_MAX,
    Failure,
    IllegalTransition,
    Intent,
    State,
    Wish,
    command_id,
    may_become,
)
from cantata.automation.tables import INTENTS, fingerprint, intent_of
from cantata.ingestion.repository import CURSORS
from cantata.kernel.time import Timestamp
from cantata.observability.tracing import continued
from cantata.storage.query import Query
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant

CHANNEL = "cantata_intents"
"""Workers listen here for new and freed rows."""

ENDED = "cantata_intents_ended"
"""Who waits for the end of an intent, or for what there is to sign, listens here."""


_GIVEN = (
    *("id", "kind", "requester", "key", "fingerprint", "subject", "act_as", "request", "deadline"),
    *("state", "phases", "attempts", "command_id", "update_id", "trace", "due_at", "waiting"),
    *("needed_by", "leased_by", "together_max", "created_at", "updated_at"),
)
_RECORD = Query(
    insert(INTENTS)
    .values({name: bindparam(name, type_=INTENTS.c[name].type) for name in _GIVEN})
    .on_conflict_do_nothing(index_elements=["requester", "key"])
    .returning(INTENTS, func.pg_notify(bindparam("channel", type_=Text), ""))
)
_ASKED = Query(
    select(INTENTS).where(
        INTENTS.c.requester == bindparam("requester"), INTENTS.c.key == bindparam("key")
    )
)


async def record(
    session: WriteSession, wish: Wish, identity: UUID, now: Timestamp, trace: str
) -> tuple[Intent, bool]:
    """Record a wish; give its intent and whether it is new.

    The same wish again gives the intent of the first time; another one under the same key
    raises IdempotencyConflict.
    """
    digest = fingerprint(wish)
    row = await session.row(
        _RECORD,
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
        trace=trace or continued(""),
        due_at=now,
        needed_by=wish.needed_by,
        waiting=False,
        leased_by="",
        together_max=TOGETHER_MAX,
        created_at=now,
        updated_at=now,
        channel=CHANNEL,
    )
    if row is not None:
        return intent_of(row), True
    earlier = await session.row(_ASKED, requester=wish.requester, key=wish.key)
    assert earlier is not None, wish.key
    if bytes(earlier.fingerprint) != digest:
        raise IdempotencyConflict(wish.key)
    return intent_of(earlier), False


async def find(session: ReadSession, wish: Wish) -> Intent | None:
    """Give the intent that a wish was recorded as before; IdempotencyConflict for another one."""
    row = await session.row(_ASKED, requester=wish.requester, key=wish.key)
    if row is not None and bytes(row.fingerprint) != fingerprint(wish):
        raise IdempotencyConflict(wish.key)
    return None if row is None else intent_of(row)


async def is_used(session: ReadSession, requester: str, key: str) -> bool:
    """Tell whether a requester used a key before."""
    found = await session.scalar(
        select(INTENTS.c.id).where(INTENTS.c.requester == requester, INTENTS.c.key == key)
    )
    return found is not None


async def take_over(session: WriteSession, worker: str) -> int:
    """Free the rows that a worker of this name held when it died; give how many there are.

    Should another worker of the same name be alive, both take a step of the same row: of two
    moves only one succeeds, and the ledger knows a command that is sent twice.
    """
    return await session.run(
        update(INTENTS)
        .where(INTENTS.c.due_at.is_not(None), INTENTS.c.leased_by == worker)
        .values(leased_until=None, leased_by="")
    )


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
        statement = statement.where(place < func.row(before[0].to_stdlib(), before[1]))
    ordered = statement.order_by(INTENTS.c.created_at.desc(), INTENTS.c.id.desc())
    return tuple(map(intent_of, await session.all(ordered.limit(limit))))


async def move(
    session: WriteSession,
    intent: Intent,
    states: State | Sequence[State],
    now: Timestamp,
    **changes: Any,
) -> Intent:
    """Move an intent to another state, or through several, if nobody did so before.

    Give it as it is then; raise IllegalTransition. Its lease ends, and nothing is due, unless the
    changes say otherwise.
    """
    path = (states,) if isinstance(states, State) else tuple(states)
    before = intent.state
    for state in path:
        if not may_become(before, state):
            raise IllegalTransition(intent.id, before, state)
        before = state
    values: dict[str, Any] = {
        "leased_until": None,
        "due_at": None,
        "waiting": False,
        **changes,
        "state": before.value,
        "updated_at": now,
        "phases": INTENTS.c.phases.concat([[state.value, str(now)] for state in path]),
    }
    is_news = before in FINAL or before is State.AWAITING_SIGNATURE
    told = (func.pg_notify(ENDED, ""),) if is_news else ()
    row = await session.first(
        update(INTENTS)
        .where(
            INTENTS.c.id == intent.id,
            INTENTS.c.state == intent.state.value,
            INTENTS.c.attempts == intent.attempts,
        )
        .values(**values)
        .returning(INTENTS, *told)
    )
    if row is None:
        found = await load(session, intent.id)
        raise IllegalTransition(intent.id, found.state if found else intent.state, before)
    return intent_of(row)


async def mark_prepared(
    session: WriteSession, intent: Intent, plan: Plan, now: Timestamp
) -> Intent:
    """Write down that an intent goes on to be signed; whoever did so holds it for a while."""
    return await move(
        session,
        intent,
        State.PREPARED,
        now,
        plan=plan.to_json(),
        command_id=command_id(intent.id, intent.attempts + 1),
        due_at=now,
        leased_until=now + LEASE,
    )


async def mark_sent(
    session: WriteSession, intent: Intent, path: Sequence[State], plan: Plan, now: Timestamp
) -> Intent:
    """Write down that an intent is sent under its command id, before it is."""
    stored = intent.plan if intent.plan is not None or intent.batch else plan.to_json()
    return await move(
        session,
        intent,
        path,
        now,
        plan=stored,
        command_id=intent.command_id,
        attempts=intent.attempts + 1,
        dead_after=intent.dead_after if plan.external else doubtful_until(now, plan),
        due_at=now + RESEND,
    )


def doubtful_until(now: Timestamp, plan: Plan) -> Any:
    """Give when a command that is sent now is dead: by our clock or the ledger's, the later.

    It is not dead before its plan's `max_record_time`.
    """
    span = text(f"interval '{IN_DOUBT.microseconds} microseconds'")
    reached = select(CURSORS.c.record_time).scalar_subquery()
    latest = max(now + IN_DOUBT, plan.max_record_time or now)
    return func.greatest(literal(latest, Instant), reached.op("+")(span))


async def wake(
    session: WriteSession, parties: Sequence[str], subjects: Sequence[str], now: Timestamp
) -> int:
    """Make due what waits for the given parties' holdings, or for a subject, oldest first."""
    chosen = (
        select(INTENTS.c.id)
        .where(
            INTENTS.c.waiting,
            or_(
                INTENTS.c.act_as.op("&&")(literal(list(parties), ARRAY(Text))),
                INTENTS.c.subject.in_(subjects),
            ),
            INTENTS.c.due_at > now,
        )
        .order_by(INTENTS.c.created_at)
        .limit(WAKE_MAX)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    woken = await session.run(
        update(INTENTS).where(INTENTS.c.id.in_(chosen)).values(due_at=now, waiting=False)
    )
    if woken:
        await session.notify(CHANNEL)
    return woken


async def revise(
    session: WriteSession, intent: Intent, plan: Mapping[str, Any], now: Timestamp
) -> Intent:
    """Change the plan of an intent that stays in its state, and have a worker look at it."""
    row = await session.first(
        update(INTENTS)
        .where(INTENTS.c.id == intent.id, INTENTS.c.state == intent.state.value)
        .values(plan=dict(plan), due_at=now, leased_until=None, updated_at=now)
        .returning(INTENTS, func.pg_notify(CHANNEL, ""))
    )
    if row is None:
        raise IllegalTransition(intent.id, intent.state, intent.state)
    return intent_of(row)


async def postpone(
    session: WriteSession,
    intent: Intent,
    due_at: Timestamp,
    *,
    waiting: bool = False,
    why: Failure | None = None,
) -> None:
    """Leave an intent in its state and look at it again later, or when what it waits for comes."""
    told = {} if why is None else {"failure": failure_json(why)}
    await session.run(
        update(INTENTS)
        .where(INTENTS.c.id == intent.id, INTENTS.c.state == intent.state.value)
        .values(due_at=due_at, leased_until=None, waiting=waiting, **told)
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


def failure_json(failure: Failure) -> dict[str, Any]:
    """Give a failure as it is stored."""
    return {
        "code": failure.code,
        "message": failure.message,
        "hint": failure.hint,
        "context": dict(failure.context),
    }

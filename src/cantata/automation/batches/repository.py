"""The statements about many intents at a time, and about submissions that several share."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, all_, any_, bindparam, null, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from cantata.automation.handler import Plan
from cantata.automation.model import (
    CLAIM_MAX,
    DEAD_MAX,
    IN_DOUBT,
    IN_FLIGHT,
    LEASE,
    PRESSING_MAX,
    RESEND,
    Failure,
    IllegalTransition,
    Intent,
    State,
    may_become,
)
from cantata.automation.repository import CHANNEL, ENDED, failure_json
from cantata.automation.tables import BATCHES, INTENTS, intent_of
from cantata.kernel.time import Timestamp
from cantata.storage.query import Query
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant, stored_time

_NOW = bindparam("now", type_=Instant)
_CLAIMED = (
    select(INTENTS)
    .where(
        INTENTS.c.due_at <= _NOW,
        INTENTS.c.kind == any_(bindparam("kinds", type_=ARRAY(Text))),
        or_(INTENTS.c.leased_until.is_(None), INTENTS.c.leased_until < _NOW),
    )
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_PRESSING = Query(_CLAIMED.where(INTENTS.c.needed_by.is_not(None)).order_by(INTENTS.c.needed_by))
_DUE = Query(
    _CLAIMED.where(INTENTS.c.id != all_(bindparam("taken", type_=ARRAY(Uuid)))).order_by(
        INTENTS.c.due_at
    )
)
_LEASE = Query(
    text(
        "UPDATE intents SET leased_until = :until, leased_by = :worker"
        " WHERE id = ANY(CAST(:ids AS uuid[]))"
    )
)
_HAND_BACK = Query(
    text(
        "UPDATE intents SET leased_until = NULL, leased_by = ''"
        " WHERE id = ANY(CAST(:ids AS uuid[])) AND leased_by = :worker"
    )
)
# Plans are large and of no use once their command was sent.
_LEAN = [null().label("plan") if each is INTENTS.c.plan else each for each in INTENTS.c]
_LOCKED = Query(
    select(*_LEAN)
    .where(INTENTS.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    .order_by(INTENTS.c.id)
    .with_for_update()
)
_DEAD = Query(
    select(*_LEAN)
    .where(
        or_(*(INTENTS.c.state == state.value for state in sorted(IN_FLIGHT, key=str))),
        INTENTS.c.dead_after < bindparam("record_time", type_=Instant),
        INTENTS.c.kind == any_(bindparam("kinds", type_=ARRAY(Text))),
        or_(INTENTS.c.leased_until.is_(None), INTENTS.c.leased_until < _NOW),
    )
    .order_by(INTENTS.c.id)
    .limit(DEAD_MAX)
    .with_for_update()
)
_MARK = Query(
    text(
        "UPDATE intents SET state = 'submitted', phases = phases || CAST(:phases AS jsonb),"
        " attempts = attempts + 1, plan = CAST(sent.plan AS jsonb), batch = sent.batch,"
        " command_id = sent.command, due_at = sent.due, waiting = false, leased_until = NULL,"
        " updated_at = :now, dead_after = greatest(:dead, (SELECT max(record_time)"
        " + CAST(:doubt AS bigint) * interval '1 microsecond' FROM ingestion_cursors))"
        " FROM unnest(CAST(:ids AS uuid[]), CAST(:plans AS text[]), CAST(:batches AS uuid[]),"
        " CAST(:commands AS text[]), CAST(:dues AS timestamptz[]))"
        " AS sent(id, plan, batch, command, due)"
        " WHERE intents.id = sent.id AND intents.state = 'requested'"
    )
)
_COMPLETE = Query(
    text(
        "WITH done AS (UPDATE intents SET state = 'completed',"
        " phases = phases || CAST(:phases AS jsonb), update_id = ended.update_id,"
        " ledger_offset = ended.place, result = CAST(ended.result AS jsonb), failure = NULL,"
        " due_at = NULL, waiting = false, leased_until = NULL, updated_at = :now"
        " FROM unnest(CAST(:ids AS uuid[]), CAST(:updates AS text[]), CAST(:places AS bigint[]),"
        " CAST(:results AS text[])) AS ended(id, update_id, place, result)"
        " WHERE intents.id = ended.id AND intents.state <> 'completed' RETURNING intents.id)"
        " SELECT count(*), pg_notify(:channel, '') FROM done"
    )
)
_FAIL = Query(
    text(
        "WITH done AS (UPDATE intents SET state = 'failed',"
        " phases = phases || CAST(:phases AS jsonb), failure = CAST(ended.failure AS jsonb),"
        " due_at = NULL, waiting = false, leased_until = NULL, updated_at = :now"
        " FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]),"
        " CAST(:attempts AS integer[]), CAST(:failures AS text[]))"
        " AS ended(id, state, attempts, failure)"
        " WHERE intents.id = ended.id AND intents.state = ended.state"
        " AND intents.attempts = ended.attempts RETURNING intents.id)"
        " SELECT pg_notify(:channel, '') FROM done"
    )
)
_HOLD = Query(
    text(
        "UPDATE intents SET leased_until = :until, leased_by = '', waiting = false,"
        " failure = CAST(held.failure AS jsonb), due_at = CASE WHEN intents.state"
        " IN ('submitted', 'unknown') THEN NULL ELSE CAST(:until AS timestamptz) END"
        " FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:failures AS text[]))"
        " AS held(id, state, failure)"
        " WHERE intents.id = held.id AND intents.state = held.state"
    )
)
_POSTPONE = Query(
    text(
        "UPDATE intents SET due_at = later.due, waiting = true, leased_until = NULL"
        " FROM unnest(CAST(:ids AS uuid[]), CAST(:dues AS timestamptz[])) AS later(id, due)"
        " WHERE intents.id = later.id AND intents.state = 'requested'"
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How an intent is written down as sent; one that shares its submission has no plan.

    Only the first of those who share one is looked at again: it stands for all. It is not dead
    before `dead_after`, if that is known.
    """

    intent: Intent
    command_id: str
    plan: Mapping[str, Any] | None = None
    batch: UUID | None = None
    is_first: bool = True
    dead_after: Timestamp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """How an intent is written down as completed."""

    intent: Intent
    update_id: str
    offset: int
    result: Mapping[str, Any]


async def due(
    session: WriteSession, kinds: Sequence[str], now: Timestamp, limit: int = CLAIM_MAX
) -> tuple[Intent, ...]:
    """Give due rows that nobody holds, and lock them until the commit.

    First come those whose time ends soonest, then those that are due for longest, the oldest
    first. The latter have a share of their own, so whatever presses, each comes to its turn.
    """
    most = min(limit, CLAIM_MAX)
    share = most * PRESSING_MAX // CLAIM_MAX
    pressing = await session.rows(_PRESSING, kinds=list(kinds), now=now, most=share)
    taken, left = [row.id for row in pressing], most - len(pressing)
    rows = await session.rows(_DUE, kinds=list(kinds), now=now, most=left, taken=taken)
    aged = sorted(map(intent_of, rows), key=lambda intent: intent.created_at)
    return (*map(intent_of, pressing), *aged)


async def claim(
    session: WriteSession, kinds: Sequence[str], worker: str, now: Timestamp, limit: int = CLAIM_MAX
) -> tuple[Intent, ...]:
    """Lease due rows that nobody holds to a worker."""
    found = await due(session, kinds, now, limit)
    await lease(session, found, worker, now)
    return found


async def lease(
    session: WriteSession, intents: Sequence[Intent], worker: str, now: Timestamp
) -> None:
    """Lease locked rows to a worker beyond the end of the transaction."""
    if intents:
        until = stored_time(now + LEASE)
        await session.change(_LEASE, ids=_ids(intents), until=until, worker=worker)


async def hand_back(session: WriteSession, intents: Sequence[Intent], worker: str) -> None:
    """End the leases of a worker that did nothing with its rows."""
    if intents and await session.change(_HAND_BACK, ids=_ids(intents), worker=worker):
        await session.notify(CHANNEL)


async def locked(session: ReadSession, identities: Sequence[UUID]) -> tuple[Intent, ...]:
    """Give and lock those of some intents that exist, without plans, always in the same order."""
    if not identities:
        return ()
    return tuple(map(intent_of, await session.rows(_LOCKED, ids=list(identities))))


async def dead(
    session: ReadSession, kinds: Sequence[str], record_time: Timestamp, now: Timestamp
) -> tuple[Intent, ...]:
    """Give and lock the intents in flight whose submission can have no effect any more.

    Those that somebody works on are left to the next time.
    """
    rows = await session.rows(_DEAD, kinds=list(kinds), record_time=record_time, now=now)
    return tuple(map(intent_of, rows))


async def add_batch(
    session: WriteSession, identity: UUID, intents: Sequence[Intent], plan: Plan, now: Timestamp
) -> None:
    """Keep which intents share a submission, and what is sent for them."""
    values = {"id": identity, "intents": _ids(intents), "plan": plan.to_json(), "created_at": now}
    await session.run(insert(BATCHES).values(**values))


async def members(session: ReadSession, batches: Sequence[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Give the intents of shared submissions, in the order of their parts."""
    if not batches:
        return {}
    columns = BATCHES.c
    rows = await session.all(
        select(columns.id, columns.intents).where(columns.id.in_(list(batches)))
    )
    return {row.id: tuple(row.intents) for row in rows}


async def plan_of(session: ReadSession, batch: UUID) -> tuple[Plan, tuple[UUID, ...]]:
    """Give what is sent for a shared submission, and its intents."""
    row = await session.first(select(BATCHES).where(BATCHES.c.id == batch))
    assert row is not None, batch
    return Plan.from_json(row.plan), tuple(row.intents)


async def mark_sent(session: WriteSession, marks: Sequence[Mark], now: Timestamp) -> None:
    """Write down that locked requested intents are sent, before they are."""
    if not marks:
        return
    again = stored_time(now + RESEND)
    plans = [None if each.plan is None else json.dumps(each.plan) for each in marks]
    changed = await session.change(
        _MARK,
        ids=_ids([each.intent for each in marks]),
        plans=plans,
        batches=[each.batch for each in marks],
        commands=[each.command_id for each in marks],
        dues=[again if each.is_first else None for each in marks],
        phases=_phases((State.PREPARED, State.SUBMITTED), now),
        dead=stored_time(max([now + IN_DOUBT, *(m.dead_after for m in marks if m.dead_after)])),
        doubt=IN_DOUBT.microseconds,
        now=stored_time(now),
    )
    assert changed == len(marks), (changed, len(marks))


async def complete(session: WriteSession, effects: Sequence[Effect], now: Timestamp) -> None:
    """Write down what locked intents came to; whoever waits for their end is told."""
    if not effects:
        return
    await session.change(
        _COMPLETE,
        ids=_ids([each.intent for each in effects]),
        updates=[each.update_id for each in effects],
        places=[each.offset for each in effects],
        results=[json.dumps(each.result) for each in effects],
        phases=_phases((State.COMPLETED,), now),
        channel=ENDED,
        now=stored_time(now),
    )


async def fail(
    session: WriteSession, failed: Sequence[tuple[Intent, Failure]], now: Timestamp
) -> None:
    """Write down why intents failed; whoever waits for their end is told.

    Raise IllegalTransition if somebody moved one of them meanwhile.
    """
    for intent, _ in failed:
        if not may_become(intent.state, State.FAILED):
            raise IllegalTransition(intent.id, intent.state, State.FAILED)
    changed = await session.change(
        _FAIL,
        ids=_ids([intent for intent, _ in failed]),
        states=[intent.state.value for intent, _ in failed],
        attempts=[intent.attempts for intent, _ in failed],
        failures=[json.dumps(failure_json(why)) for _, why in failed],
        phases=_phases((State.FAILED,), now),
        channel=ENDED,
        now=stored_time(now),
    )
    if changed != len(failed):
        first, _ = failed[0]
        raise IllegalTransition(first.id, first.state, State.FAILED)


async def hold(
    session: WriteSession, held: Sequence[tuple[Intent, Failure]], now: Timestamp
) -> None:
    """Leave intents whose end did not succeed as they are, for the time of a lease.

    One that was sent is not sent again, since its outcome is known: it ends when it is dead.
    """
    if held:
        await session.change(
            _HOLD,
            ids=_ids([intent for intent, _ in held]),
            states=[intent.state.value for intent, _ in held],
            failures=[json.dumps(failure_json(why)) for _, why in held],
            until=stored_time(now + LEASE),
        )


async def postpone(session: WriteSession, later: Sequence[tuple[Intent, Timestamp]]) -> None:
    """Let requested intents wait for what they need, each until a time at the latest."""
    if later:
        dues = [stored_time(due_at) for _, due_at in later]
        await session.change(_POSTPONE, ids=_ids([each for each, _ in later]), dues=dues)


async def move_all(
    session: WriteSession,
    intents: Sequence[Intent],
    states: Sequence[State],
    now: Timestamp,
    **changes: Any,
) -> tuple[Intent, ...]:
    """Move intents that share a submission, and so a state, all in the same way, or none.

    Raise IllegalTransition if somebody moved one of them meanwhile. Nothing is due of them unless
    the changes say so.
    """
    first = intents[0]
    before = first.state
    for state in states:
        if not may_become(before, state):
            raise IllegalTransition(first.id, before, state)
        before = state
    values: dict[str, Any] = {
        "leased_until": None,
        "due_at": None,
        "waiting": False,
        **changes,
        "state": before.value,
        "updated_at": now,
        "phases": INTENTS.c.phases.concat([[state.value, str(now)] for state in states]),
    }
    rows = await session.all(
        update(INTENTS)
        .where(
            INTENTS.c.id.in_(_ids(intents)),
            INTENTS.c.state == first.state.value,
            INTENTS.c.command_id == first.command_id,
        )
        .values(**values)
        .returning(INTENTS)
    )
    if len(rows) < len(intents):
        raise IllegalTransition(first.id, first.state, before)
    moved = {row.id: intent_of(row) for row in rows}
    return tuple(moved[each.id] for each in intents)


async def start_over(
    session: WriteSession,
    intents: Sequence[Intent],
    now: Timestamp,
    *,
    is_counted: bool,
    **changes: Any,
) -> None:
    """Let intents whose shared submission was refused begin again; it may not count as a try."""
    tries = INTENTS.c.attempts if is_counted else INTENTS.c.attempts - 1
    await move_all(session, intents, (State.REQUESTED,), now, **changes, attempts=tries)


def _ids(intents: Sequence[Intent]) -> list[UUID]:
    return [each.id for each in intents]


def _phases(states: Sequence[State], now: Timestamp) -> str:
    return json.dumps([[state.value, str(now)] for state in states])

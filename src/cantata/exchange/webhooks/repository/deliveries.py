"""Deliveries: made once of each news, claimed by lease, in order for each subject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, exists, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert

from cantata.exchange.webhooks.model import (
    IN_FLIGHT_MAX,
    LEASE,
    Attempt,
    Delivery,
    DeliveryState,
    EndpointState,
)
from cantata.exchange.webhooks.repository.tables import DELIVERIES, ENDPOINTS
from cantata.kernel.time import Timestamp
from cantata.storage.session import ReadSession, WriteSession

REPLAYED_MAX = 1_000
"""Deliveries that are sent again by one request."""

_PENDING = DELIVERIES.c.state == DeliveryState.PENDING.value


async def add(session: WriteSession, deliveries: Sequence[Delivery]) -> None:
    """Add deliveries that there are not yet."""
    rows = [_row(each) for each in deliveries]
    await session.run(insert(DELIVERIES).on_conflict_do_nothing(), rows)


async def pending(session: ReadSession, endpoint: UUID) -> int:
    """Count what waits for an endpoint."""
    statement = select(func.count()).where(DELIVERIES.c.endpoint == endpoint, _PENDING)
    return int(await session.scalar(statement))


async def claim(session: WriteSession, worker: str, now: Timestamp) -> tuple[Delivery, ...]:
    """Lease what is due to a worker: of active endpoints, few of each, the oldest of a subject."""
    chosen = _chosen(now)
    locked = (
        select(DELIVERIES.c.id)
        .where(DELIVERIES.c.id.in_(select(chosen.c.id)), _PENDING, _free(now))
        .with_for_update(skip_locked=True)
    )
    rows = await session.all(
        update(DELIVERIES)
        .where(DELIVERIES.c.id.in_(locked))
        .values(leased_until=now + LEASE, leased_by=worker)
        .returning(DELIVERIES)
    )
    return tuple(sorted(map(_delivery, rows), key=_order))


async def ended(
    session: WriteSession,
    delivery: Delivery,
    worker: str,
    attempt: Attempt,
    state: DeliveryState,
    now: Timestamp,
) -> bool:
    """Note that the last request for a delivery was made; tell whether it was still ours."""
    return await _noted(session, delivery, worker, attempt, state=state.value, ended_at=now)


async def again(
    session: WriteSession, delivery: Delivery, worker: str, attempt: Attempt, due_at: Timestamp
) -> bool:
    """Note a request that failed, and when the next one is due; tell whether it was still ours."""
    return await _noted(session, delivery, worker, attempt, due_at=due_at)


async def _noted(
    session: WriteSession, delivery: Delivery, worker: str, attempt: Attempt, **changes: Any
) -> bool:
    changed = await session.run(
        update(DELIVERIES)
        .where(DELIVERIES.c.id == delivery.id, DELIVERIES.c.leased_by == worker, _PENDING)
        .values(
            attempts=DELIVERIES.c.attempts + 1,
            status=attempt.status,
            failure=attempt.failure,
            leased_until=None,
            leased_by="",
            **changes,
        )
    )
    return changed > 0


async def find(session: ReadSession, endpoint: UUID, identity: UUID) -> Delivery | None:
    """Give a delivery of an endpoint, or None."""
    row = await session.first(
        select(DELIVERIES).where(DELIVERIES.c.id == identity, DELIVERIES.c.endpoint == endpoint)
    )
    return None if row is None else _delivery(row)


async def page(
    session: ReadSession,
    endpoint: UUID,
    state: DeliveryState | None,
    before: int | None,
    limit: int,
) -> tuple[Delivery, ...]:
    """Give an endpoint's deliveries before a place, newest first."""
    statement = select(DELIVERIES).where(DELIVERIES.c.endpoint == endpoint)
    if state is not None:
        statement = statement.where(DELIVERIES.c.state == state.value)
    if before is not None:
        statement = statement.where(DELIVERIES.c.place < before)
    rows = await session.all(statement.order_by(DELIVERIES.c.place.desc()).limit(limit))
    return tuple(map(_delivery, rows))


async def replay(
    session: WriteSession, endpoint: UUID, now: Timestamp, identity: UUID | None = None
) -> int:
    """Make a delivery that ended due again, or all dead ones, the oldest first; count them."""
    ended_one = DELIVERIES.c.state != DeliveryState.PENDING.value
    dead = DELIVERIES.c.state == DeliveryState.DEAD.value
    which = dead if identity is None else and_(ended_one, DELIVERIES.c.id == identity)
    chosen = (
        select(DELIVERIES.c.id)
        .where(DELIVERIES.c.endpoint == endpoint, which)
        .order_by(DELIVERIES.c.place)
        .limit(REPLAYED_MAX)
        .with_for_update()
    )
    return await session.run(
        update(DELIVERIES)
        .where(DELIVERIES.c.id.in_(chosen))
        .values(state=DeliveryState.PENDING.value, attempts=0, due_at=now, ended_at=None)
    )


async def forget(session: WriteSession, before: Timestamp, most: int) -> int:
    """Delete deliveries that ended before a time, and those of removed endpoints; count them."""
    removed = exists().where(
        ENDPOINTS.c.id == DELIVERIES.c.endpoint,
        ENDPOINTS.c.state == EndpointState.REMOVED.value,
    )
    chosen = select(DELIVERIES.c.id).where(or_(DELIVERIES.c.ended_at < before, removed)).limit(most)
    return await session.run(delete(DELIVERIES).where(DELIVERIES.c.id.in_(chosen)))


def _chosen(now: Timestamp) -> Any:
    """Select what may be claimed: for each endpoint as many as it has room for."""
    of, earlier, held = DELIVERIES, DELIVERIES.alias("earlier"), DELIVERIES.alias("held")
    in_flight = (
        select(func.count())
        .where(
            held.c.endpoint == ENDPOINTS.c.id,
            held.c.state == DeliveryState.PENDING.value,
            held.c.leased_until >= now,
        )
        .correlate(ENDPOINTS)
        .scalar_subquery()
    )
    waits_for_another = (
        exists()
        .where(
            earlier.c.endpoint == of.c.endpoint,
            earlier.c.subject == of.c.subject,
            earlier.c.state == DeliveryState.PENDING.value,
            earlier.c.place < of.c.place,
        )
        .correlate(of)
    )
    due = (
        select(of.c.id)
        .where(
            of.c.endpoint == ENDPOINTS.c.id,
            _PENDING,
            of.c.due_at <= now,
            _free(now),
            ~waits_for_another,
        )
        .order_by(of.c.due_at, of.c.place)
        .limit(func.greatest(0, IN_FLIGHT_MAX - in_flight))
        .correlate(ENDPOINTS)
        .lateral("due")
    )
    return (
        select(due.c.id)
        .select_from(ENDPOINTS.join(due, true()))
        .where(ENDPOINTS.c.state == EndpointState.ACTIVE.value)
        .subquery()
    )


def _free(now: Timestamp) -> ColumnElement[bool]:
    return or_(DELIVERIES.c.leased_until.is_(None), DELIVERIES.c.leased_until < now)


def _order(delivery: Delivery) -> int:
    return delivery.place


def _row(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "endpoint": delivery.endpoint,
        "place": delivery.place,
        "topic": delivery.topic,
        "subject": delivery.subject,
        "body": delivery.body,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "due_at": delivery.due_at,
        "leased_until": None,
        "leased_by": "",
        "status": delivery.status,
        "failure": delivery.failure,
        "created_at": delivery.created_at,
        "ended_at": delivery.ended_at,
    }


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        endpoint=row.endpoint,
        place=row.place,
        topic=row.topic,
        subject=row.subject,
        body=row.body,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        due_at=row.due_at,
        status=row.status,
        failure=row.failure,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )

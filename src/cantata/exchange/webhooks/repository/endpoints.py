"""Endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from cantata.exchange.webhooks.model import (
    ENDPOINTS_MAX,
    Endpoint,
    EndpointState,
    SealedSecret,
)
from cantata.exchange.webhooks.repository.tables import ENDPOINTS
from cantata.kernel.time import Timestamp
from cantata.storage.leadership import lock_key
from cantata.storage.session import ReadSession, WriteSession

_THERE = ENDPOINTS.c.state != EndpointState.REMOVED.value
_ADDING = lock_key("webhooks")


async def add(session: WriteSession, endpoint: Endpoint) -> bool:
    """Add an endpoint, one at a time; tell whether there was room for it."""
    await session.first(select(func.pg_advisory_xact_lock(_ADDING)))
    count = await session.scalar(select(func.count()).select_from(ENDPOINTS).where(_THERE))
    if int(count) >= ENDPOINTS_MAX:
        return False
    await session.run(insert(ENDPOINTS).values(_row(endpoint)))
    return True


async def save(session: WriteSession, endpoint: Endpoint) -> None:
    """Write an endpoint back, but for its place, which moves by itself."""
    row = _row(endpoint)
    del row["id"], row["place"]
    await session.run(update(ENDPOINTS).where(ENDPOINTS.c.id == endpoint.id).values(row))


async def move(session: WriteSession, endpoint: UUID, place: int) -> None:
    """Note up to where deliveries were made of news."""
    await session.run(update(ENDPOINTS).where(ENDPOINTS.c.id == endpoint).values(place=place))


async def find(session: ReadSession, identity: UUID, *, lock: bool = False) -> Endpoint | None:
    """Give an endpoint that was not removed, or None."""
    statement = select(ENDPOINTS).where(ENDPOINTS.c.id == identity, _THERE)
    row = await session.first(statement.with_for_update() if lock else statement)
    return None if row is None else _endpoint(row)


async def every(session: ReadSession) -> tuple[Endpoint, ...]:
    """Give all endpoints that were not removed, oldest first."""
    ordered = select(ENDPOINTS).where(_THERE).order_by(ENDPOINTS.c.created_at, ENDPOINTS.c.id)
    return tuple(map(_endpoint, await session.all(ordered.limit(ENDPOINTS_MAX))))


async def behind(session: WriteSession, place: int) -> tuple[Endpoint, ...]:
    """Give active endpoints that have not got all news up to a place, and lock them.

    Those that somebody else works on are left out.
    """
    rows = await session.all(
        select(ENDPOINTS)
        .where(ENDPOINTS.c.state == EndpointState.ACTIVE.value, ENDPOINTS.c.place < place)
        .order_by(ENDPOINTS.c.place)
        .with_for_update(skip_locked=True)
    )
    return tuple(map(_endpoint, rows))


async def pause(
    session: WriteSession, identities: Sequence[UUID], reason: str, now: Timestamp
) -> None:
    """Pause active endpoints for a reason."""
    await session.run(
        update(ENDPOINTS)
        .where(ENDPOINTS.c.id.in_(identities), ENDPOINTS.c.state == EndpointState.ACTIVE.value)
        .values(state=EndpointState.PAUSED.value, reason=reason, updated_at=now)
    )


def _row(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "topics": list(endpoint.topics),
        "description": endpoint.description,
        "state": endpoint.state.value,
        "reason": endpoint.reason,
        "place": endpoint.place,
        "secrets": [
            {
                "sealed": secret.sealed,
                "created_at": str(secret.created_at),
                "expires_at": None if secret.expires_at is None else str(secret.expires_at),
            }
            for secret in endpoint.secrets
        ],
        "created_at": endpoint.created_at,
        "updated_at": endpoint.updated_at,
    }


def _endpoint(row: Row[Any]) -> Endpoint:
    return Endpoint(
        id=row.id,
        url=row.url,
        topics=tuple(row.topics),
        description=row.description,
        state=EndpointState(row.state),
        reason=row.reason,
        place=row.place,
        secrets=tuple(
            SealedSecret(
                sealed=each["sealed"],
                created_at=Timestamp.parse(each["created_at"]),
                expires_at=None
                if each["expires_at"] is None
                else Timestamp.parse(each["expires_at"]),
            )
            for each in row.secrets
        ),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )

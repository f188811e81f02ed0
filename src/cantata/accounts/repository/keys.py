"""API keys, sessions and tokens that are no longer good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from cantata.accounts.model import ApiKey
from cantata.accounts.repository.tables import API_KEYS, IDENTITIES, REVOKED_TOKENS, SESSIONS, USERS
from cantata.kernel.time import Timestamp
from cantata.storage.query import Query
from cantata.storage.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class Bearer:
    """The user of an access token; she is admitted while she is active and it is good."""

    user: UUID
    is_admitted: bool


async def add_key(session: WriteSession, key: ApiKey, digest: bytes) -> None:
    """Add a key; its secret is kept as a hash alone."""
    await session.run(
        insert(API_KEYS).values(
            id=key.id,
            user_id=key.user,
            digest=digest,
            name=key.name,
            scopes=list(key.scopes),
            addresses=list(key.addresses),
            created_at=key.created_at,
            expires_at=key.expires_at,
        )
    )


async def key(session: ReadSession, identity: str) -> tuple[ApiKey, bytes, bool] | None:
    """Give a key, the hash of its secret, and whether its user is active."""
    row = await session.first(
        select(API_KEYS, USERS.c.is_active)
        .join(USERS, USERS.c.id == API_KEYS.c.user_id)
        .where(API_KEYS.c.id == identity)
    )
    return None if row is None else (_key(row), bytes(row.digest), row.is_active)


async def keys_of(session: ReadSession, user: UUID) -> tuple[ApiKey, ...]:
    """Give the keys of a user, the newest first."""
    rows = await session.all(
        select(API_KEYS).where(API_KEYS.c.user_id == user).order_by(API_KEYS.c.created_at.desc())
    )
    return tuple(map(_key, rows))


async def count_keys(session: ReadSession, user: UUID) -> int:
    """Count the keys of a user that are not revoked."""
    found = await session.scalar(
        select(func.count())
        .select_from(API_KEYS)
        .where(API_KEYS.c.user_id == user, API_KEYS.c.revoked_at.is_(None))
    )
    return int(found or 0)


async def revoke_key(session: WriteSession, identity: str, user: UUID, now: Timestamp) -> bool:
    """Revoke a key of a user; tell whether she has it."""
    return bool(
        await session.run(
            update(API_KEYS)
            .where(API_KEYS.c.id == identity, API_KEYS.c.user_id == user)
            .values(revoked_at=func.coalesce(API_KEYS.c.revoked_at, now.to_stdlib()))
        )
    )


async def revoke_keys(session: WriteSession, user: UUID, now: Timestamp) -> None:
    """Revoke all keys of a user."""
    await session.run(
        update(API_KEYS)
        .where(API_KEYS.c.user_id == user, API_KEYS.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


async def end_sessions(session: WriteSession, user: UUID, now: Timestamp) -> None:
    """End all sessions of a user."""
    await session.run(
        update(SESSIONS)
        .where(SESSIONS.c.user_id == user, SESSIONS.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


async def shorten_key(session: WriteSession, identity: str, expires_at: Timestamp) -> None:
    """Let a key end earlier."""
    await session.run(
        update(API_KEYS).where(API_KEYS.c.id == identity).values(expires_at=expires_at)
    )


async def note_use(session: WriteSession, identity: str, now: Timestamp) -> None:
    """Note that a key was used."""
    await session.run(update(API_KEYS).where(API_KEYS.c.id == identity).values(last_used_at=now))


async def add_session(
    session: WriteSession, identity: UUID, user: UUID, digest: bytes, times: tuple[Timestamp, ...]
) -> None:
    """Add a session; `times` are its begin and its end."""
    await session.run(
        insert(SESSIONS).values(
            id=identity,
            user_id=user,
            refresh_digest=digest,
            created_at=times[0],
            expires_at=times[1],
        )
    )


async def session_row(session: ReadSession, identity: UUID) -> Row[Any] | None:
    """Give and lock a session with whether its user is active."""
    return await session.first(
        select(SESSIONS, USERS.c.is_active)
        .join(USERS, USERS.c.id == SESSIONS.c.user_id)
        .where(SESSIONS.c.id == identity)
        .with_for_update(of=SESSIONS)
    )


async def renew_session(session: WriteSession, identity: UUID, digest: bytes) -> None:
    """Replace the refresh token of a session."""
    await session.run(
        update(SESSIONS).where(SESSIONS.c.id == identity).values(refresh_digest=digest)
    )


async def end_session(session: WriteSession, identity: UUID, now: Timestamp) -> None:
    """End a session."""
    await session.run(update(SESSIONS).where(SESSIONS.c.id == identity).values(revoked_at=now))


async def revoke_token(session: WriteSession, token_id: str, expires_at: Timestamp) -> bool:
    """Let a token be good no more; tell whether it was good until now."""
    row = await session.first(
        insert(REVOKED_TOKENS)
        .values(token_id=token_id, expires_at=expires_at)
        .on_conflict_do_nothing()
        .returning(REVOKED_TOKENS.c.token_id)
    )
    return row is not None


async def bearer(
    session: ReadSession, user: UUID, token_id: str, session_id: UUID | None
) -> Bearer | None:
    """Give who bears an access token of our own."""
    row = await session.row(_BEARER, user=user, token=token_id, session=session_id)
    return None if row is None else _bearer(row)


async def foreign_bearer(
    session: ReadSession, issuer: str, subject: str, token_id: str
) -> Bearer | None:
    """Give who bears an access token of another issuer, which has no session of ours."""
    row = await session.row(_FOREIGN, issuer=issuer, subject=subject, token=token_id, session=None)
    return None if row is None else _bearer(row)


_ENDED = (
    exists().where(REVOKED_TOKENS.c.token_id == bindparam("token"))
    | exists().where(
        SESSIONS.c.id == bindparam("session", type_=Uuid), SESSIONS.c.revoked_at.is_not(None)
    )
).label("ended")
_WHO = select(USERS.c.id, USERS.c.is_active, _ENDED)
_BEARER = Query(_WHO.where(USERS.c.id == bindparam("user", type_=Uuid)))
_FOREIGN = Query(
    _WHO.join(IDENTITIES, IDENTITIES.c.user_id == USERS.c.id).where(
        IDENTITIES.c.issuer == bindparam("issuer"), IDENTITIES.c.subject == bindparam("subject")
    )
)


def _bearer(row: Any) -> Bearer:
    return Bearer(user=row.id, is_admitted=row.is_active and not row.ended)


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        user=row.user_id,
        name=row.name,
        scopes=tuple(row.scopes),
        addresses=tuple(row.addresses),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )

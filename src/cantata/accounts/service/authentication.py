"""Who calls: credentials of any kind become a caller, or nothing."""

from __future__ import annotations

from uuid import UUID, uuid4

from cantata.accounts.model import REFRESH
from cantata.accounts.repository import keys
from cantata.accounts.service.secrets import key_id, new_refresh, same
from cantata.accounts.service.tokens import ISSUER, AccessTokens
from cantata.http.caller import Caller, Scope
from cantata.http.errors import NotAuthenticated
from cantata.kernel.money import Decimal
from cantata.kernel.time import Clock, RelTime, Timestamp
from cantata.storage.database import Database
from cantata.storage.session import WriteSession

USE_NOTED = RelTime.of(minutes=1)
"""How old the note of a key's last use may be before it is written again."""


class Authentication:
    """Checks credentials against the database on every request: a revocation holds at once."""

    def __init__(self, database: Database, tokens: AccessTokens, clock: Clock) -> None:
        self._database = database
        self._tokens = tokens
        self._clock = clock

    async def __call__(self, credentials: str, address: str) -> Caller:
        """Check a bearer token or an API key; raise NotAuthenticated."""
        if credentials.startswith("ck_"):
            return await self._by_key(credentials, address)
        return await self._by_token(credentials, address)

    async def begin(self, session: WriteSession, user: UUID) -> tuple[str, str]:
        """Begin a session of a user; give its access token and its refresh token."""
        identity, now = uuid4(), self._clock.now()
        refresh = new_refresh(identity.hex)
        await keys.add_session(session, identity, user, refresh.digest, (now, now + REFRESH))
        return self._tokens.issue(user, identity), refresh.text

    async def renew(self, session: WriteSession, refresh: str) -> tuple[str, str] | None:
        """Give new tokens for a refresh token; one that was used before ends its session.

        None when it ended the session, so that the caller commits before refusing.
        """
        parts = refresh.split("_")
        try:
            identity = UUID(hex=parts[1])
        except (ValueError, IndexError):
            raise NotAuthenticated(_REFUSED) from None
        row = await keys.session_row(session, identity)
        now = self._clock.now()
        if row is None or row.revoked_at is not None or row.expires_at <= now or not row.is_active:
            raise NotAuthenticated(_REFUSED)
        if not same(bytes(row.refresh_digest), refresh):
            await keys.end_session(session, identity, now)
            return None
        fresh = new_refresh(identity.hex)
        await keys.renew_session(session, identity, fresh.digest)
        return self._tokens.issue(row.user_id, identity), fresh.text

    async def end(self, session: WriteSession, credentials: str) -> None:
        """Let an access token and its session be good no more."""
        claims = await self._tokens.check(credentials)
        now = self._clock.now()
        await keys.revoke_token(session, claims.token_id, claims.expires_at)
        if claims.session is not None:
            await keys.end_session(session, claims.session, now)

    async def _by_key(self, text: str, address: str) -> Caller:
        identity, now = key_id(text), self._clock.now()
        async with self._database.glance() as session:
            found = None if identity is None else await keys.key(session, identity)
        if found is None or identity is None:
            raise NotAuthenticated(_REFUSED)
        key, digest, is_active = found
        ended = key.revoked_at is not None or key.expires_at <= now
        if not same(digest, text) or ended or not is_active:
            raise NotAuthenticated(_REFUSED)
        if key.addresses and address not in key.addresses:
            raise NotAuthenticated(_REFUSED)
        if key.last_used_at is None or _is_old(key.last_used_at, now):
            async with self._database.write() as writing:
                await keys.note_use(writing, identity, now)
        return Caller(
            user=key.user,
            principal=f"key:{identity}",
            address=address,
            scopes=tuple(_scope(each) for each in key.scopes) or None,
            is_bounded=bool(key.scopes or key.addresses),
        )

    async def _by_token(self, token: str, address: str) -> Caller:
        claims = await self._tokens.check(token)
        issuer, subject, identity = claims.issuer, claims.subject, claims.token_id
        async with self._database.glance() as session:
            if issuer == ISSUER:
                found = await keys.bearer(session, UUID(subject), identity, claims.session)
            else:
                found = await keys.foreign_bearer(session, issuer, subject, identity)
        if found is None or not found.is_admitted:
            raise NotAuthenticated(_REFUSED)
        principal = f"user:{found.user}"
        return Caller(user=found.user, principal=principal, address=address, token_id=identity)


_REFUSED = "the credentials are not accepted: wrong, expired or revoked"


def _is_old(noted: Timestamp, now: Timestamp) -> bool:
    return now.since(noted) > USE_NOTED


def _scope(stored: dict[str, str | None]) -> Scope:
    ceiling = stored.get("ceiling")
    return Scope(
        operation=stored["operation"] or "*",
        token=stored.get("token") or "*",
        ceiling=None if ceiling is None else Decimal(ceiling),
    )

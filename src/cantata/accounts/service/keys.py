"""API keys: made, listed, rotated with an overlap, revoked at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cantata.accounts.errors import KeyUnknown, NotAllowed, TooManyKeys
from cantata.accounts.model import KEY_LIFETIME, KEYS_MAX, ApiKey
from cantata.accounts.repository import keys
from cantata.accounts.service.auditing import note
from cantata.accounts.service.secrets import new_key
from cantata.http.caller import Caller
from cantata.kernel.time import Clock, RelTime, Timestamp
from cantata.storage.session import ReadSession, WriteSession

OVERLAP = RelTime.of(days=1)
"""How long a key is good after another one took its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOrder:
    """The key that somebody wants."""

    name: str
    scopes: tuple[dict[str, str | None], ...]
    addresses: tuple[str, ...]
    expires_at: Timestamp | None


class ApiKeys:
    """The API keys of users."""

    def __init__(self, clock: Clock, environment: str) -> None:
        self._clock = clock
        self._environment = environment

    async def make(
        self, session: WriteSession, caller: Caller, order: KeyOrder
    ) -> tuple[ApiKey, str]:
        """Make a key of the caller; give it with its secret, which nobody can give again."""
        _require_session(caller)
        if await keys.count_keys(session, caller.user) >= KEYS_MAX:
            raise TooManyKeys(KEYS_MAX)
        now, secret = self._clock.now(), new_key(self._environment)
        key = ApiKey(
            id=secret.id,
            user=caller.user,
            name=order.name,
            scopes=order.scopes,
            addresses=order.addresses,
            created_at=now,
            expires_at=order.expires_at or now + KEY_LIFETIME,
            last_used_at=None,
            revoked_at=None,
        )
        await keys.add_key(session, key, secret.digest)
        await note(session, caller, "keys.make", key.id, now, name=key.name)
        return key, secret.text

    async def rotate(
        self, session: WriteSession, caller: Caller, identity: str
    ) -> tuple[ApiKey, str]:
        """Make a key like another one, which ends after a day."""
        old = await self._own(session, caller, identity)
        now = self._clock.now()
        order = KeyOrder(
            name=old.name,
            scopes=old.scopes,
            addresses=old.addresses,
            expires_at=now + old.lifetime(),
        )
        made = await self.make(session, caller, order)
        await keys.shorten_key(session, identity, min(old.expires_at, now + OVERLAP))
        return made

    async def revoke(self, session: WriteSession, caller: Caller, identity: str) -> ApiKey:
        """Revoke a key of the caller, from the next request on."""
        old = await self._own(session, caller, identity)
        now = self._clock.now()
        await keys.revoke_key(session, identity, caller.user, now)
        await note(session, caller, "keys.revoke", identity, now)
        return replace(old, revoked_at=old.revoked_at or now)

    async def listed(self, session: ReadSession, caller: Caller) -> tuple[ApiKey, ...]:
        """Give the keys of the caller."""
        return await keys.keys_of(session, caller.user)

    async def _own(self, session: ReadSession, caller: Caller, identity: str) -> ApiKey:
        _require_session(caller)
        found = await keys.key(session, identity)
        if found is None or found[0].user != caller.user:
            raise KeyUnknown(identity[:80])
        return found[0]


def _require_session(caller: Caller) -> None:
    """Refuse a bounded key: it must not make one that is bounded less."""
    if caller.is_bounded:
        raise NotAllowed(
            "key-scope", "a bounded key cannot manage keys", "use a session or an unbounded key"
        )

"""Onboarding: an address becomes a user, and the user gets a party; the same again is the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID, uuid4

from cantata.accounts.model import ALLOCATE, Party, Right, User
from cantata.accounts.repository import keys, users
from cantata.accounts.service.verification import Verification
from cantata.automation import repository as intents
from cantata.automation.model import Intent, Wish
from cantata.kernel.time import Clock
from cantata.observability.tracing import current as trace
from cantata.storage.session import ReadSession, WriteSession

FIRST_PARTY = "first-party"
"""The idempotency key of a user's first party: she has one, however often she onboards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Onboarded:
    """A user, and the intent that allocates her party: None if she brings her own key."""

    user: User
    intent: Intent | None
    is_new: bool


class Onboarding:
    """Lets people in."""

    def __init__(self, clock: Clock, verification: Verification) -> None:
        self._clock = clock
        self._verification = verification

    async def onboard(
        self, session: WriteSession, address: str, *, is_verified: bool, with_party: bool = True
    ) -> Onboarded:
        """Give the user of an address, and the intent of her party, new or not.

        Who proves an address for the first time gets the user without what others had opened for
        it: sessions and keys from before end.
        """
        user, is_new = await self._user(session, address, is_verified=is_verified)
        if is_verified and not user.is_verified:
            now = self._clock.now()
            await users.set_verified(session, user.id)
            await keys.end_sessions(session, user.id, now)
            await keys.revoke_keys(session, user.id, now)
        if not with_party:
            return Onboarded(user=user, intent=None, is_new=is_new)
        intent, is_new = await self.first_party(session, user)
        return Onboarded(user=user, intent=intent, is_new=is_new)

    async def without_address(self, session: WriteSession) -> User:
        """Make a user of whom no address is known, by the word of an issuer that we trust."""
        fresh = User(
            id=uuid4(), email="", is_verified=False, is_active=True, created_at=self._clock.now()
        )
        await users.add_user(session, fresh, None)
        return fresh

    async def first_party(self, session: WriteSession, user: User) -> tuple[Intent, bool]:
        """Give the intent that allocates a user's first party."""
        hint = f"user-{hashlib.sha256(user.id.bytes).hexdigest()[:16]}"
        return await self.allocate(session, user.id, FIRST_PARTY, hint, user.email)

    async def allocate(
        self, session: WriteSession, user: UUID, key: str, hint: str, name: str
    ) -> tuple[Intent, bool]:
        """Ask for a party; its hint is seen by everybody it deals with and tells nothing."""
        wish = Wish(
            kind=ALLOCATE,
            requester=str(user),
            key=key,
            subject=str(user),
            act_as=(),
            request={"hint": hint, "name": name},
        )
        return await intents.record(session, wish, uuid4(), self._clock.now(), trace.get())

    async def parties(self, session: ReadSession, user: UUID) -> tuple[tuple[Party, Right], ...]:
        """Give the parties of a user with her rights."""
        return await users.parties_of(session, user, self._clock.now())

    async def _user(
        self, session: WriteSession, address: str, *, is_verified: bool
    ) -> tuple[User, bool]:
        digest = self._verification.digest(address)
        found = await users.user_by_email(session, digest)
        if found is not None:
            return found, False
        fresh = User(
            id=uuid4(),
            email=shortened(address),
            is_verified=is_verified,
            is_active=True,
            created_at=self._clock.now(),
        )
        if await users.add_user(session, fresh, digest):
            return fresh, True
        again = await users.user_by_email(session, digest)
        assert again is not None, fresh.id
        return again, False


def shortened(address: str) -> str:
    """Show an address without telling it: `a***@example.com`."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}***@{domain}"

"""Onboarding: an address becomes a user, and the user gets a party; the same again is the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID, uuid4

from cantata.accounts.errors import CodeWrong
from cantata.accounts.model import ALLOCATE, CODE_LIFETIME, CODE_TRIES_MAX, Party, Right, User
from cantata.accounts.repository import users
from cantata.accounts.service.secrets import digest_of, keyed, new_code, same
from cantata.automation import repository as intents
from cantata.automation.model import Intent, Wish
from cantata.kernel.time import Clock
from cantata.observability.tracing import current as trace
from cantata.storage.session import ReadSession, WriteSession

FIRST_PARTY = "first-party"
"""The idempotency key of a user's first party: she has one, however often she onboards."""


class Courier(Protocol):
    """Brings a code to an address."""

    async def send(self, address: str, code: str) -> None:
        """Send it, or raise what keeps it from being sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Onboarded:
    """A user, and the intent that allocates her party."""

    user: User
    intent: Intent
    is_new: bool


class Onboarding:
    """Lets people in. The `pepper` keys the hashes of addresses."""

    def __init__(self, clock: Clock, pepper: bytes) -> None:
        self._clock = clock
        self._pepper = pepper

    async def onboard(self, session: WriteSession, address: str) -> Onboarded:
        """Give the user of an address and the intent of her party, new or not."""
        user = await self._user(session, address)
        intent, is_new = await self.first_party(session, user)
        return Onboarded(user=user, intent=intent, is_new=is_new)

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

    async def new_code(self, session: WriteSession, address: str) -> str:
        """Keep a code for an address; give it to be sent there and nowhere else."""
        code = new_code()
        expires = self._clock.now() + CODE_LIFETIME
        await users.put_code(session, self._digest(address), digest_of(code), expires)
        return code

    async def check_code(self, session: WriteSession, address: str, code: str) -> bool:
        """Tell whether a code is the one that was sent; the caller commits, then refuses."""
        digest = self._digest(address)
        row = await users.try_code(session, digest)
        is_usable = row is not None and (
            row.tries <= CODE_TRIES_MAX and row.expires_at > self._clock.now()
        )
        if row is None or not is_usable or not same(bytes(row.code_digest), code):
            return False
        await users.drop_code(session, digest)
        return True

    async def parties(self, session: ReadSession, user: UUID) -> tuple[tuple[Party, Right], ...]:
        """Give the parties of a user with her rights."""
        return await users.parties_of(session, user, self._clock.now())

    def refuse_code(self) -> None:
        """Refuse a code."""
        raise CodeWrong

    async def _user(self, session: WriteSession, address: str) -> User:
        digest = self._digest(address)
        found = await users.user_by_email(session, digest)
        if found is not None:
            return found
        fresh = User(
            id=uuid4(),
            email=shortened(address),
            is_verified=False,
            is_active=True,
            created_at=self._clock.now(),
        )
        if await users.add_user(session, fresh, digest):
            return fresh
        again = await users.user_by_email(session, digest)
        assert again is not None, fresh.id
        return again

    def _digest(self, address: str) -> bytes:
        return keyed(self._pepper, address.casefold())


def shortened(address: str) -> str:
    """Show an address without telling it: `a***@example.com`."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}***@{domain}"

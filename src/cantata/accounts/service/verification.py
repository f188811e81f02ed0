"""Proof of addresses: a code that only who reads there has, good once, soon, and for few tries."""

from __future__ import annotations

import hmac
from typing import Protocol

from cantata.accounts.model import CODE_LIFETIME, CODE_TRIES_MAX
from cantata.accounts.repository import users
from cantata.accounts.service.secrets import keyed, new_code
from cantata.kernel.time import Clock
from cantata.storage.session import WriteSession


class Courier(Protocol):
    """Brings a code to an address."""

    async def send(self, address: str, code: str) -> None:
        """Send it; raise MailUnavailable."""


class Verification:
    """Makes and checks codes. The `pepper` keys the hashes of addresses and codes."""

    def __init__(self, clock: Clock, pepper: bytes) -> None:
        self._clock = clock
        self._pepper = pepper

    async def new_code(self, session: WriteSession, address: str) -> str:
        """Keep a code for an address, in place of an earlier one; give it to be sent there."""
        code = new_code()
        expires = self._clock.now() + CODE_LIFETIME
        await users.put_code(session, self.digest(address), self._sealed(address, code), expires)
        return code

    async def check(self, session: WriteSession, address: str, code: str) -> bool:
        """Tell whether a code is the one that was sent, and use it up.

        Whoever calls commits either way: each try counts.
        """
        digest = self.digest(address)
        row = await users.try_code(session, digest)
        is_usable = row is not None and (
            row.tries <= CODE_TRIES_MAX and row.expires_at > self._clock.now()
        )
        is_right = row is not None and hmac.compare_digest(
            bytes(row.code_digest), self._sealed(address, code)
        )
        if not (is_usable and is_right):
            return False
        await users.drop_code(session, digest)
        return True

    def digest(self, address: str) -> bytes:
        """Give the keyed hash by which an address is looked up."""
        return keyed(self._pepper, address.casefold())

    def _sealed(self, address: str, code: str) -> bytes:
        return keyed(self._pepper, f"{code}:{address.casefold()}")

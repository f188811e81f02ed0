"""Users by the word of a trusted issuer: signed up, or linked by an address that both proved."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from cantata.accounts.model import User
from cantata.accounts.repository import keys, users
from cantata.accounts.service.onboarding import Onboarded, Onboarding
from cantata.accounts.service.tokens import ISSUER, Claims
from cantata.http.errors import NotAuthenticated
from cantata.kernel.time import Clock, RelTime, Timestamp
from cantata.storage.session import WriteSession

NONCE_LIFETIME = RelTime.of(minutes=10)
"""How long the user has at the issuer's."""

_NONCE = re.compile(r"([0-9]{1,18})\.([0-9a-f]{32})\.([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Nonce:
    """What a token must repeat, so that it was made for this sign-on and for no earlier one."""

    text: str
    expires_at: Timestamp


class Identities:
    """Lets people in by tokens of a trusted issuer, each token once.

    Nonces are signed rather than kept; only those that were used are kept until they expire.
    """

    def __init__(self, onboarding: Onboarding, clock: Clock, secret: str) -> None:
        self._onboarding = onboarding
        self._clock = clock
        self._key = hashlib.sha256(b"nonces" + secret.encode()).digest()

    def begin(self) -> Nonce:
        """Give a nonce for the issuer to put into its token."""
        expires_at = self._clock.now() + NONCE_LIFETIME
        head = f"{expires_at.microseconds}.{secrets.token_hex(16)}"
        return Nonce(f"{head}.{self._seal(head)}", expires_at)

    async def enter(self, session: WriteSession, claims: Claims, *, with_party: bool) -> Onboarded:
        """Give the user of a checked token, made or linked; raise NotAuthenticated.

        The issuer's name for her decides. When it is new, an address that the issuer verified
        links her to the user of that address; one that it did not verify means nothing.
        """
        if claims.issuer == ISSUER:
            raise NotAuthenticated("this is a token of our own; it needs no sign-on")
        await self._use_nonce(session, claims.nonce)
        known = await users.user_by_identity(session, claims.issuer, claims.subject)
        if known is not None:
            return await self._entered(session, known, with_party=with_party)
        if claims.email:
            found = await self._onboarding.onboard(
                session, claims.email, is_verified=True, with_party=with_party
            )
        else:
            fresh = await self._onboarding.without_address(session)
            found = await self._entered(session, fresh, with_party=with_party)
        await users.add_identity(session, claims.issuer, claims.subject, found.user.id)
        return found

    async def _entered(self, session: WriteSession, user: User, *, with_party: bool) -> Onboarded:
        if not user.is_active:
            raise NotAuthenticated("the user is not active")
        if not with_party:
            return Onboarded(user=user, intent=None, is_new=False)
        intent, is_new = await self._onboarding.first_party(session, user)
        return Onboarded(user=user, intent=intent, is_new=is_new)

    async def _use_nonce(self, session: WriteSession, nonce: str) -> None:
        match = _NONCE.fullmatch(nonce)
        head = "" if match is None else f"{match[1]}.{match[2]}"
        if match is None or not hmac.compare_digest(match[3], self._seal(head)):
            raise NotAuthenticated("the token's nonce was not given by POST /v1/sso:begin")
        expires_at = Timestamp(int(match[1]))
        if expires_at <= self._clock.now() or not await keys.revoke_token(
            session, f"nonce:{match[2]}", expires_at
        ):
            raise NotAuthenticated("the token's nonce is too old, or was used before")

    def _seal(self, head: str) -> str:
        return hmac.new(self._key, head.encode(), hashlib.sha256).hexdigest()

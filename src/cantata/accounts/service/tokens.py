"""Access tokens: our own, and those of one foreign issuer, checked with everything pinned."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization, OctKey

from cantata.accounts.model import SESSION
from cantata.http.errors import NotAuthenticated
from cantata.kernel.time import Clock, RelTime, Timestamp

ISSUER = "cantata"
OWN = ["HS256"]
FOREIGN = ["RS256", "ES256", "EdDSA", "Ed25519"]
"""The algorithms that are accepted; a key set has public keys only, so HS256 is not among them."""

LEEWAY = 30
"""Seconds that a foreign clock may be ahead or behind."""

TOKEN_MAX = 8_192
KEYS_SECONDS = 300
REFETCH_SECONDS = 10
"""A key set is read again after this long when a token names a key that is not in it."""

_SECOND = 1_000_000


class KeySource(Protocol):
    """Where the keys of a foreign issuer come from."""

    async def fetch(self) -> KeySetSerialization:
        """Give the JSON Web Key Set; raise NotAuthenticated when it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a token that was checked says: who issued it, for whom, until when."""

    issuer: str
    subject: str
    token_id: str
    session: UUID | None
    expires_at: Timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSettings:
    """The secret of our own tokens, whom tokens are for, and whose else are accepted."""

    secret: str
    audience: str
    foreign_issuer: str | None = None


class AccessTokens:
    """Issues and checks access tokens."""

    def __init__(
        self, settings: TokenSettings, clock: Clock, keys: KeySource | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._key = OctKey.import_key(settings.secret)
        self._source = keys
        self._foreign: KeySet | None = None
        self._read_at = 0

    def issue(self, user: UUID, session: UUID, lifetime: RelTime = SESSION) -> str:
        """Give a token of our own for a user."""
        now = self._clock.now().microseconds // _SECOND
        claims = {
            "iss": ISSUER,
            "aud": self._settings.audience,
            "sub": str(user),
            "sid": str(session),
            "jti": str(uuid4()),
            "iat": now,
            "nbf": now,
            "exp": now + lifetime.microseconds // _SECOND,
        }
        return jwt.encode({"alg": OWN[0], "typ": "JWT"}, claims, self._key, algorithms=OWN)

    async def check(self, token: str) -> Claims:
        """Give what a token says; raise NotAuthenticated, always for the same stated reason."""
        if len(token) > TOKEN_MAX:
            raise NotAuthenticated(_REFUSED)
        header = _header(token)
        try:
            if header.get("alg") in OWN:
                claims = jwt.decode(token, self._key, algorithms=OWN).claims
                issuer = ISSUER
            else:
                keys = await self._keys(header.get("kid"))
                claims = jwt.decode(token, keys, algorithms=FOREIGN).claims
                issuer = self._settings.foreign_issuer or ""
            return self._checked(claims, issuer)
        except (JoseError, ValueError, KeyError, TypeError):
            raise NotAuthenticated(_REFUSED) from None

    def _checked(self, claims: dict[str, Any], issuer: str) -> Claims:
        now = self._clock.now().microseconds // _SECOND
        audience = claims["aud"]
        audiences = audience if isinstance(audience, list) else [audience]
        expires, begins = claims["exp"], claims.get("nbf", 0)
        sound = (
            bool(issuer)
            and claims["iss"] == issuer
            and self._settings.audience in audiences
            and _is_number(expires)
            and _is_number(begins)
            and begins <= now + LEEWAY
            and now < expires + (0 if issuer == ISSUER else LEEWAY)
            and isinstance(claims["sub"], str)
        )
        if not sound:
            raise NotAuthenticated(_REFUSED)
        session = claims.get("sid") if issuer == ISSUER else None
        return Claims(
            issuer=issuer,
            subject=claims["sub"],
            token_id=str(claims.get("jti", ""))[:200],
            session=None if session is None else UUID(session),
            expires_at=Timestamp(int(expires) * _SECOND),
        )

    async def _keys(self, name: object) -> KeySet:
        """Give the issuer's keys; read them again when old, or when a key is not among them."""
        if self._source is None:
            raise NotAuthenticated(_REFUSED)
        age = (self._clock.monotonic_ns() - self._read_at) // 1_000_000_000
        known = self._foreign is not None and any(k.kid == name for k in self._foreign.keys)
        if self._foreign is None or age > KEYS_SECONDS or (not known and age > REFETCH_SECONDS):
            self._foreign = KeySet.import_key_set(await self._source.fetch())
            self._read_at = self._clock.monotonic_ns()
        return self._foreign


_REFUSED = "the access token is not accepted: wrong, expired or revoked"


def _header(token: str) -> dict[str, Any]:
    head = token.split(".", 1)[0]
    try:
        found = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        raise NotAuthenticated(_REFUSED) from None
    if not isinstance(found, dict):
        raise NotAuthenticated(_REFUSED)
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)

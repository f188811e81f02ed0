"""Access tokens: our own, and those of one foreign issuer, checked with everything pinned."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import OctKey
from joserfc.jws import JWSRegistry

from cantata.accounts.model import SESSION
from cantata.accounts.service.issuer_keys import IssuerKeys, KeySource
from cantata.http.errors import NotAuthenticated
from cantata.http.texts import TextRefused, email
from cantata.kernel.time import Clock, RelTime, Timestamp

ISSUER = "cantata"
OWN = ["HS256"]
FOREIGN = ["RS256", "ES256", "EdDSA", "Ed25519"]
"""The algorithms that are accepted; a key set has public keys only, so HS256 is not among them."""

LEEWAY = 30
"""Seconds that a foreign clock may be ahead or behind."""

TOKEN_MAX = 8_192
SUBJECT_MAX = 255
"""ASCII characters of a subject, as OpenID Connect bounds it."""

TOKEN_ID_MAX = 200
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a token that was checked says: who issued it, for whom, until when.

    `email` is empty unless the issuer verified it.
    """

    issuer: str
    subject: str
    token_id: str
    session: UUID | None
    expires_at: Timestamp
    nonce: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSettings:
    """The secret of our own tokens, whom tokens are for, and whose else are accepted.

    `clients` are those at the foreign issuer whose tokens are accepted; none given, all are.
    """

    secret: str
    audience: str
    foreign_issuer: str | None = None
    clients: frozenset[str] = frozenset()


class AccessTokens:
    """Issues and checks access tokens."""

    def __init__(
        self, settings: TokenSettings, clock: Clock, keys: KeySource | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._key = OctKey.import_key(settings.secret)
        self._foreign = None if keys is None else IssuerKeys(keys, clock)

    @property
    def issuer(self) -> str | None:
        """The foreign issuer whose tokens are accepted; None if there is none."""
        return self._settings.foreign_issuer if self._foreign is not None else None

    @property
    def audience(self) -> str:
        """Whom tokens must be for."""
        return self._settings.audience

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
                return self._own(jwt.decode(token, self._key, algorithms=OWN).claims)
            if self._foreign is None or not isinstance(header.get("kid"), str):
                raise NotAuthenticated(_REFUSED)
            keys = await self._foreign.named(header["kid"])
            return self._others(jwt.decode(token, keys, registry=_Pinned()).claims)
        except (JoseError, ValueError, KeyError, TypeError, RecursionError):
            raise NotAuthenticated(_REFUSED) from None

    def _own(self, claims: dict[str, Any]) -> Claims:
        now = self._clock.now().microseconds // _SECOND
        if not self._is_current(claims, ISSUER, now, leeway=0):
            raise NotAuthenticated(_REFUSED)
        return Claims(
            issuer=ISSUER,
            subject=str(UUID(claims["sub"])),
            token_id=claims["jti"],
            session=UUID(claims["sid"]),
            expires_at=Timestamp(claims["exp"] * _SECOND),
        )

    def _others(self, claims: dict[str, Any]) -> Claims:
        now = self._clock.now().microseconds // _SECOND
        issuer, subject = self._settings.foreign_issuer or "", claims["sub"]
        is_current = bool(issuer) and self._is_current(claims, issuer, now, leeway=LEEWAY)
        if not is_current or not self._is_for_us(claims) or not _is_subject(subject):
            raise NotAuthenticated(_REFUSED)
        # Their ids are none of ours: without one, the token cannot be revoked by itself.
        named = claims.get("jti")
        return Claims(
            issuer=issuer,
            subject=subject,
            token_id=f"{issuer}#{named}"[:TOKEN_ID_MAX] if _is_subject(named) else "",
            session=None,
            expires_at=Timestamp(int(claims["exp"]) * _SECOND),
            nonce=claims["nonce"] if isinstance(claims.get("nonce"), str) else "",
            email=_verified_email(claims),
        )

    def _is_current(self, claims: dict[str, Any], issuer: str, now: int, *, leeway: int) -> bool:
        expires, begins = claims["exp"], claims.get("nbf", 0)
        return (
            claims["iss"] == issuer
            and self._settings.audience in _audiences(claims)
            and _is_number(expires)
            and _is_number(begins)
            and begins <= now + LEEWAY
            and now < expires + leeway
        )

    def _is_for_us(self, claims: dict[str, Any]) -> bool:
        """Tell whether the party that a token was issued to may bring it to us."""
        client = claims.get("azp", claims.get("client_id"))
        if len(_audiences(claims)) > 1 and "azp" not in claims:
            return False
        return not self._settings.clients or client in self._settings.clients


class _Pinned(JWSRegistry):
    """Knows the algorithms of foreign tokens and no others, EdDSA by its older name as well."""

    def get_alg(self, name: str) -> Any:
        """Give an algorithm; raise UnsupportedAlgorithmError."""
        if name not in FOREIGN:
            raise UnsupportedAlgorithmError(f"{name} is not accepted")
        return self.algorithms[name]


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


def _audiences(claims: dict[str, Any]) -> list[Any]:
    audience = claims["aud"]
    return audience if isinstance(audience, list) else [audience]


def _is_subject(value: object) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value) <= SUBJECT_MAX
        and value.isascii()
        and value.isprintable()
    )


def _verified_email(claims: dict[str, Any]) -> str:
    """Give an address that the issuer says to have verified; the truth and nothing like it."""
    found = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(found, str):
        return ""
    try:
        return email(found)
    except TextRefused:
        return ""

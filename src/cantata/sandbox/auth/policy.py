"""What a token must say: for whom it is, how long it lives, whom it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cantata.sandbox.participant.errors import unauthenticated

AUDIENCE = "https://daml.com/jwt/aud/participant/"
SCOPE = "daml_ledger_api"
LIFETIME_MAX = 300
NUMBER_MAX = 2**53

MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a token names, and until when (microseconds since 1970)."""

    user_id: str
    expires_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules; with neither audience nor scope set, the participant's own of both are good.

    `lifetime_max` is in seconds, counted from now.
    """

    audience: str = ""
    scope: str = ""
    lifetime_max: int = LIFETIME_MAX

    def read(self, payload: Mapping[str, Any], participant_id: str, now: int) -> Named:
        """Give whom a verified token names, or raise `unauthenticated`."""
        expires_at = _moment(payload.get("exp"), "exp")
        if expires_at is None:
            raise unauthenticated("the token has no exp")
        if expires_at <= now:
            raise unauthenticated("the token has expired")
        if expires_at - now > self.lifetime_max * MICROS:
            raise unauthenticated(f"the token lives longer than {self.lifetime_max} s")
        not_before = _moment(payload.get("nbf"), "nbf")
        if not_before is not None and not_before > now:
            raise unauthenticated("the token is not valid yet")
        if not self._is_meant(payload, participant_id):
            raise unauthenticated("the token is for another audience or scope")
        user_id = payload.get("sub")
        if not isinstance(user_id, str) or not user_id:
            raise unauthenticated("the token names no user")
        return Named(user_id, expires_at)

    def _is_meant(self, payload: Mapping[str, Any], participant_id: str) -> bool:
        audiences, scopes = _texts(payload.get("aud")), _words(payload.get("scope"))
        if self.audience:
            return self.audience in audiences
        if self.scope:
            return self.scope in scopes
        return AUDIENCE + participant_id in audiences or SCOPE in scopes


def _moment(value: Any, name: str) -> int | None:
    """Read a time in seconds, with or without a fraction, as microseconds."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise unauthenticated(f"{name} is no number")
    if not abs(value) < NUMBER_MAX:
        raise unauthenticated(f"{name} is out of range")
    return int(value * MICROS)


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


def _words(value: Any) -> list[str]:
    return [word for text in _texts(value) for word in text.split()]

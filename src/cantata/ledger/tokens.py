"""Where the access token comes from: none, a fixed one, or client credentials of OIDC."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import httpx2

from cantata.kernel.time import Clock
from cantata.ledger.errors import LedgerError

NS = 1_000_000_000
LIFETIME_UNSTATED_SECONDS = 60
"""How long a token is used whose issuer does not say how long it lives."""


class TokenRefused(LedgerError):
    """The issuer of tokens gave none."""

    code: ClassVar[str] = "TOKEN_REFUSED"
    advice: ClassVar[str] = "check the token URL, the client's id and its secret"


class TokenProvider(Protocol):
    """Gives the token for the next request."""

    async def token(self) -> str | None:
        """Give a token that is valid now; None to send none."""
        ...

    def forget(self) -> None:
        """Drop a token that was refused, so that the next one is new."""
        ...


@dataclass(frozen=True, slots=True)
class StaticToken:
    """The same token each time, or none."""

    value: str | None = None

    async def token(self) -> str | None:
        """Give the token."""
        return self.value

    def forget(self) -> None:
        """Keep the token: there is no other."""

    def __repr__(self) -> str:
        return f"StaticToken({'none' if self.value is None else '***'})"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Client credentials of OIDC; the secret is never shown."""

    token_url: str
    client_id: str
    client_secret: str
    audience: str = ""
    scope: str = ""

    def __repr__(self) -> str:
        return f"Credentials({self.token_url!r}, {self.client_id!r}, ***)"

    def form(self) -> dict[str, str]:
        """Give the form that is posted to the token URL."""
        wanted = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "audience": self.audience,
            "scope": self.scope,
        }
        return {name: value for name, value in wanted.items() if value}


class ClientCredentials:
    """Tokens by client credentials, asked for anew when most of their life is over."""

    def __init__(self, credentials: Credentials, http: httpx2.AsyncClient, clock: Clock) -> None:
        self._credentials = credentials
        self._http = http
        self._clock = clock
        self._value: str | None = None
        self._renew_at_ns = 0
        self._lock = asyncio.Lock()

    async def token(self) -> str | None:
        """Give the token in use, or a new one; raise `TokenRefused`."""
        async with self._lock:
            if self._value is None or self._clock.monotonic_ns() >= self._renew_at_ns:
                self._value, seconds = await self._ask()
                self._renew_at_ns = self._clock.monotonic_ns() + seconds * NS * 4 // 5
            return self._value

    def forget(self) -> None:
        """Ask for a new token next time."""
        self._value = None

    async def _ask(self) -> tuple[str, int]:
        url = self._credentials.token_url
        try:
            answer = await self._http.post(url, data=self._credentials.form())
        except httpx2.HTTPError as error:
            raise TokenRefused(f"{url} cannot be reached: {type(error).__name__}") from error
        body = _json(answer)
        value = body.get("access_token")
        if answer.status_code != httpx2.codes.OK or not isinstance(value, str):
            reason = str(body.get("error", ""))[:80]
            raise TokenRefused(f"{url} answered {answer.status_code} {reason}".rstrip())
        return value, _lifetime(body)


def _json(answer: httpx2.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _lifetime(body: dict[str, Any]) -> int:
    match body.get("expires_in"):
        case int() as seconds:
            return max(seconds, 0)
        case str() as text if text.isascii() and text.isdigit():
            return int(text)
    return LIFETIME_UNSTATED_SECONDS

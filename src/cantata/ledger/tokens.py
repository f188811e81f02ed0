"""Where the access token comes from: none, a fixed one, a file, or client credentials of OIDC."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import httpx2

from cantata.kernel.time import Clock, SystemClock
from cantata.ledger.errors import LedgerError, Unreachable

NS = 1_000_000_000
LIFETIME_UNSTATED_SECONDS = 60
"""How long a token is used whose issuer does not say how long it lives."""

BUSY = httpx2.codes.TOO_MANY_REQUESTS
SERVER_FAULT = httpx2.codes.INTERNAL_SERVER_ERROR

TOKEN_SECONDS_MAX = 10
"""How long the issuer of tokens may take to answer."""

TOKEN_FILE_BYTES_MAX = 64 * 1024


class TokenRefused(LedgerError):
    """The issuer of tokens gave none."""

    code: ClassVar[str] = "TOKEN_REFUSED"
    advice: ClassVar[str] = "check the token URL, the client's id and its secret"


class TokenUnreachable(Unreachable):
    """The issuer of tokens cannot be reached or is busy; nothing was sent to the ledger."""

    code: ClassVar[str] = "TOKEN_UNREACHABLE"
    advice: ClassVar[str] = "check the token URL and that the issuer is up"


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
class FileToken:
    """The token that stands in a file, read for each request: something else renews it there."""

    path: Path

    async def token(self) -> str | None:
        """Give what the file holds, without white space around it; raise `TokenRefused`."""
        return await asyncio.to_thread(self._read)

    def forget(self) -> None:
        """Read the file again, as for each request."""

    def _read(self) -> str:
        try:
            with self.path.open("rb") as file:
                text = file.read(TOKEN_FILE_BYTES_MAX + 1).decode("ascii").strip()
        except OSError as error:
            reason = error.strerror or "it cannot be read"
            raise TokenRefused(f"the token file {self.path}: {reason}", hint="check it") from error
        except UnicodeDecodeError:
            text = ""
        if not text or len(text) > TOKEN_FILE_BYTES_MAX or len(text.split()) != 1:
            raise TokenRefused(f"the token file {self.path} holds no token", hint="check it")
        return text


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

    def __init__(
        self,
        credentials: Credentials,
        transport: httpx2.AsyncBaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._credentials = credentials
        self._transport = transport
        self._clock = clock if clock is not None else SystemClock()
        self._value: str | None = None
        self._renew_at_ns = 0
        self._lock = asyncio.Lock()

    async def token(self) -> str | None:
        """Give the token in use, or a new one; raise `TokenRefused` or `TokenUnreachable`."""
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
        # A token is asked for every few minutes: a connection of its own, kept by nobody, will do.
        http = httpx2.AsyncClient(
            transport=self._transport, timeout=TOKEN_SECONDS_MAX, trust_env=False
        )
        try:
            async with http:
                answer = await http.post(url, data=self._credentials.form())
        except httpx2.HTTPError as error:
            raise TokenUnreachable(f"{url} cannot be reached: {type(error).__name__}") from error
        if answer.status_code >= SERVER_FAULT or answer.status_code == BUSY:
            raise TokenUnreachable(f"{url} answered {answer.status_code}")
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

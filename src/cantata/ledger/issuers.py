"""Tokens of an OIDC issuer that is known by its address alone: it says itself where it gives them.

OpenID Connect Discovery 1.0, section 4; client credentials, RFC 6749, section 4.4.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2

from cantata.kernel.time import Clock
from cantata.ledger.tokens import (
    TOKEN_SECONDS_MAX,
    ClientCredentials,
    Credentials,
    FileToken,
    StaticToken,
    TokenProvider,
    TokenRefused,
    TokenUnreachable,
)

WELL_KNOWN = "/.well-known/openid-configuration"
ADVICE = "check the issuer's address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where tokens come from: an issuer, else a file, else a fixed one, else none are sent."""

    issuer: str = ""
    client: str = ""
    secret: str = ""
    audience: str = ""
    scope: str = ""
    file: Path | None = None
    token: str = ""

    def __repr__(self) -> str:
        return f"Access({self.issuer or self.file or ('a token' if self.token else 'none')!r})"

    def tokens(self) -> TokenProvider:
        """Give what gives tokens."""
        if self.issuer:
            credentials = Credentials("", self.client, self.secret, self.audience, self.scope)
            return IssuerCredentials(self.issuer, credentials)
        return FileToken(self.file) if self.file is not None else StaticToken(self.token or None)


class IssuerCredentials:
    """Client credentials whose token URL is read once from what the issuer publishes."""

    def __init__(
        self,
        issuer: str,
        credentials: Credentials,
        transport: httpx2.AsyncBaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Take credentials, whose own token URL does not count."""
        self._issuer = issuer.rstrip("/")
        self._credentials = credentials
        self._transport = transport
        self._clock = clock
        self._found: ClientCredentials | None = None
        self._lock = asyncio.Lock()

    async def token(self) -> str | None:
        """Give the token in use, or a new one; raise `TokenRefused` or `TokenUnreachable`."""
        async with self._lock:
            if self._found is None:
                chosen = replace(self._credentials, token_url=await self._token_url())
                self._found = ClientCredentials(chosen, self._transport, self._clock)
        return await self._found.token()

    def forget(self) -> None:
        """Ask for a new token next time."""
        if self._found is not None:
            self._found.forget()

    async def _token_url(self) -> str:
        url = f"{self._issuer}{WELL_KNOWN}"
        http = httpx2.AsyncClient(
            transport=self._transport, timeout=TOKEN_SECONDS_MAX, trust_env=False
        )
        try:
            async with http:
                answer = await http.get(url)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise TokenUnreachable(f"{url} cannot be reached: {type(error).__name__}") from error
        if answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
            raise TokenUnreachable(f"{url} answered {answer.status_code}")
        return self._checked(url, answer.status_code, _object(answer))

    def _checked(self, url: str, status: int, body: dict[str, Any]) -> str:
        """Give the token URL of a description that is really this issuer's."""
        named, found = body.get("issuer"), body.get("token_endpoint")
        if status != httpx2.codes.OK or not isinstance(found, str):
            raise TokenRefused(f"{url} answered {status} and names no token URL", hint=ADVICE)
        if not isinstance(named, str) or named.rstrip("/") != self._issuer:
            raise TokenRefused(f"{url} describes another issuer: {str(named)[:80]}", hint=ADVICE)
        if not found.startswith(("https://", "http://")):
            raise TokenRefused(f"{url} names no token URL but {found[:80]}", hint=ADVICE)
        return found


def _object(answer: httpx2.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}

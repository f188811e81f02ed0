"""The keys of a trusted issuer of tokens, read over HTTPS with everything bounded."""

from __future__ import annotations

import json
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx2

from cantata.accounts.errors import IssuerUnavailable, MalformedIssuer

SECONDS_MAX = 5
BYTES_MAX = 256 * 1024
DISCOVERY = "/.well-known/openid-configuration"


class HttpKeySource:
    """Reads a JSON Web Key Set, from the address that was given or the issuer publishes."""

    def __init__(
        self,
        issuer: str,
        url: str | None = None,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._issuer = issuer
        self._url = None if url is None else _secure(url)
        self._transport = transport
        _secure(issuer)

    async def fetch(self) -> dict[str, Any]:
        """Give the key set, unchecked; raise IssuerUnavailable."""
        async with httpx2.AsyncClient(
            timeout=SECONDS_MAX,
            follow_redirects=False,
            trust_env=False,
            transport=self._transport,
        ) as http:
            url = self._url or await self._discover(http)
            return await _read(http, url)

    async def _discover(self, http: httpx2.AsyncClient) -> str:
        found = await _read(http, f"{self._issuer.rstrip('/')}{DISCOVERY}")
        if found.get("issuer") != self._issuer or not isinstance(found.get("jwks_uri"), str):
            raise IssuerUnavailable("its configuration is not that of the issuer")
        try:
            return _secure(found["jwks_uri"])
        except MalformedIssuer as error:
            raise IssuerUnavailable(error.message) from None


async def _read(http: httpx2.AsyncClient, url: str) -> dict[str, Any]:
    content = b""
    try:
        async with http.stream("GET", url, headers={"Accept": "application/json"}) as answer:
            if answer.status_code != httpx2.codes.OK:
                raise IssuerUnavailable(f"it answered {answer.status_code}")
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > BYTES_MAX:
                    raise IssuerUnavailable(f"its answer has more than {BYTES_MAX} bytes")
        found = json.loads(content)
    except httpx2.HTTPError as error:
        raise IssuerUnavailable(type(error).__name__) from None
    except (ValueError, RecursionError):
        raise IssuerUnavailable("its answer is not JSON") from None
    if not isinstance(found, dict):
        raise IssuerUnavailable("its answer is not an object")
    return found


def _secure(url: str) -> str:
    """Give an address that is HTTPS, or on this machine; raise MalformedIssuer."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise MalformedIssuer(url, "it is no URL") from None
    if parts.scheme not in ("http", "https") or not host:
        raise MalformedIssuer(url, "it is no address of the web")
    if parts.scheme == "http" and not _is_here(host):
        raise MalformedIssuer(url, "it is not HTTPS")
    return url


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False

"""Sends one request of a webhook, bounded in every way, to an address that was judged."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from types import TracebackType
from typing import Self

import httpx2

from cantata.exchange.webhooks.destinations import Address, Destinations, Target
from cantata.exchange.webhooks.errors import DestinationRefused
from cantata.exchange.webhooks.model import Attempt

ADDRESSES_MAX = 3
"""Addresses of one host that are tried."""

_REDIRECT = range(300, 400)


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderSettings:
    """How patient it is: milliseconds for a request in all, and for a connection."""

    answer_ms: int = 10_000
    connect_ms: int = 5_000
    connections_max: int = 64


class Sender:
    """Sends requests; what is answered is not read but for its status. Use it in `async with`.

    Redirections are not followed, and no connection is used twice: the next one may have to lead
    to another host with the same address.
    """

    def __init__(
        self,
        destinations: Destinations,
        settings: SenderSettings | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._destinations = destinations
        self._settings = settings or SenderSettings()
        self._http = httpx2.AsyncClient(
            verify=context or True,
            timeout=httpx2.Timeout(
                self._settings.answer_ms / 1_000, connect=self._settings.connect_ms / 1_000
            ),
            limits=httpx2.Limits(
                max_connections=self._settings.connections_max, max_keepalive_connections=0
            ),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": f"Cantata/{version('cantata')}", "Accept": "*/*"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Attempt:
        """Send a body, and give what came of it; it raises nothing."""
        try:
            async with asyncio.timeout(self._settings.answer_ms / 1_000):
                return await self._sent(url, headers, body)
        except TimeoutError:
            return Attempt(None, "no answer in time")
        except DestinationRefused as error:
            return Attempt(None, error.reason)

    async def _sent(self, url: str, headers: Mapping[str, str], body: bytes) -> Attempt:
        target = self._destinations.target(url)
        attempt = Attempt(None, "the host has no address")
        for address in (await self._destinations.addresses(target))[:ADDRESSES_MAX]:
            try:
                return await self._asked(target, address, headers, body)
            except httpx2.ConnectError as error:
                attempt = Attempt(None, f"no connection: {_reason(error)}")
            except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
                return Attempt(None, _reason(error))
        return attempt

    async def _asked(
        self, target: Target, address: Address, headers: Mapping[str, str], body: bytes
    ) -> Attempt:
        """Ask an address, in the name of its host: certificates are the host's."""
        original = httpx2.URL(target.url)
        request = self._http.build_request(
            "POST",
            original.copy_with(host=str(address)),
            content=body,
            headers={
                **headers,
                "Content-Type": "application/json",
                "Host": original.netloc.decode("ascii"),
            },
            extensions={"sni_hostname": target.host},
        )
        answer = await self._http.send(request, stream=True)
        await answer.aclose()
        told = "redirections are not followed" if answer.status_code in _REDIRECT else ""
        return Attempt(answer.status_code, told)


def _reason(error: Exception) -> str:
    """Give the kind of a failure; its text may quote what was answered."""
    return type(error).__name__

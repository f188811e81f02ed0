"""The clients of all registries: one for each address, opened when it is first asked for."""

from __future__ import annotations

from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx2

from cantata.exchange.registries.client import RegistryClient, RegistrySettings

OWN = "own:"
"""How the address of our own registry begins, which is asked without a network between.

What follows is a path: `own:/registrars/<admin>` is the registry of one of our issuers.
"""

_OWN_BASE = "http://own-registry"

LABELS_MAX = 100
"""Registries that are counted by name in a process; what is asked of more is counted together."""

OTHERS = "others"
HOST_LENGTH_MAX = 255


class Registries:
    """Gives clients of registries; close it, or use it in `async with`.

    There are as many clients as addresses were listed, which is bounded there. `own` leads to our
    own registry; without it nothing answers at its addresses.
    """

    def __init__(
        self,
        own: httpx2.AsyncBaseTransport | None = None,
        settings: RegistrySettings | None = None,
    ) -> None:
        self._own = own
        self._settings = settings
        self._clients: dict[str, RegistryClient] = {}
        self._labels: set[str] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def at(self, url: str) -> RegistryClient:
        """Give the client of the registry at an address."""
        client = self._clients.get(url)
        if client is None:
            client = self._clients[url] = self._opened(url)
        return client

    async def close(self) -> None:
        """Close all clients."""
        while self._clients:
            _, client = self._clients.popitem()
            await client.close()

    def _opened(self, url: str) -> RegistryClient:
        if not url.startswith(OWN):
            return RegistryClient(url, self._settings, label=self._label(url))
        base = _OWN_BASE + url.removeprefix(OWN)
        transport = self._own or _Nowhere()
        return RegistryClient(base, self._settings, transport=transport, label=self._label(base))

    def _label(self, url: str) -> str:
        """Name a registry by its host for those who count, and not too many of them."""
        host = _host(url)
        if host not in self._labels and len(self._labels) >= LABELS_MAX:
            return OTHERS
        self._labels.add(host)
        return host


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2][:HOST_LENGTH_MAX].lower()
    except ValueError:
        return OTHERS


class _Nowhere(httpx2.AsyncBaseTransport):
    """Answers nothing: this process has no registry of its own."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("no registry of our own runs here", request=request)

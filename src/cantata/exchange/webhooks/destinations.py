"""Where webhooks may go: public addresses over TLS, and networks that were named.

An endpoint is named by whoever may register one, and requests leave from inside: without these
rules it would be a way to reach what only machines inside can reach. Names are resolved once, the
addresses that are found are judged, and the request goes to one of those and to no other.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

from cantata.exchange.webhooks.errors import DestinationRefused
from cantata.exchange.webhooks.model import URL_MAX
from cantata.kernel.errors import CantataError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_GLOBAL = ip_network("2000::/3")
_TUNNELS = (ip_network("2002::/16"), ip_network("2001::/32"))
"""Addresses of IPv6 that lead to one of IPv4, which may be any."""

LOCALHOST = "localhost"
_PORTS = {"https": 443, "http": 80}


class MalformedNetworks(CantataError):
    """A text is no list of networks; field `text`."""

    code = "MALFORMED_NETWORKS"

    def __init__(self, text: str) -> None:
        self.text = text[:80]
        super().__init__(
            f"{self.text!r} is no network", hint="write them like 10.0.0.0/8, 127.0.0.1/32"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An endpoint's address, taken apart."""

    url: str
    host: str
    port: int
    is_secure: bool


class Destinations:
    """Judges addresses; `networks` are private ones that webhooks may go to as well.

    Without TLS webhooks go to this machine itself only, and only if its network is named.
    """

    def __init__(self, networks: Sequence[Network] = ()) -> None:
        self._networks = tuple(networks)

    def target(self, url: str) -> Target:
        """Take an address apart; raise DestinationRefused for one that can never be right."""
        if len(url) > URL_MAX or not url.isascii() or not url.isprintable() or " " in url:
            raise DestinationRefused(url, f"it is not {URL_MAX} ASCII characters or fewer")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise DestinationRefused(url, str(error)) from None
        if parts.scheme not in _PORTS or not host or "\\" in url:
            raise DestinationRefused(url, "it is not https://host/path")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise DestinationRefused(url, "it has a user, a password or a fragment")
        target = Target(
            url=url,
            host=host,
            port=port if port is not None else _PORTS[parts.scheme],
            is_secure=parts.scheme == "https",
        )
        self._require_possible(target)
        return target

    async def addresses(self, target: Target) -> tuple[Address, ...]:
        """Resolve a host; raise DestinationRefused if any of its addresses is not permitted."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                target.host, target.port, type=socket.SOCK_STREAM
            )
        except (OSError, UnicodeError) as error:
            raise DestinationRefused(target.url, f"the host is unknown: {error}") from None
        addresses = tuple(dict.fromkeys(ip_address(each[4][0]) for each in found))
        for address in addresses:
            self._require_permitted(target, address)
        return addresses

    def _require_possible(self, target: Target) -> None:
        """Judge what is known without asking anybody."""
        try:
            address = ip_address(target.host)
        except ValueError:
            if not target.is_secure and (target.host != LOCALHOST or not self._networks):
                raise DestinationRefused(target.url, "it is not https") from None
            return
        self._require_permitted(target, address)

    def _require_permitted(self, target: Target, address: Address) -> None:
        plain = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        judged = plain or address
        is_named = any(judged in network for network in self._networks)
        if not is_named and not is_public(judged):
            raise DestinationRefused(target.url, "its address is not a public one")
        if not target.is_secure and not (is_named and judged.is_loopback):
            raise DestinationRefused(target.url, "without TLS it has to be this machine itself")


def is_public(address: Address) -> bool:
    """Tell whether an address is one machine on the public Internet."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved
    tunnelled = any(address in network for network in _TUNNELS)
    return address.is_global and address in _GLOBAL and not tunnelled


def networks_of(text: str) -> tuple[Network, ...]:
    """Read networks, with commas between them; raise MalformedNetworks."""
    found = []
    for each in filter(None, map(str.strip, text.split(","))):
        try:
            found.append(ip_network(each))
        except ValueError:
            raise MalformedNetworks(each) from None
    return tuple(found)

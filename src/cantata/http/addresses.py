"""Where requests come from: the caller's address behind as many proxies as we were told of."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from fastapi import Request

HOPS_MAX = 10
IPV4_BITS = 24
IPV6_BITS = 64
"""What one subscriber has at least, so that limits count networks of this size, too."""

_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


def address_of(request: Request) -> str:
    """Give the caller's address: the peer's, or what the outermost proxy of ours noted.

    Each proxy appends who called it, so that with `n` of them it is the nth from the end; what
    stands before it was written by the caller and proves nothing.
    """
    peer = "" if request.client is None else normal(request.client.host)
    hops: int = getattr(request.app.state, "proxy_hops", 0)
    if hops <= 0:
        return peer
    noted = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    return normal(noted[-hops].strip()) or peer if len(noted) >= hops else peer


def is_local(request: Request) -> bool:
    """Tell whether a request comes from this machine itself, not through a proxy on it."""
    hops: int = getattr(request.app.state, "proxy_hops", 0)
    if hops <= 0 and any(name in request.headers for name in _FORWARDED):
        return False
    address = _parsed(address_of(request))
    return address is not None and address.is_loopback


def normal(text: str) -> str:
    """Give an address in its one form; "" for what is none."""
    found = _parsed(text)
    return "" if found is None else str(found)


def network_of(address: str) -> str:
    """Give the network that limits count beside an address: `/24`, or `/64`."""
    found = _parsed(address)
    if found is None:
        return ""
    bits = IPV4_BITS if isinstance(found, IPv4Address) else IPV6_BITS
    return str(ip_network(f"{found}/{bits}", strict=False))


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address; one of IPv4 within IPv6 is that of IPv4, zones are left out."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found

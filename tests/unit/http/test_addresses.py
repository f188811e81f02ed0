"""Addresses: who calls, behind which proxies, and from which network."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from cantata.accounts.api.onboarding import require_local
from cantata.accounts.errors import NotAllowed
from cantata.http.addresses import address_of, is_local, network_of, normal


def request_from(peer: str, *forwarded: str, hops: int = 0, name: str = "") -> Request:
    headers = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    if name:
        headers.append((name.encode(), b"something"))
    app = SimpleNamespace(state=SimpleNamespace(proxy_hops=hops))
    return Request({"type": "http", "client": (peer, 1), "headers": headers, "app": app})


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "127.9.9.9", "::ffff:127.0.0.1"])
def test_this_machine_may_onboard_unverified(address: str) -> None:
    require_local(request_from(address))


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.1", "2001:db8::1", "8.8.8.8", "", "x"])
def test_others_may_not(address: str) -> None:
    with pytest.raises(NotAllowed):
        require_local(request_from(address))


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_a_proxy_on_this_machine_does_not_make_everybody_local(name: str) -> None:
    assert not is_local(request_from("127.0.0.1", name=name.lower()))


def test_the_address_behind_a_proxy_is_the_one_that_it_noted() -> None:
    noted = ("6.6.6.6, 203.0.113.7", "10.0.0.2")
    assert address_of(request_from("10.0.0.1", *noted)) == "10.0.0.1", "nobody is trusted"
    assert address_of(request_from("10.0.0.1", *noted, hops=1)) == "10.0.0.2"
    assert address_of(request_from("10.0.0.1", *noted, hops=2)) == "203.0.113.7"
    assert address_of(request_from("10.0.0.1", hops=2)) == "10.0.0.1", "it came past the proxies"
    assert address_of(request_from("10.0.0.1", "no address", hops=1)) == "10.0.0.1"
    assert is_local(request_from("10.0.0.1", "127.0.0.1", hops=1))
    assert not is_local(request_from("127.0.0.1", "8.8.8.8", hops=1))


@given(st.lists(st.ip_addresses(), max_size=4), st.ip_addresses())
def test_a_caller_cannot_choose_her_address(forged: list[object], real: object) -> None:
    header = ", ".join(map(str, [*forged, real]))
    assert address_of(request_from("10.0.0.1", header, hops=1)) == normal(str(real))


@pytest.mark.parametrize(
    "address,network",
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_networks(address: str, network: str) -> None:
    assert network_of(address) == network

"""Where webhooks may go, which news they get, and when they are tried again."""

from __future__ import annotations

import asyncio
import json
from ipaddress import ip_address
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.exchange.webhooks import policy
from cantata.exchange.webhooks.destinations import (
    Destinations,
    MalformedNetworks,
    is_public,
    networks_of,
)
from cantata.exchange.webhooks.errors import DestinationRefused, TopicRefused
from cantata.exchange.webhooks.model import ATTEMPTS_MAX, FIRST_WAIT, TEXT_MAX, WAIT_MAX
from cantata.kernel.time import Timestamp
from cantata.storage.outbox import News, Placed

AT = Timestamp.parse("2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "https://",
        "https:///x",
        "example.com",
        "https://user@example.com/",
        "https://user:word@example.com/",
        "https://example.com/#part",
        "https://example.com\\@10.0.0.1/",
        "https://example.com/ x",
        "https://example.com/\n",
        "https://exämple.com/",
        "https://example.com:99999/",
        "https://example.com/" + "x" * 500,
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
    ],
)
def test_addresses_that_are_refused_at_once(url: str) -> None:
    with pytest.raises(DestinationRefused):
        Destinations().target(url)


def test_a_target() -> None:
    target = Destinations().target("https://hooks.example.com:8443/a?b=c")
    assert (target.host, target.port, target.is_secure) == ("hooks.example.com", 8443, True)


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1", "[::1]"])
def test_names_of_this_machine_are_found_out(host: str) -> None:
    async def look() -> None:
        destinations = Destinations(networks_of("10.0.0.0/8"))
        await destinations.addresses(destinations.target(f"https://{host}/"))

    with pytest.raises(DestinationRefused):
        asyncio.run(look())


def test_networks_that_are_named_are_open_and_plain_only_to_this_machine() -> None:
    destinations = Destinations(networks_of("127.0.0.0/8, 10.0.0.0/8"))
    assert destinations.target("https://10.0.0.1/").is_secure
    assert not destinations.target("http://127.0.0.1:9/").is_secure
    assert destinations.target("http://localhost:9/").host == "localhost"
    for url in (
        *("http://10.0.0.1/", "https://192.168.0.1/", "http://[::1]/"),
        *("http://example.com/", "http://8.8.8.8/"),
    ):
        with pytest.raises(DestinationRefused):
            destinations.target(url)
    with pytest.raises(MalformedNetworks):
        networks_of("10.0.0.1/8")


@given(st.ip_addresses())
def test_no_address_of_an_inner_network_is_public(address: object) -> None:
    found = ip_address(str(address))
    if found.is_private or found.is_loopback or found.is_link_local or found.is_multicast:
        assert not is_public(found)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111"])
def test_addresses_of_the_internet_are(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("topic", ["exchange.*", "exchange.deposit.*", "exchange.deposit.credited"])
def test_topics(topic: str) -> None:
    assert policy.checked_topic(topic) == topic
    assert policy.concerns([topic], "exchange.deposit.credited")
    assert not policy.concerns([topic], "exchanges.deposit.credited")
    assert not policy.concerns([topic], "tokens.minted")


@pytest.mark.parametrize(
    "topic",
    ["", "*", "exchange", "exchange.", "tokens.*", "exchange.*.credited", "exchange.D", "e*"],
)
def test_texts_that_are_no_topics(topic: str) -> None:
    with pytest.raises(TopicRefused):
        policy.checked_topic(topic)


def test_patterns_mean_whole_words() -> None:
    assert not policy.concerns(["exchange.deposit"], "exchange.deposit.credited")
    assert not policy.concerns(["exchange.dep.*"], "exchange.deposit.credited")


def news(**content: object) -> Placed:
    return Placed(7, News(at=AT, topic="exchange.deposit.credited", audience="us", content=content))


def test_what_news_is_about() -> None:
    assert policy.subject_of(news(deposit="abc").news) == "deposit/abc"
    assert policy.subject_of(news(other=1).news) == "exchange.deposit.credited"


def test_a_body_is_the_same_each_time_and_bounded() -> None:
    identity, long = uuid4(), "m" * (TEXT_MAX + 1)
    body = policy.body_of(identity, news(deposit="abc", memo=long, none=None))
    assert body == policy.body_of(identity, news(deposit="abc", memo=long, none=None))
    found = json.loads(body)
    assert found == {
        "id": str(identity),
        "type": "exchange.deposit.credited",
        "timestamp": "2026-01-01T00:00:00Z",
        "place": 7,
        "subject": "deposit/abc",
        "data": {"deposit": "abc", "memo": "m" * TEXT_MAX, "none": None},
        "shortened": ["memo"],
    }


def test_waits_grow_up_to_a_bound_and_end() -> None:
    waits = [policy.wait_before(attempts, 0) for attempts in range(1, ATTEMPTS_MAX)]
    assert waits[0] == FIRST_WAIT
    assert waits[-1] == WAIT_MAX
    assert waits == sorted(waits, key=lambda each: each.microseconds if each else 0)
    assert policy.wait_before(ATTEMPTS_MAX, 0) is None
    shortest = policy.wait_before(1, policy.CHANCES)
    assert shortest is not None
    assert shortest.microseconds * 2 == FIRST_WAIT.microseconds

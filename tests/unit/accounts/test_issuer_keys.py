"""Keys of an issuer are read seldom, bounded, and only those that can sign are used."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import ECKey, OctKey, OKPKey

from cantata.accounts.errors import IssuerUnavailable, MalformedIssuer
from cantata.accounts.jwks import BYTES_MAX, HttpKeySource
from cantata.accounts.service.issuer_keys import (
    KEYS_SECONDS,
    REFETCH_SECONDS,
    STALE_SECONDS,
    IssuerKeys,
    usable,
)
from cantata.kernel.time import ManualClock, RelTime, Timestamp

ISSUER = "https://issuer.example"
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})


class Source:
    """Gives keys, or nothing while it is away."""

    def __init__(self, *keys: Any) -> None:
        self.keys = keys
        self.reads = 0
        self.is_away = False

    async def fetch(self) -> dict[str, Any]:
        self.reads += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise IssuerUnavailable("it is away")
        return {"keys": [key.as_dict(private=False) for key in self.keys]}


def made() -> tuple[IssuerKeys, Source, ManualClock]:
    clock, source = ManualClock(Timestamp.parse("2026-01-01T00:00:00Z")), Source(ED)
    return IssuerKeys(source, clock), source, clock


def test_many_tokens_at_once_read_once() -> None:
    keys, source, _ = made()

    async def play() -> None:
        await asyncio.gather(*(keys.named("ed") for _ in range(50)))

    asyncio.run(play())
    assert source.reads == 1


def test_unknown_names_cannot_make_us_ask_again_and_again() -> None:
    keys, source, clock = made()
    for number in range(100):
        asyncio.run(keys.named(f"forged {number}"))
    assert source.reads == 1
    clock.advance(RelTime.of(seconds=REFETCH_SECONDS + 1))
    for number in range(100):
        asyncio.run(keys.named(f"forged {number}"))
    assert source.reads == 2


def test_keys_outlast_an_issuer_that_is_away_for_a_while() -> None:
    keys, source, clock = made()
    asyncio.run(keys.named("ed"))
    source.is_away = True
    clock.advance(RelTime.of(seconds=KEYS_SECONDS + 1))
    assert [key.kid for key in asyncio.run(keys.named("ed")).keys] == ["ed"]
    clock.advance(RelTime.of(seconds=STALE_SECONDS))
    for _ in range(20):
        with pytest.raises(IssuerUnavailable):
            asyncio.run(keys.named("ed"))
    assert source.reads == 3
    source.is_away = False
    clock.advance(RelTime.of(seconds=REFETCH_SECONDS + 1))
    asyncio.run(keys.named("ed"))


def test_only_keys_that_can_sign_are_used() -> None:
    good: list[Any] = [ED, ECKey.generate_key("P-256", {"kid": "ec"})]
    bad: list[Any] = [
        ECKey.generate_key("P-384", {"kid": "curve"}),
        OctKey.generate_key(256, {"kid": "secret"}),
        OKPKey.generate_key("X25519", {"kid": "exchange"}),
        ECKey.generate_key("P-256", {"kid": "enc", "use": "enc"}),
        ECKey.generate_key("P-256", {"kid": ""}),
        ECKey.generate_key("P-256"),
    ]
    given: list[Any] = [key.as_dict() for key in (*bad, *good)]
    short = (
        rsa.generate_private_key(65537, 1024).public_key().public_numbers().n.to_bytes(128, "big")
    )
    modulus = base64.urlsafe_b64encode(short).decode().rstrip("=")
    given.append({"kty": "RSA", "kid": "short", "n": modulus, "e": "AQAB"})
    found = usable({"keys": [*given, None, 3, {"kty": "RSA", "kid": "x"}, {"kid": ["y"]}]})
    assert sorted(found) == ["ec", "ed"]
    broken: list[dict[str, Any]] = [{}, {"keys": {}}, {"keys": None}]
    for content in broken:
        with pytest.raises(IssuerUnavailable):
            usable(content)


def fetched(handler: Any, url: str | None = None) -> Any:
    transport = httpx2.MockTransport(handler)
    return asyncio.run(HttpKeySource(ISSUER, url, transport=transport).fetch())


def test_keys_are_found_by_the_issuers_configuration() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/keys":
            return httpx2.Response(200, json={"keys": []})
        assert str(request.url) == f"{ISSUER}/.well-known/openid-configuration"
        return httpx2.Response(200, json={"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"})

    assert fetched(handler) == {"keys": []}
    assert fetched(handler, f"{ISSUER}/keys") == {"keys": []}


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(500),
        httpx2.Response(302, headers={"Location": "https://else.example/keys"}),
        httpx2.Response(200, text="<html>"),
        httpx2.Response(200, text="[" * 100_000),
        httpx2.Response(200, json=[]),
        httpx2.Response(200, content=b" " * (BYTES_MAX + 1)),
    ],
)
def test_odd_answers_are_no_keys(answer: httpx2.Response) -> None:
    with pytest.raises(IssuerUnavailable):
        fetched(lambda request: answer, f"{ISSUER}/keys")


@pytest.mark.parametrize(
    "configuration",
    [
        {"issuer": "https://other.example", "jwks_uri": f"{ISSUER}/keys"},
        {"issuer": ISSUER, "jwks_uri": "http://issuer.example/keys"},
        {"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"},
        {"issuer": ISSUER},
    ],
)
def test_a_configuration_that_leads_elsewhere_is_refused(configuration: dict[str, str]) -> None:
    with pytest.raises(IssuerUnavailable):
        fetched(lambda request: httpx2.Response(200, text=json.dumps(configuration)))


@pytest.mark.parametrize("url", ["http://issuer.example", "ftp://x", "", "https://", "issuer"])
def test_issuers_are_asked_over_https(url: str) -> None:
    with pytest.raises(MalformedIssuer):
        HttpKeySource(url)
    HttpKeySource("http://127.0.0.1:8080/realm")

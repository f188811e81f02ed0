"""Access tokens are accepted with the pinned algorithms, names and times, and otherwise not."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from typing import Any
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from cantata.accounts.service.secrets import digest_of, key_id, new_key, same
from cantata.accounts.service.tokens import AccessTokens, TokenSettings
from cantata.http.errors import NotAuthenticated
from cantata.kernel.time import ManualClock, RelTime, Timestamp

START = Timestamp.parse("2026-01-01T00:00:00Z")
NOW = START.microseconds // 1_000_000
SECRET = "a secret of tests that is long enough to sign"
ISSUER = "https://issuer.example"
USER, SESSION = UUID(int=1), UUID(int=2)
SETTINGS = TokenSettings(secret=SECRET, audience="cantata", foreign_issuer=ISSUER)


class Keys:
    def __init__(self, *keys: Any) -> None:
        self.keys = keys
        self.reads = 0

    async def fetch(self) -> Any:
        self.reads += 1
        return KeySet(list(self.keys)).as_dict(private=False)


@pytest.fixture(scope="module")
def rsa() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "one"})


def claims(**changed: Any) -> dict[str, Any]:
    found = {"iss": ISSUER, "aud": "cantata", "sub": "alice", "exp": NOW + 60, "jti": "j"}
    return {name: value for name, value in {**found, **changed}.items() if value is not None}


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def checked(token: str, keys: Keys | None = None, clock: ManualClock | None = None) -> Any:
    tokens = AccessTokens(SETTINGS, clock or ManualClock(START), keys)
    return asyncio.run(tokens.check(token))


def test_own_tokens_end_when_they_say() -> None:
    clock = ManualClock(START)
    tokens = AccessTokens(SETTINGS, clock)
    token = tokens.issue(USER, SESSION, RelTime.of(seconds=60))
    found = asyncio.run(tokens.check(token))
    assert (found.subject, found.session) == (str(USER), SESSION)
    clock.advance(RelTime.of(seconds=60))
    with pytest.raises(NotAuthenticated):
        asyncio.run(tokens.check(token))


@pytest.mark.parametrize(
    "changed",
    [{"aud": "other"}, {"aud": None}, {"iss": "cantata"}, {"exp": NOW - 31}, {"exp": None},
     {"exp": "soon"}, {"nbf": NOW + 31}, {"sub": None}],
)  # fmt: skip
def test_claims_must_be_right(rsa: RSAKey, changed: dict[str, Any]) -> None:
    good = jwt.encode({"alg": "RS256", "kid": "one"}, claims(), rsa)
    assert checked(good, Keys(rsa)).subject == "alice"
    bad = jwt.encode({"alg": "RS256", "kid": "one"}, claims(**changed), rsa)
    with pytest.raises(NotAuthenticated):
        checked(bad, Keys(rsa))


def test_algorithms_are_pinned(rsa: RSAKey) -> None:
    head, body = encoded({"alg": "HS256", "kid": "one"}), encoded(claims())
    seal = hmac.digest(rsa.as_pem(private=False), f"{head}.{body}".encode(), "sha256")
    confused = f"{head}.{body}.{base64.urlsafe_b64encode(seal).decode().rstrip('=')}"
    unsigned = f"{encoded({'alg': 'none'})}.{body}."
    elliptic = ECKey.generate_key("P-256", {"kid": "two"})
    unknown = jwt.encode({"alg": "ES256", "kid": "two"}, claims(), elliptic)
    stolen = jwt.encode({"alg": "HS256"}, claims(iss="cantata"), OctKey.import_key("x" * 40))
    for token in (confused, unsigned, unknown, stolen, "", "a.b.c", "x" * 9_000):
        with pytest.raises(NotAuthenticated):
            checked(token, Keys(rsa))


def test_keys_are_read_again_when_one_is_missing(rsa: RSAKey) -> None:
    clock, keys = ManualClock(START), Keys(rsa)
    tokens = AccessTokens(SETTINGS, clock, keys)
    token = jwt.encode({"alg": "RS256", "kid": "one"}, claims(exp=NOW + 900), rsa)
    for _ in range(3):
        asyncio.run(tokens.check(token))
    assert keys.reads == 1
    fresh = ECKey.generate_key("P-256", {"kid": "two"})
    keys.keys = (fresh,)
    other = jwt.encode({"alg": "ES256", "kid": "two"}, claims(exp=NOW + 900), fresh)
    with pytest.raises(NotAuthenticated):
        asyncio.run(tokens.check(other))
    clock.advance(RelTime.of(seconds=11))
    assert asyncio.run(tokens.check(other)).subject == "alice"
    assert keys.reads == 2


def test_api_keys_have_their_form() -> None:
    made = new_key("live")
    assert made.text.startswith(f"ck_live_{made.id}_")
    assert key_id(made.text) == made.id
    assert same(made.digest, made.text)
    assert not same(made.digest, made.text + "x")
    assert made.digest == digest_of(made.text)
    for text in ("", "ck_live_short_x", made.text + "!", made.text.replace("ck_", "rt_")):
        assert key_id(text) is None

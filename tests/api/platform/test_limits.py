"""Limits over HTTP: headers that tell, refusals that say when, repeats that are free."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cantata.storage.settings import DatabaseSettings
from tests.api.platform.running import Platform, running_platform
from tests.api.platform.test_story import new_token
from tests.api.process import Sandbox


@pytest.fixture
def limited(
    tmp_path: Path, database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> Iterator[Platform]:
    limits = "mint=2/1h, onboard=3/1h"
    with running_platform(
        tmp_path, database_settings, shared_sandbox.url, rate_limits=limits
    ) as started:
        yield started


def test_limits_tell_when_to_come_back(limited: Platform) -> None:
    issuer = limited.onboard()
    token = new_token(issuer, "LIM")
    body = {"token": token, "receiver": issuer.party, "amount": "1"}
    first = issuer.post("/v1/mints", body, key="one")
    assert first.status_code == 200, first.text
    assert first.headers["RateLimit-Policy"] == '"mint";q=2;w=3600'
    assert first.headers["RateLimit"].startswith('"mint";r=1;')
    for _ in range(4):
        repeat = issuer.post("/v1/mints", body, key="one")
        assert (repeat.status_code, repeat.headers["Idempotency-Hit"]) == (200, "true")
    invalid = issuer.post("/v1/mints", {"amount": 1})
    assert invalid.status_code == 422, "what is invalid counts, too"
    refused = issuer.post("/v1/mints", body)
    assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMITED")
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert refused.json()["retryable"] is True
    assert issuer.post("/v1/mints", body, key="one").status_code == 200
    burn = {"token": token, "owner": issuer.party, "amount": "1"}
    assert issuer.post("/v1/burns", burn).status_code == 200


def test_a_key_of_something_else_is_no_repeat(limited: Platform) -> None:
    """What was asked for before is free; its key is not, for what is new or only tried out."""
    issuer = limited.onboard()
    token = new_token(issuer, "LIM")
    settings = {"party": issuer.party, "receives_freely": True}
    assert issuer.post("/v1/parties:settings", settings, key="other").status_code == 200
    body = {"token": token, "receiver": issuer.party, "amount": "1"}
    for number in range(2):
        assert issuer.post("/v1/mints", body, key=f"mint-{number}").status_code == 200
    rows = [{"receiver": issuer.party, "amount": "1"}] * 2
    batch = {"operation": "mint", "mode": "per_row", "token": token, "rows": rows}
    for path, asked in (("/v1/mints", body), ("/v1/batches", batch)):
        refused = issuer.post(path, asked, key="other")
        assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMITED"), path
    for key in ("other", "mint-0"):
        tried = issuer.post("/v1/mints", body, key=key, dry_run=True)
        assert (tried.status_code, tried.json()["code"]) == (429, "RATE_LIMITED")
    assert issuer.post("/v1/mints", body, key="mint-0").status_code == 200
    listed = issuer.get("/v1/operations").json()["items"]
    assert len([each for each in listed if each["kind"] == "tokens.mint"]) == 2


def test_onboarding_is_limited_by_address_and_by_e_mail(limited: Platform) -> None:
    codes = [
        limited.anonymous().post("/v1/onboarding", {"email": f"{n}@example.com"}).status_code
        for n in range(4)
    ]
    assert codes == [200, 200, 200, 429]

"""Allowances: a spender moves what the owner let it, no more, no longer, and hears nothing else."""

from __future__ import annotations

import time
from typing import Any

import pytest
from httpx2 import Response

from tests.api.platform.interventions import PAST, Market, done, in_seconds, refused
from tests.api.platform.running import Client, Platform


@pytest.fixture(scope="module")
def market(platform: Platform) -> Market:
    found = Market.open(platform, "LENT")
    found.mint(found.alice, "100")
    found.agree(found.auditor)
    return found


def allow(market: Market, **terms: Any) -> Response:
    body = {"token": market.token, "owner": market.alice.party, "spender": market.bob.party}
    return market.alice.post("/v1/allowances", {**body, **terms})


def spend(market: Market, amount: str, **more: Any) -> Response:
    body = {
        "token": market.token,
        "owner": market.alice.party,
        "spender": market.bob.party,
        "receiver": market.auditor.party,
        "amount": amount,
    }
    return market.bob.post("/v1/allowances:spend", {**body, **more})


def revoke(market: Market, client: Client) -> Response:
    body = {"token": market.token, "owner": market.alice.party, "spender": market.bob.party}
    return client.post("/v1/allowances:revoke", body)


def remaining(market: Market) -> list[str | None]:
    items = market.bob.get("/v1/allowances", party=market.bob.party).json()["items"]
    assert items == market.alice.get("/v1/allowances").json()["items"]
    return [each["remaining"] for each in items]


def test_a_limit_is_spent_to_the_last_unit(market: Market) -> None:
    refused(spend(market, "1"), 404, "ALLOWANCE_UNKNOWN")
    done(allow(market, limit="10"))
    before = market.balance(market.auditor)[0]
    done(spend(market, "4"))
    assert remaining(market) == ["6.0"]
    refused(spend(market, "6.01"), 422, "ALLOWANCE_EXCEEDED")
    done(spend(market, "6"))
    assert remaining(market) == []
    refused(spend(market, "0.01"), 404, "ALLOWANCE_UNKNOWN")
    assert float(market.balance(market.auditor)[0]) == float(before) + 10
    assert market.supply() == "100.0"


def test_what_has_no_limit_never_decreases(market: Market) -> None:
    done(allow(market))
    for _ in range(3):
        done(spend(market, "1"))
        assert remaining(market) == [None]
    missing = refused(spend(market, "1000"), 422, "INSUFFICIENT_FUNDS")
    assert market.balance(market.alice)[0] not in missing["detail"], "what the owner has is its own"
    done(revoke(market, market.alice))
    refused(spend(market, "1"), 404, "ALLOWANCE_UNKNOWN")
    refused(revoke(market, market.alice), 404, "ALLOWANCE_UNKNOWN")


def test_a_new_allowance_replaces_the_old(market: Market) -> None:
    done(allow(market, limit="5"))
    done(allow(market, limit="2"))
    assert remaining(market) == ["2.0"]
    refused(spend(market, "3"), 422, "ALLOWANCE_EXCEEDED")
    done(revoke(market, market.alice))


def test_it_ends_at_its_time(market: Market) -> None:
    done(allow(market, limit="5", expires_at=in_seconds(3)))
    done(spend(market, "1"))
    time.sleep(3.1)
    refused(spend(market, "1"), 422, "ALLOWANCE_EXPIRED")
    done(revoke(market, market.alice))


def test_without_consent_an_offer_waits(market: Market) -> None:
    done(allow(market, limit="5"))
    offer = done(spend(market, "2", receiver=market.issuer.party))["result"]["offer"]
    done(market.issuer.post(f"/v1/offers/{offer}:accept"))
    assert remaining(market) == ["3.0"]
    done(revoke(market, market.alice))


def test_the_rules_hold_for_spenders(market: Market) -> None:
    done(allow(market, limit="5"))
    done(market.post(market.issuer, ":pause", {"operations": ["transfer"], "reason": "x"}))
    refused(spend(market, "1"), 422, "OPERATION_PAUSED")
    done(market.post(market.issuer, ":unpause", {"reason": "x"}))
    done(revoke(market, market.alice))


def test_who_may_what(market: Market) -> None:
    done(allow(market, limit="5"))
    refused(revoke(market, market.bob), 404, "NOT_FOUND")
    stranger = market.platform.onboard()
    body = {
        "token": market.token,
        "owner": market.alice.party,
        "spender": stranger.party,
        "receiver": stranger.party,
        "amount": "1",
    }
    refused(stranger.post("/v1/allowances:spend", body), 404, "ALLOWANCE_UNKNOWN")
    as_bob = {**body, "spender": market.bob.party}
    refused(stranger.post("/v1/allowances:spend", as_bob), 404, "NOT_FOUND")
    assert stranger.get("/v1/allowances").json()["items"] == []
    done(revoke(market, market.alice))
    mine = {"token": market.token, "owner": market.alice.party, "spender": market.alice.party}
    refused(market.alice.post("/v1/allowances", mine), 422, "SAME_PARTY")
    refused(allow(market, limit="1", expires_at=PAST), 422, "DEADLINE_TOO_EARLY")
    refused(allow(market, limit="0"), 422, "AMOUNT_NOT_POSITIVE")
    refused(allow(market, limit="0.001"), 422, "PRECISION_EXCEEDED")

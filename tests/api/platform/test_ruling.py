"""Pauses, terms and the end of a token: by those with the roles, and by nobody else."""

from __future__ import annotations

import pytest

from tests.api.platform.interventions import Market, done, refused
from tests.api.platform.running import Platform

OPERATIONS = ["accept", "allocate", "burn", "mint", "settle", "transfer"]


@pytest.fixture(scope="module")
def market(platform: Platform) -> Market:
    found = Market.open(platform, "RULED")
    found.mint(found.alice, "100")
    return found


def paused(market: Market) -> list[str]:
    found: list[str] = market.alice.get(f"{market.path}/rules").json()["paused"]
    return found


def test_a_pause_of_mints_leaves_transfers_working(market: Market) -> None:
    stop = {"operations": ["mint"], "reason": "audit"}
    done(market.post(market.issuer, ":pause", stop))
    assert paused(market) == ["mint"]
    mint = {"token": market.token, "receiver": market.alice.party, "amount": "1"}
    refused(market.issuer.post("/v1/mints", mint), 422, "OPERATION_PAUSED")
    done(market.transfer(market.alice, market.bob, "1"))
    twice = refused(market.post(market.issuer, ":pause", stop), 409, "ALREADY_PAUSED")
    assert "Mint" in twice["detail"]
    done(market.post(market.issuer, ":unpause", stop))
    refused(market.post(market.issuer, ":unpause", stop), 409, "NOT_PAUSED")
    done(market.issuer.post("/v1/mints", mint))


def test_everything_stops_and_goes_on(market: Market) -> None:
    offer = done(market.transfer(market.alice, market.bob, "2"))["result"]["offer"]
    done(market.post(market.issuer, ":pause", {"operations": ["burn"], "reason": "first"}))
    done(market.post(market.issuer, ":pause", {"reason": "alarm"}))
    assert paused(market) == OPERATIONS
    refused(market.post(market.issuer, ":pause", {"reason": "alarm"}), 409, "ALREADY_PAUSED")
    mint = {"token": market.token, "receiver": market.alice.party, "amount": "1"}
    burn = {"token": market.token, "owner": market.alice.party, "amount": "1"}
    merge = {"token": market.token, "owner": market.alice.party}
    refused(market.issuer.post("/v1/mints", mint), 422, "OPERATION_PAUSED")
    refused(market.alice.post("/v1/burns", burn), 422, "OPERATION_PAUSED")
    refused(market.alice.post("/v1/rearrangements", merge), 422, "OPERATION_PAUSED")
    refused(market.transfer(market.alice, market.bob, "1"), 422, "OPERATION_PAUSED")
    refused(market.bob.post(f"/v1/offers/{offer}:accept"), 422, "OPERATION_PAUSED")
    assert market.precheck(market.alice, market.bob, "1")["reason"] == 1
    market.agree(market.bob)
    allow = {"token": market.token, "owner": market.alice.party, "spender": market.bob.party}
    done(market.alice.post("/v1/allowances", allow))
    assert market.balance(market.alice) != ("0", "0"), "what only reads goes on"
    done(market.bob.post(f"/v1/offers/{offer}:reject"))
    done(market.post(market.issuer, ":unpause", {"reason": "over"}))
    assert paused(market) == []
    done(market.alice.post("/v1/burns", burn))


def test_only_pausers_pause(market: Market) -> None:
    stop = {"operations": ["transfer"], "reason": "mine"}
    refused(market.post(market.alice, ":pause", stop), 403, "NOT_ALLOWED")
    clerk = market.platform.onboard()
    market.let_act(clerk)
    refused(market.post(clerk, ":pause", stop), 403, "NOT_ALLOWED")
    market.grant("PAUSER", clerk)
    tried = market.post(clerk, ":pause", stop, dry_run="true")
    assert tried.status_code == 200
    assert tried.json()["dry_run"] is True
    assert paused(market) == []
    done(market.post(clerk, ":pause", stop, key="same"))
    again = market.post(clerk, ":pause", stop, key="same")
    assert again.headers["Idempotency-Hit"] == "true"
    conflict = {"operations": ["accept"], "reason": "mine"}
    refused(market.post(clerk, ":pause", conflict, key="same"), 409, "IDEMPOTENCY_CONFLICT")
    done(market.post(clerk, ":unpause", stop))


def test_bad_pauses(market: Market) -> None:
    for body in ({}, {"reason": ""}, {"reason": "x", "operations": ["vote"]}):
        assert market.post(market.issuer, ":pause", body).status_code == 422


def test_terms_change_alone_until_somebody_approves(platform: Platform) -> None:
    market = Market.open(platform, "TERMS")
    terms = {"accounts_required": True, "countries": ["DE", "CH", "DE"], "reason": "law"}
    refused(market.post(market.alice, "/rules", terms), 403, "NOT_ALLOWED")
    done(market.post(market.issuer, "/rules", terms))
    found = market.issuer.get(f"{market.path}/rules").json()
    assert (found["accounts_required"], found["countries"]) == (True, ["CH", "DE"])
    mine = {**terms, "approver": market.issuer.party}
    refused(market.post(market.issuer, "/rules", mine), 422, "SAME_PARTY")
    nobody = {**terms, "approver": f"nobody::1220{'ab' * 32}"}
    refused(market.post(market.issuer, "/rules", nobody), 422, "APPROVER_FOREIGN")
    done(market.post(market.issuer, "/rules", {**terms, "approver": market.auditor.party}))
    refused(market.post(market.issuer, "/rules", terms), 409, "APPROVAL_NEEDED")
    asked = market.post(market.issuer, "/rule-changes", {"reason": "open to all"})
    assert asked.status_code == 201, asked.text
    assert asked.json()["kind"] == "amend_rules"
    done(market.auditor.post(f"/v1/approvals/{asked.json()['id']}:approve"))
    found = market.issuer.get(f"{market.path}/rules").json()
    assert (found["accounts_required"], found["approver"]) == (False, None)


def test_a_closed_token_moves_no_more(platform: Platform) -> None:
    market = Market.open(platform, "CLOSED")
    market.mint(market.alice, "10")
    offer = done(market.transfer(market.alice, market.bob, "2"))["result"]["offer"]
    end = {"reason": "redeemed", "confirm": "CLOSED"}
    refused(
        market.post(market.issuer, ":close", {**end, "confirm": ""}), 422, "CONFIRMATION_MISSING"
    )
    refused(market.post(market.alice, ":close", end), 403, "NOT_ALLOWED")
    done(market.post(market.issuer, ":close", end))
    found = market.alice.get(f"{market.path}/rules").json()
    assert (found["closed"], found["paused"]) == (True, ["burn", "mint"])
    refused(market.transfer(market.alice, market.bob, "1"), 422, "TOKEN_CLOSED")
    assert market.precheck(market.alice, market.bob, "1")["reason"] == 12
    refused(market.bob.post(f"/v1/offers/{offer}:accept"), 422, "TOKEN_CLOSED")
    done(market.alice.post(f"/v1/offers/{offer}:withdraw"))
    refused(market.post(market.issuer, ":close", end), 422, "TOKEN_CLOSED")
    assert market.balance(market.alice) == ("10.0", "0.0")

"""Forced transfers, recoveries, changes of rules: one requests, another approves, both are told."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.api.platform.interventions import DOCUMENT, LATER, Market, done, refused
from tests.api.platform.running import Client, Platform

GROUNDS: dict[str, Any] = {"reason_code": "COURT-7", "document_hash": DOCUMENT}


@pytest.fixture(scope="module")
def market(platform: Platform) -> Market:
    found = Market.open(platform, "FORCED", approver=True)
    found.mint(found.alice, "60")
    found.mint(found.alice, "40")
    return found


def order(market: Market, owner: Client, receiver: Client, amount: str) -> dict[str, Any]:
    return {**GROUNDS, "owner": owner.party, "receiver": receiver.party, "amount": amount}


def request(market: Market, body: dict[str, Any], kind: str = "forced-transfers") -> str:
    answer = market.post(market.issuer, f"/{kind}", body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == "pending"
    return str(answer.json()["id"])


def approve(market: Market, approval: str) -> dict[str, Any]:
    return done(market.auditor.post(f"/v1/approvals/{approval}:approve"))


def test_a_forced_transfer_frees_exactly_the_difference(market: Market) -> None:
    done(market.freeze(market.alice, "freeze", "70"))
    market.agree(market.bob)
    approval = request(market, order(market, market.alice, market.bob, "50"))
    assert market.balance(market.alice) == ("30.0", "70.0"), "nothing happens before approval"
    operation = approve(market, approval)
    assert market.balance(market.alice) == ("0.0", "50.0"), "20 of the 70 were freed"
    assert market.balance(market.bob) == ("50.0", "0.0")
    assert market.supply() == "100.0"
    found = market.issuer.get(f"/v1/approvals/{approval}").json()
    assert (found["state"], found["decided_by"]) == ("approved", market.auditor.user)
    assert found["operation"] == f"/v1/operations/{operation['id']}"
    assert market.issuer.get(found["operation"]).status_code == 200, "who requested can follow"


def test_who_requests_never_approves(market: Market) -> None:
    approval = request(market, order(market, market.alice, market.bob, "1"))
    right = {"party": market.auditor.party, "user": market.issuer.user, "right": "act_as"}
    path = f"/v1/approvals/{approval}:approve"
    refused(market.issuer.post(path), 404, "NOT_FOUND")
    assert market.auditor.post("/v1/parties/rights:give", right).status_code == 200
    refused(market.issuer.post(path), 403, "SAME_PERSON")
    assert market.auditor.post("/v1/parties/rights:take", right).status_code == 200
    refused(market.bob.post(path), 404, "APPROVAL_UNKNOWN")
    refused(market.bob.get(f"/v1/approvals/{approval}"), 404, "APPROVAL_UNKNOWN")
    tried = market.auditor.post(path, dry_run="true")
    assert tried.status_code == 200, tried.text
    assert "ForceTransfer" in str(tried.json()["commands"])
    answer = market.auditor.post(path, key="twice")
    done(answer)
    again = market.auditor.post(path, key="twice")
    assert again.headers["Idempotency-Hit"] == "true"
    refused(market.auditor.post(path), 409, "APPROVAL_DECIDED")


def test_requests_are_refused_withdrawn_and_expire(market: Market) -> None:
    body = order(market, market.alice, market.bob, "1")
    first, second = request(market, body), request(market, body)
    refused(market.auditor.post(f"/v1/approvals/{first}:withdraw", {}), 403, "NOT_THE_REQUESTER")
    refusal = market.auditor.post(f"/v1/approvals/{first}:refuse", {"remark": "no order"})
    assert (refusal.json()["state"], refusal.json()["remark"]) == ("refused", "no order")
    taken = market.issuer.post(f"/v1/approvals/{second}:withdraw", {})
    assert taken.json()["state"] == "withdrawn"
    for each in (first, second):
        refused(market.auditor.post(f"/v1/approvals/{each}:approve"), 409, "APPROVAL_DECIDED")
    query = {"state": "pending", "admin": market.token["admin"], "symbol": market.token["id"]}
    assert market.auditor.get("/v1/approvals", **query).json()["items"] == []
    everything = market.auditor.get("/v1/approvals", limit=2).json()
    assert {each["id"] for each in everything["items"]} == {first, second}
    assert market.bob.get("/v1/approvals").json()["items"] == []


def test_what_cannot_be_requested(market: Market) -> None:
    alice, bob = market.alice, market.bob
    path = "/forced-transfers"
    good = order(market, alice, bob, "1")
    refused(market.post(market.issuer, path, order(market, alice, alice, "1")), 422, "SAME_PARTY")
    refused(
        market.post(market.issuer, path, order(market, alice, bob, "99999")),
        422,
        "BALANCE_TOO_SMALL",
    )
    refused(
        market.post(market.issuer, path, order(market, alice, bob, "0.001")),
        422,
        "PRECISION_EXCEEDED",
    )
    for missing in ("reason_code", "document_hash"):
        body = {name: value for name, value in good.items() if name != missing}
        assert market.post(market.issuer, path, body).status_code == 422
    for wrong in ({"document_hash": "AB" * 32}, {"reason_code": "because"}, {"expires_in": 1}):
        assert market.post(market.issuer, path, {**good, **wrong}).status_code == 422
    refused(market.post(bob, path, good), 403, "NOT_ALLOWED")
    clerk = market.platform.onboard()
    market.let_act(clerk)
    refused(market.post(clerk, path, good), 403, "NOT_ALLOWED")
    market.grant("AGENT", clerk)
    assert market.post(clerk, path, good, dry_run="true").json()["dry_run"] is True
    refused(market.auditor.post(f"/v1/approvals/{uuid.uuid4()}:approve"), 404, "APPROVAL_UNKNOWN")


def test_without_an_approver_nothing_is_forced(platform: Platform) -> None:
    market = Market.open(platform, "ALONE")
    market.mint(market.alice, "5")
    body = order(market, market.alice, market.bob, "1")
    refused(market.post(market.issuer, "/forced-transfers", body), 422, "APPROVER_MISSING")


def test_a_recovery_moves_everything(platform: Platform) -> None:
    market = Market.open(platform, "LOST", approver=True, accounts_required=True)
    lost, found = market.alice, market.bob
    for client in (lost, found):
        done(market.enrol(client))
    done(market.change(lost, "lock-up", locked_until=LATER))
    for amount in ("10", "20", "30"):
        market.mint(lost, amount)
    done(market.freeze(lost, "freeze", "25"))
    done(market.change(lost, "freeze"))
    body = {**GROUNDS, "lost": lost.party, "replacement": found.party}
    refused(
        market.post(market.issuer, "/recoveries", {**body, "replacement": lost.party}),
        422,
        "SAME_PARTY",
    )
    unwilling = request(market, body, "recoveries")
    denied = market.auditor.post(f"/v1/approvals/{unwilling}:approve")
    refused(denied, 422, "NO_PREAPPROVAL")
    assert market.balance(lost) == ("35.0", "25.0"), "all of it happens, or nothing"
    market.agree(found)
    approve(market, request(market, body, "recoveries"))
    assert market.balance(lost) == ("0", "0")
    assert market.balance(found) == ("35.0", "25.0"), "what was frozen arrives frozen"
    theirs = {
        each["holder"]: each
        for each in market.issuer.get(f"{market.path}/accounts").json()["items"]
    }
    assert theirs[lost.party]["verified_until"] is None
    assert theirs[found.party]["frozen"] is True
    assert theirs[found.party]["locked_until"] == LATER
    assert theirs[found.party]["frozen_amount"] == "25.0"
    refused(market.transfer(found, market.auditor, "1"), 422, "SENDER_FROZEN")
    empty = {**GROUNDS, "lost": market.auditor.party, "replacement": found.party}
    nothing = request(market, empty, "recoveries")
    refused(market.auditor.post(f"/v1/approvals/{nothing}:approve"), 422, "NOTHING_TO_RECOVER")
    assert market.supply() == "60.0"

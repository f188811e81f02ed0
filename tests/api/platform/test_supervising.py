"""Holders' accounts and frozen amounts: what issuers attest and forbid, and who learns of it."""

from __future__ import annotations

import time

import pytest

from tests.api.platform.interventions import LATER, PAST, Market, done, in_seconds, refused
from tests.api.platform.running import Platform


@pytest.fixture(scope="module")
def market(platform: Platform) -> Market:
    """A token whose holders need accounts, of which nobody has one yet."""
    return Market.open(platform, "GATED", accounts_required=True, countries=["DE", "CH"])


def test_an_account_s_life(market: Market) -> None:
    alice, bob = market.alice, market.bob
    mint = {"token": market.token, "receiver": alice.party, "amount": "100"}
    refused(market.issuer.post("/v1/mints", mint), 422, "NOT_ONBOARDED")
    done(market.enrol(alice))
    refused(market.enrol(alice), 409, "ACCOUNT_EXISTS")
    done(market.issuer.post("/v1/mints", mint))
    refused(market.transfer(alice, bob, "1"), 422, "NOT_ONBOARDED")
    done(market.enrol(bob, verified_until=None))
    refused(market.transfer(alice, bob, "1"), 422, "NOT_VERIFIED")
    done(market.change(bob, "verify", country="US", verified_until=LATER))
    refused(market.transfer(alice, bob, "1"), 422, "COUNTRY_REFUSED")
    done(market.change(bob, "verify", country="CH", verified_until=in_seconds(3)))
    done(market.transfer(alice, bob, "1"))
    time.sleep(3.1)
    refused(market.transfer(alice, bob, "1"), 422, "VERIFICATION_EXPIRED")
    done(market.change(bob, "verify", country="CH", verified_until=LATER))
    done(market.change(alice, "lock-up", locked_until=LATER))
    refused(market.transfer(alice, bob, "1"), 422, "LOCKED_UP")
    done(market.change(alice, "lock-up", locked_until=None))
    done(market.transfer(alice, bob, "1"))
    done(market.change(bob, "remove"))
    refused(market.transfer(alice, bob, "1"), 422, "NOT_ONBOARDED")
    refused(market.change(bob, "remove"), 404, "ACCOUNT_UNKNOWN")
    done(market.enrol(bob))
    assert market.supply() == "100.0"


def test_a_frozen_account_neither_sends_nor_receives(market: Market) -> None:
    alice, bob = market.alice, market.bob
    offer = done(market.transfer(alice, bob, "5"))["result"]["offer"]
    done(market.change(alice, "freeze"))
    refused(market.change(alice, "freeze"), 409, "ACCOUNT_ALREADY_FROZEN")
    refused(market.transfer(alice, bob, "1"), 422, "SENDER_FROZEN")
    refused(bob.post(f"/v1/offers/{offer}:accept"), 422, "SENDER_FROZEN")
    burn = {"token": market.token, "owner": alice.party, "amount": "1"}
    refused(alice.post("/v1/burns", burn), 422, "SENDER_FROZEN")
    done(market.change(alice, "unfreeze"))
    refused(market.change(alice, "unfreeze"), 409, "ACCOUNT_NOT_FROZEN")
    done(market.change(bob, "freeze"))
    refused(market.transfer(alice, bob, "1"), 422, "RECEIVER_FROZEN")
    refused(bob.post(f"/v1/offers/{offer}:accept"), 422, "RECEIVER_FROZEN")
    done(bob.post(f"/v1/offers/{offer}:reject"))
    done(market.change(bob, "unfreeze"))


def test_a_freeze_is_not_lost_with_its_account(market: Market) -> None:
    """Who may enrol and remove could lift freezes without the role for it."""
    done(market.change(market.bob, "freeze"))
    refused(market.change(market.bob, "remove"), 409, "ACCOUNT_FROZEN")
    refused(market.transfer(market.alice, market.bob, "1"), 422, "RECEIVER_FROZEN")
    done(market.change(market.bob, "unfreeze"))


def test_a_freeze_that_would_stop_nothing_is_refused(platform: Platform) -> None:
    market = Market.open(platform, "OPEN")
    done(market.enrol(market.alice))
    market.mint(market.alice, "5")
    refused(market.change(market.alice, "freeze"), 409, "FREEZE_WITHOUT_EFFECT")
    rules = {"accounts_required": True, "reason": "from now on"}
    done(market.post(market.issuer, "/rules", rules))
    done(market.change(market.alice, "freeze"))
    refused(market.transfer(market.alice, market.bob, "1"), 422, "SENDER_FROZEN")


def test_a_frozen_amount_leaves_exactly_the_rest(platform: Platform) -> None:
    market = Market.open(platform, "PARTS")
    alice, bob = market.alice, market.bob
    for amount in ("10", "20", "30.5"):
        market.mint(alice, amount)
    refused(market.freeze(alice, "freeze", "60.51"), 422, "INSUFFICIENT_FUNDS")
    refused(market.freeze(alice, "freeze", "0.001"), 422, "PRECISION_EXCEEDED")
    done(market.freeze(alice, "freeze", "45.25"))
    assert market.balance(alice) == ("15.25", "45.25")
    refused(market.transfer(alice, bob, "15.26"), 422, "INSUFFICIENT_FUNDS")
    assert market.precheck(alice, bob, "15.26")["reason"] == 4
    done(market.transfer(alice, bob, "15.25"))
    refused(market.freeze(alice, "unfreeze", "45.26"), 422, "FROZEN_TOO_LITTLE")
    done(market.freeze(alice, "unfreeze", "40"))
    assert market.balance(alice) == ("40.0", "20.5"), "the offer's 15.25 and the frozen 5.25"
    done(market.freeze(alice, "unfreeze", "5.25"))
    refused(market.freeze(alice, "unfreeze", "0.01"), 422, "FROZEN_TOO_LITTLE")
    assert market.supply() == "60.5"


def test_an_account_for_all_tokens_wants_the_role_for_all(platform: Platform) -> None:
    market = Market.open(platform, "SHARED", accounts_required=True)
    other = market.issuer.post(
        "/v1/tokens",
        {"issuer": market.issuer.party, "name": "Other", "symbol": "OTHER", "currency": "USD"},
    )
    done(other)
    clerk = platform.onboard()
    market.let_act(clerk)
    market.grant("COMPLIANCE", clerk)
    market.grant("FREEZER", clerk)
    body = {"holder": market.alice.party, "country": "DE", "reason": "seen", "everywhere": True}
    refused(market.post(clerk, "/accounts", body), 403, "NOT_ALLOWED")
    done(market.post(clerk, "/accounts", {**body, "everywhere": False}))
    refused(market.post(market.issuer, "/accounts", body), 409, "ACCOUNT_EXISTS")
    done(market.change(market.alice, "remove"))
    done(market.post(market.issuer, "/accounts", body))
    path = f"/accounts/{market.alice.party}:freeze"
    refused(market.post(clerk, path, {"reason": "mine"}), 403, "NOT_ALLOWED")
    done(market.change(market.alice, "freeze"))
    found = market.issuer.get(f"/v1/tokens/{market.issuer.party}/OTHER/accounts").json()["items"]
    assert [(each["holder"], each["frozen"]) for each in found] == [(market.alice.party, True)]


def test_roles_are_apart(market: Market) -> None:
    clerk = market.platform.onboard()
    market.let_act(clerk)
    freeze = f"/accounts/{market.alice.party}:freeze"
    verify = f"/accounts/{market.alice.party}:verify"
    seen = {"country": "DE", "verified_until": LATER, "reason": "seen"}
    refused(market.post(clerk, freeze, {"reason": "x"}), 403, "NOT_ALLOWED")
    market.grant("COMPLIANCE", clerk)
    refused(market.post(clerk, freeze, {"reason": "x"}), 403, "NOT_ALLOWED")
    done(market.post(clerk, verify, seen))
    market.grant("FREEZER", clerk)
    done(market.post(clerk, freeze, {"reason": "x"}))
    done(market.change(market.alice, "unfreeze"))
    holder = f"/holders/{market.alice.party}:freeze"
    refused(market.post(market.bob, holder, {"amount": "1", "reason": "x"}), 403, "NOT_ALLOWED")


def test_only_issuer_and_holder_learn_of_an_account(market: Market) -> None:
    path = f"{market.path}/accounts/{market.alice.party}"
    for client in (market.issuer, market.alice):
        found = client.get(path)
        assert found.status_code == 200, found.text
        assert found.json()["country"] == "DE"
    refused(market.bob.get(path), 404, "ACCOUNT_UNKNOWN")
    assert market.bob.get(f"{market.path}/accounts").status_code == 404
    listed = market.issuer.get(f"{market.path}/accounts", limit=1).json()
    assert len(listed["items"]) == 1
    more = market.issuer.get(f"{market.path}/accounts", cursor=listed["next_cursor"]).json()
    names = [each["holder"] for each in (*listed["items"], *more["items"])]
    assert names == sorted(names)
    assert {market.alice.party, market.bob.party} <= set(names)


def test_bad_accounts(market: Market) -> None:
    stranger = market.platform.onboard()
    refused(market.enrol(stranger, verified_until=PAST), 422, "DEADLINE_TOO_EARLY")
    assert market.enrol(stranger, country="Germany").status_code == 422
    assert market.enrol(stranger, reason="").status_code == 422
    unknown = {"holder": f"nobody::1220{'ab' * 32}"}
    refused(market.enrol(stranger, **unknown), 422, "PARTY_UNKNOWN")
    refused(market.change(stranger, "freeze"), 404, "ACCOUNT_UNKNOWN")

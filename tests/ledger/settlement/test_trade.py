"""Trades over the counter: proposed, approved, allocated to, settled as a whole or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.contracts.token_standard import allocation_request_v1 as requests
from cantata.contracts.token_standard import allocation_v1 as standard
from cantata.kernel.time import RelTime
from cantata.lang import ContractId, Decimal, TextMap, replace
from cantata.settlement.contract.trade import OTCTrade, OTCTradeProposal
from cantata.testing import Active, Command, create, exercise
from cantata.tokens.contract.allocation import TokenAllocation
from cantata.tokens.contract.rules import Operation, TokenRules
from tests.ledger.settlement.market import DOLLARS, SHARES, Market
from tests.ledger.tokens.stage import HOUR, extras, meta

UNAUTHORIZED = "DAML_AUTHORIZATION_ERROR"
PRECONDITION = "TEMPLATE_PRECONDITION_VIOLATED"


def settling(
    market: Market, trade: Active[OTCTrade], allocations: dict[str, Active[Any]], **how: Any
) -> Command[Any]:
    """Give the command that settles the trade."""
    return exercise(
        ContractId[OTCTrade](trade.contract_id),
        OTCTrade.settle,
        allocations_with_context=market.with_contexts(allocations, **how),
    )


def allocated(market: Market, trade: Active[OTCTrade]) -> dict[str, Active[Any]]:
    """Allocate to both legs."""
    return {name: market.allocate(trade, name) for name in (SHARES, DOLLARS)}


def test_both_legs_are_settled_in_one_transaction(market: Market) -> None:
    trade = market.agreed()
    allocations = allocated(market, trade)
    assert market.owned(SHARES, market.alice) == ["5", "10 locked"]
    assert market.owned(DOLLARS, market.bob) == ["150", "250 locked"]
    venue = market.as_venue(*allocations.values())
    result = venue.submit(settling(market, trade, allocations)).results[0]
    assert sorted(result.legs) == [DOLLARS, SHARES]
    assert market.owned(SHARES, market.alice) == ["5"]
    assert market.owned(SHARES, market.bob) == ["10"]
    assert market.owned(DOLLARS, market.alice) == ["250"]
    assert market.owned(DOLLARS, market.bob) == ["150"]
    assert market.ledger.contracts(OTCTrade, market.venue) == []


def test_the_request_is_what_wallets_need(market: Market) -> None:
    trade = market.agreed()
    ((cid, view),) = market.ledger.views(requests.AllocationRequest, market.alice).items()
    assert cid == trade.contract_id
    assert view.transfer_legs == market.legs
    assert view.settlement.executor == market.venue
    assert view.settlement.settlement_ref.id == "OTCTradeProposal"
    assert view.settlement.settlement_ref.cid == trade.payload.trade_cid


def test_a_trade_is_known_by_its_first_proposal(market: Market) -> None:
    first = market.propose(by=market.bob)
    second = market.approve(first, market.alice)
    (found,) = market.ledger.contracts(OTCTradeProposal, market.venue)
    assert found.contract_id == second
    assert found.payload.trade_cid == first
    assert found.payload.approvers == [market.alice, market.bob]


def test_all_traders_must_approve(market: Market) -> None:
    proposal = market.propose()
    venue = market.ledger.acting(market.venue)
    error = venue.submit_must_fail("settlement/approval-missing", market.initiating(proposal))
    assert error.context["trader"] == market.bob
    alice = market.ledger.acting(market.alice)
    again = exercise(proposal, OTCTradeProposal.accept, approver=market.alice)
    alice.submit_must_fail("settlement/already-approved", again)
    for_bob = exercise(proposal, OTCTradeProposal.accept, approver=market.bob)
    alice.submit_must_fail(UNAUTHORIZED, for_bob)


def test_strangers_neither_approve_nor_reject(market: Market) -> None:
    proposal = market.propose()
    venue = market.ledger.acting(market.venue)
    for command in (
        exercise(proposal, OTCTradeProposal.accept, approver=market.venue),
        exercise(proposal, OTCTradeProposal.reject, trader=market.venue),
    ):
        venue.submit_must_fail("settlement/no-trader", command)


def test_a_trader_rejects_a_proposal(market: Market) -> None:
    proposal = market.propose()
    market.ledger.acting(market.bob).exercise(proposal, OTCTradeProposal.reject, trader=market.bob)
    assert market.ledger.contracts(OTCTradeProposal, market.alice) == []


def test_deadlines_are_in_order_and_ahead(market: Market) -> None:
    proposal = market.approve(market.propose(), market.bob)
    venue = market.ledger.acting(market.venue)
    now = market.ledger.now
    for changes, refusal in (
        ({"prepare_until": now}, "settlement/deadline-passed"),
        ({"settle_before": now + HOUR}, "settlement/deadlines-out-of-order"),
    ):
        venue.submit_must_fail(refusal, market.initiating(proposal, **changes))
    for party in (market.alice, market.bob):
        market.ledger.acting(party).submit_must_fail(UNAUTHORIZED, market.initiating(proposal))


@pytest.mark.parametrize("by", ["alice", "bob"])
def test_a_trader_refuses_to_allocate(market: Market, by: str) -> None:
    trade = market.agreed()
    actor = getattr(market, by)
    arg = requests.AllocationRequest_Reject(actor=actor, extra_args=extras())
    choice = requests.AllocationRequest.allocation_request_reject
    cid = ContractId[requests.AllocationRequest](trade.contract_id)
    market.ledger.acting(actor).submit(exercise(cid, choice, arg=arg))
    assert market.ledger.contracts(OTCTrade, market.venue) == []


def test_the_venue_is_no_trader_and_withdraws(market: Market) -> None:
    trade = market.agreed()
    cid = ContractId[requests.AllocationRequest](trade.contract_id)
    venue = market.ledger.acting(market.venue)
    reject = requests.AllocationRequest_Reject(actor=market.venue, extra_args=extras())
    choice = requests.AllocationRequest.allocation_request_reject
    venue.submit_must_fail("settlement/no-trader", exercise(cid, choice, arg=reject))
    arg = requests.AllocationRequest_Withdraw(extra_args=extras())
    venue.submit(exercise(cid, requests.AllocationRequest.allocation_request_withdraw, arg=arg))
    assert market.ledger.contracts(OTCTrade, market.alice) == []


def test_a_missing_leg_settles_nothing(market: Market) -> None:
    trade = market.agreed()
    allocations = {SHARES: market.allocate(trade, SHARES)}
    venue = market.as_venue(*allocations.values())
    command = settling(market, trade, allocations)
    error = venue.submit_must_fail("settlement/allocation-missing", command)
    assert error.context["leg"] == DOLLARS
    assert market.owned(SHARES, market.alice) == ["5", "10 locked"]


def test_an_allocation_is_to_the_leg_as_agreed(market: Market) -> None:
    trade = market.agreed()
    leg = market.legs.get(DOLLARS)
    assert leg is not None
    cheaper = replace(leg, amount=Decimal("249"))
    allocations = {
        SHARES: market.allocate(trade, SHARES),
        DOLLARS: market.allocate(trade, DOLLARS, transfer_leg=cheaper),
    }
    venue = market.as_venue(*allocations.values())
    command = settling(market, trade, allocations)
    venue.submit_must_fail("settlement/other-allocation", command)


@pytest.mark.parametrize("choice", [OTCTrade.settle, OTCTrade.cancel])
def test_an_allocation_that_the_issuer_did_not_sign_is_refused(market: Market, choice: Any) -> None:
    """Its code would run with the authority of venue and traders, and pays nothing."""
    trade = market.agreed()
    shares = market.allocate(trade, SHARES)
    forged = market.forge(trade, DOLLARS)
    acting = market.as_venue(shares)
    command = exercise(
        ContractId[OTCTrade](trade.contract_id),
        choice,
        allocations_with_context=market.with_contexts({SHARES: shares, DOLLARS: forged}),
    )
    error = acting.submit_must_fail("settlement/forged-allocation", command)
    assert error.context["leg"] == DOLLARS
    assert market.owned(SHARES, market.alice) == ["5", "10 locked"]


def test_a_leg_that_is_not_in_the_trade_is_refused(market: Market) -> None:
    trade = market.agreed()
    allocations = allocated(market, trade)
    venue = market.as_venue(*allocations.values())
    given = market.with_contexts(allocations)
    extra = given.get(SHARES)
    assert extra is not None
    command = exercise(
        ContractId[OTCTrade](trade.contract_id),
        OTCTrade.settle,
        allocations_with_context=given.insert("gold", extra),
    )
    venue.submit_must_fail("settlement/unknown-leg", command)


def test_the_deadline_is_exclusive(market: Market) -> None:
    trade = market.agreed()
    allocations = allocated(market, trade)
    market.ledger.advance(RelTime(2 * HOUR.microseconds - 1))
    with market.ledger.anchor():
        venue = market.as_venue(*allocations.values())
        venue.submit(settling(market, trade, allocations))
    market.ledger.advance(RelTime(1))
    venue = market.as_venue(*allocations.values())
    venue.submit_must_fail("settlement/deadline-passed", settling(market, trade, allocations))


def test_the_venue_alone_settles(market: Market) -> None:
    trade = market.agreed()
    allocations = allocated(market, trade)
    stage = market.stages[DOLLARS]
    shown = [stage.rules, market.stages[SHARES].rules]
    both = stage.acting(market.alice, market.bob, using=shown)
    both.submit_must_fail(UNAUTHORIZED, settling(market, trade, allocations))


def test_a_paused_leg_holds_the_settlement_up(market: Market) -> None:
    trade = market.agreed()
    allocations = allocated(market, trade)
    stage = market.stages[SHARES]
    pause = exercise(
        stage.rules,
        TokenRules.set_paused,
        operations=[Operation.SETTLE],
        paused=True,
        reason="audit",
    )
    stage.acting(stage.issuer).submit(pause)
    venue = market.as_venue(*allocations.values())
    venue.submit_must_fail("tokens/paused", settling(market, trade, allocations))
    unnamed = settling(market, trade, allocations, named=False)
    venue.submit_must_fail("tokens/context-missing", unnamed)
    market.as_venue(*allocations.values()).submit(cancelling(market, trade, allocations))
    assert market.owned(SHARES, market.alice) == ["5", "10"]


def cancelling(
    market: Market, trade: Active[OTCTrade], allocations: dict[str, Active[Any]]
) -> Command[Any]:
    """Give the command that cancels the trade."""
    return exercise(
        ContractId[OTCTrade](trade.contract_id),
        OTCTrade.cancel,
        allocations_with_context=market.with_contexts(allocations, named=False),
    )


def test_cancelling_gives_the_funds_back(market: Market) -> None:
    trade = market.agreed()
    allocations = {DOLLARS: market.allocate(trade, DOLLARS)}
    venue = market.as_venue(*allocations.values())
    result = venue.submit(cancelling(market, trade, allocations)).results[0]
    assert sorted(result.legs) == [DOLLARS]
    assert market.owned(DOLLARS, market.bob) == ["150", "250"]
    assert market.ledger.contracts(TokenAllocation, market.bob) == []


def test_senders_withdraw_what_they_allocated(market: Market) -> None:
    trade = market.agreed()
    found = market.allocate(trade, DOLLARS)
    cid = ContractId[standard.Allocation](found.contract_id)
    arg = standard.Allocation_Withdraw(extra_args=extras(None, meta(reason="no")))
    command = exercise(cid, standard.Allocation.allocation_withdraw, arg=arg)
    market.as_venue(found).submit_must_fail(UNAUTHORIZED, command)
    market.ledger.acting(market.bob).submit(command)
    assert market.owned(DOLLARS, market.bob) == ["150", "250"]


def proposing(market: Market, **changes: Any) -> Command[Any]:
    """Give the command that proposes the trade, with changes."""
    fields: dict[str, Any] = {
        "venue": market.venue,
        "trade_cid": None,
        "transfer_legs": market.legs,
        "approvers": [market.alice],
    }
    return create(OTCTradeProposal(**{**fields, **changes}))


def test_proposals_are_of_something_between_traders(market: Market) -> None:
    by = market.ledger.acting(market.alice, market.venue)
    by.submit_must_fail(PRECONDITION, proposing(market, transfer_legs=TextMap({})))
    strangers = [market.venue, market.alice]
    by.submit_must_fail(PRECONDITION, proposing(market, approvers=strangers))
    leg = market.legs.get(SHARES)
    assert leg is not None
    to_oneself = TextMap({SHARES: replace(leg, receiver=market.alice)})
    by.submit_must_fail(PRECONDITION, proposing(market, transfer_legs=to_oneself))


def test_nobody_proposes_for_others(market: Market) -> None:
    venue = market.ledger.acting(market.venue)
    venue.submit_must_fail(UNAUTHORIZED, proposing(market))


def test_outsiders_and_issuers_do_not_see_the_trade(market: Market) -> None:
    trade = market.agreed()
    allocations = allocated(market, trade)
    market.as_venue(*allocations.values()).submit(settling(market, trade, allocations))
    carol = market.stages[DOLLARS].carol
    assert list(market.ledger.seen_by(carol)) == []
    issuer = market.stages[DOLLARS].issuer
    said = [
        u for u in market.ledger.seen_by(issuer) if u.offset == market.ledger.updates[-1].offset
    ]
    assert "OTCTrade" not in repr(said)

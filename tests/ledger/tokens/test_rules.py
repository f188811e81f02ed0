"""Pauses and terms: what the rules stop at once, and what goes back in spite of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.lang import ContractId, Decimal, Party
from cantata.testing import Command, archive, create, exercise
from cantata.tokens.contract.context import RULES
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.rules import Operation, TokenRules
from tests.ledger.tokens.stage import (
    HOUR,
    Stage,
    accept,
    cid_in,
    extras,
    reject,
    update,
    withdraw,
)

UNAUTHORIZED = "DAML_AUTHORIZATION_ERROR"
PRECONDITION = "TEMPLATE_PRECONDITION_VIOLATED"


def rules_of(of: holding.InstrumentId, **changes: Any) -> TokenRules:
    """Give rules of two decimals."""
    return TokenRules(instrument_id=of, decimals=2, **changes)


def pausing(
    stage: Stage, *operations: Operation, paused: bool = True, reason: str = "audit"
) -> Command[Any]:
    """Give the command that pauses operations, or lets them go on."""
    return exercise(
        stage.rules,
        TokenRules.set_paused,
        operations=list(operations),
        paused=paused,
        reason=reason,
    )


def pausing_supply(stage: Stage, *operations: Operation, paused: bool = True) -> Command[Any]:
    """Give the command that pauses mints or burns on the instrument."""
    return exercise(
        stage.instrument.contract_id,
        Instrument.set_paused,
        operations=list(operations),
        paused=paused,
        reason="audit",
    )


def pause(stage: Stage, *operations: Operation) -> None:
    """Pause operations."""
    stage.acting(stage.issuer).submit(pausing(stage, *operations))


def splitting(stage: Stage) -> Command[Any]:
    """Give the command by which Alice rearranges her holdings."""
    return exercise(
        stage.factory,
        TokenFactory.split,
        owner=stage.alice,
        input_holding_cids=stage.inputs(stage.alice),
        amounts=[Decimal("1")],
        extra_args=extras(stage.terms(stage.alice, stage.alice)),
    )


def test_paused_transfers_are_refused(stage: Stage) -> None:
    consent = stage.preapprove(stage.bob)
    pause(stage, Operation.TRANSFER)
    alice = stage.as_holder(stage.alice, consent)
    for receiver in (stage.alice, stage.bob):
        transfer = stage.transfer(stage.alice, receiver, "10")
        error = alice.submit_must_fail("tokens/paused", stage.transferring(transfer))
        assert error.context["operation"] == "Transfer"
    alice.submit_must_fail("tokens/paused", splitting(stage))


def test_what_is_paused_goes_on_afterwards(stage: Stage) -> None:
    pause(stage, Operation.TRANSFER, Operation.BURN)
    stage.acting(stage.issuer).submit(pausing(stage, Operation.TRANSFER, paused=False))
    stage.send(stage.transfer(stage.alice, stage.bob, "10"))
    (rules,) = stage.ledger.contracts(TokenRules, stage.issuer)
    assert rules.payload.paused == [Operation.BURN]


def test_consents_are_given_and_taken_back_while_all_is_paused(stage: Stage) -> None:
    pause(stage, *(each for each in Operation if each is not Operation.MINT))
    consent = stage.preapprove(stage.bob)
    cancel = exercise(consent, TransferPreapproval.cancel, actor=stage.bob)
    stage.acting(stage.bob).submit(cancel)


def test_each_operation_is_paused_for_itself(stage: Stage) -> None:
    pause(stage, Operation.ACCEPT, Operation.ALLOCATE, Operation.SETTLE, Operation.BURN)
    offer = stage.offer(stage.alice, stage.bob, "10")
    bob = stage.answer(stage.bob, offer)
    bob.submit_must_fail("tokens/paused", stage.accepting(offer))
    bob.submit(reject(offer))
    stage.as_holder(stage.alice).submit(splitting(stage))
    stage.mint(stage.alice, "5")


def test_burns_are_paused_by_the_rules_and_by_the_instrument(stage: Stage) -> None:
    alice = stage.as_holder(stage.alice)
    with stage.ledger.anchor():
        pause(stage, Operation.BURN)
        stage.as_holder(stage.alice).submit_must_fail(
            "tokens/paused", stage.burning(stage.alice, "1")
        )
        both = stage.acting(stage.issuer, stage.alice)
        inputs = stage.inputs(stage.alice)[:1]
        both.submit(stage.burn_minting(inputs, [(stage.alice, "99")], actors=[stage.alice]))
    stage.acting(stage.issuer).submit(pausing_supply(stage, Operation.BURN))
    alice = stage.as_holder(stage.alice)
    alice.submit_must_fail("tokens/paused", stage.burning(stage.alice, "1"))
    both = stage.acting(stage.issuer, stage.alice)
    inputs = stage.inputs(stage.alice)[:1]
    both.submit_must_fail("tokens/paused", stage.burn_minting(inputs, [], actors=[stage.alice]))
    both.submit(stage.burn_minting([], [(stage.alice, "1")], actors=[stage.alice]))


def test_paused_mints_leave_transfers_working(stage: Stage) -> None:
    stage.acting(stage.issuer).submit(pausing_supply(stage, Operation.MINT))
    both = stage.acting(stage.issuer, stage.bob)
    both.submit_must_fail("tokens/paused", stage.minting(stage.bob, "1"))
    minting = stage.burn_minting([], [(stage.bob, "1")], actors=[stage.bob])
    both.submit_must_fail("tokens/paused", minting)
    stage.as_holder(stage.alice).submit(splitting(stage))
    stage.send(stage.transfer(stage.alice, stage.bob, "10"))
    stage.acting(stage.issuer).submit(pausing_supply(stage, Operation.MINT, paused=False))
    stage.mint(stage.bob, "1")


def test_pausing_twice_is_an_error(stage: Stage) -> None:
    pause(stage, Operation.TRANSFER)
    issuer = stage.acting(stage.issuer)
    error = issuer.submit_must_fail("tokens/already-paused", pausing(stage, Operation.TRANSFER))
    assert error.context["operation"] == "Transfer"
    twice = pausing(stage, Operation.BURN, Operation.BURN)
    issuer.submit_must_fail("tokens/already-paused", twice)
    issuer.submit(pausing_supply(stage, Operation.MINT))
    issuer.submit_must_fail("tokens/already-paused", pausing_supply(stage, Operation.MINT))


def test_letting_go_on_what_is_not_paused_is_an_error(stage: Stage) -> None:
    issuer = stage.acting(stage.issuer)
    going_on = pausing(stage, Operation.ACCEPT, paused=False)
    assert issuer.submit_must_fail("tokens/not-paused", going_on).context["operation"] == "Accept"
    issuer.submit_must_fail(
        "tokens/not-paused", pausing_supply(stage, Operation.MINT, paused=False)
    )


def test_pauses_name_operations_and_a_reason(stage: Stage) -> None:
    issuer = stage.acting(stage.issuer)
    issuer.submit_must_fail("tokens/no-operations", pausing(stage))
    issuer.submit_must_fail("tokens/no-operations", pausing_supply(stage))
    issuer.submit_must_fail("tokens/reason-missing", pausing(stage, Operation.BURN, reason=""))


def test_operations_are_paused_where_they_belong(stage: Stage) -> None:
    issuer = stage.acting(stage.issuer)
    issuer.submit_must_fail("tokens/paused-elsewhere", pausing(stage, Operation.MINT))
    wrong = pausing_supply(stage, Operation.TRANSFER)
    issuer.submit_must_fail("tokens/paused-elsewhere", wrong)


def test_the_admin_alone_pauses(stage: Stage) -> None:
    for party in (stage.alice, stage.bob):
        holder = stage.as_holder(party)
        holder.submit_must_fail(UNAUTHORIZED, pausing(stage, Operation.TRANSFER))
        holder.submit_must_fail(UNAUTHORIZED, pausing_supply(stage, Operation.MINT))


@pytest.mark.parametrize("answer, by", [(reject, "bob"), (withdraw, "alice"), (update, "issuer")])
def test_funds_go_back_even_when_all_is_paused(
    stage: Stage, answer: Callable[..., Any], by: str
) -> None:
    offer = stage.offer(stage.alice, stage.bob, "120")
    pause(stage, *(each for each in Operation if each is not Operation.MINT))
    if by == "issuer":
        stage.ledger.advance(HOUR)
    stage.acting(getattr(stage, by), using=[offer.payload.locked_cid]).submit(answer(offer))
    assert stage.amounts(stage.alice) == ["30", "120"]


def test_rules_are_named_and_active(stage: Stage) -> None:
    old = stage.rules
    offer = stage.offer(stage.alice, stage.bob, "10")
    bob = stage.answer(stage.bob, offer)
    missing = bob.submit_must_fail("tokens/context-missing", accept(offer))
    assert missing.context["key"] == RULES
    pause(stage, Operation.BURN)
    bob = stage.answer(stage.bob, offer)
    bob.submit_must_fail("CONTRACT_NOT_FOUND", accept(offer, {RULES: cid_in(old)}))


def test_rules_are_the_instrument_s(stage: Stage) -> None:
    euro = holding.InstrumentId(admin=stage.issuer, id="EUR")
    impostor = stage.ledger.party("issuer")
    fake = holding.InstrumentId(admin=impostor, id="USD")
    wrong: ContractId[Any] = stage.acting(stage.issuer).create(rules_of(euro))
    forged: ContractId[Any] = stage.acting(impostor).create(rules_of(fake))
    offer = stage.offer(stage.alice, stage.bob, "10")
    for rules, refusal in ((wrong, "tokens/other-instrument"), (forged, UNAUTHORIZED)):
        bob = stage.acting(stage.bob, using=[rules, offer.payload.locked_cid])
        bob.submit_must_fail(refusal, accept(offer, {RULES: cid_in(rules)}))
        transfer = stage.transfer(stage.alice, stage.bob, "1")
        command = stage.transferring(transfer, context={RULES: cid_in(rules)})
        stage.as_holder(stage.alice, rules).submit_must_fail(refusal, command)


def test_terms_are_amended_by_the_admin(stage: Stage) -> None:
    issuer = stage.acting(stage.issuer)
    amended = issuer.submit(amending(stage, None)).results[0]
    assert amended == stage.rules
    (rules,) = stage.ledger.contracts(TokenRules, stage.issuer)
    assert (rules.payload.accounts_required, rules.payload.countries) == (True, ["DE", "FR"])
    stage.as_holder(stage.alice).submit_must_fail(UNAUTHORIZED, amending(stage, None))


def test_an_approver_is_appointed_by_the_admin_and_replaced_by_both(stage: Stage) -> None:
    issuer = stage.acting(stage.issuer)
    issuer.submit(amending(stage, stage.carol))
    assert len(stage.ledger.contracts(TokenRules, stage.carol)) == 1
    issuer.submit_must_fail(UNAUTHORIZED, amending(stage, None))
    stage.acting(stage.carol).submit_must_fail(UNAUTHORIZED, amending(stage, stage.bob))
    stage.acting(stage.issuer, stage.carol).submit(amending(stage, stage.bob))
    assert len(stage.ledger.contracts(TokenRules, stage.bob)) == 1
    assert stage.ledger.contracts(TokenRules, stage.carol) == []


def test_the_admin_cannot_approve_itself(stage: Stage) -> None:
    issuer = stage.acting(stage.issuer)
    issuer.submit_must_fail(PRECONDITION, amending(stage, stage.issuer))
    issuer.submit_must_fail(PRECONDITION, create(rules_of(stage.of, paused=[Operation.MINT])))


def test_closed_rules_stop_all_that_moves(stage: Stage) -> None:
    rules = stage.rules
    transfer = stage.transfer(stage.alice, stage.bob, "1")
    command = stage.transferring(transfer)
    stage.acting(stage.issuer).submit(archive(rules, TokenRules))
    alice = stage.acting(stage.alice, using=[stage.factory])
    alice.submit_must_fail("CONTRACT_NOT_FOUND", command)


def amending(stage: Stage, approver: Party | None) -> Command[Any]:
    """Give the command that wants accounts and two countries, and appoints an approver."""
    return exercise(
        stage.rules,
        TokenRules.amend,
        accounts_required=True,
        countries=["DE", "FR"],
        approver=approver,
    )

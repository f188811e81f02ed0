"""Transfers through the standard's factory: to oneself, by offer, directly; and all refusals."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.lang import ContractId, Decimal, Party
from cantata.testing import exercise
from cantata.tokens.contract.context import PREAPPROVAL
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.offer import TransferOffer
from cantata.tokens.contract.token import Token
from tests.ledger.tokens.stage import HOUR, MICROSECOND, UNKNOWN, Stage, extras


def test_transfer_to_oneself_splits_and_merges(stage: Stage) -> None:
    result = stage.send(stage.transfer(stage.alice, stage.alice, "120"))
    assert isinstance(result.output, standard.TransferInstructionResult_Completed)
    assert len(result.sender_change_cids) == 1
    assert sorted(stage.amounts(stage.alice)) == ["120", "30"]
    stage.send(stage.transfer(stage.alice, stage.alice, "150"))
    assert stage.amounts(stage.alice) == ["150"]


def test_offer_locks_the_funds(stage: Stage) -> None:
    before = stage.ledger.now
    transfer = stage.transfer(stage.alice, stage.bob, "120")
    result = stage.send(transfer)
    (offer,) = stage.ledger.contracts(TransferOffer, stage.bob)
    assert result.output == standard.TransferInstructionResult_Pending(
        ContractId(offer.contract_id)
    )
    change, locked = stage.tokens(stage.alice)
    assert result.sender_change_cids == [change.contract_id]
    assert (change.payload.amount, change.payload.lock) == (Decimal("30"), None)
    assert locked.payload.lock == holding.Lock(
        holders=[stage.issuer],
        expires_at=before + HOUR,
        expires_after=None,
        context=f"transfer to {stage.bob}",
    )
    assert offer.payload.locked_cid == locked.contract_id
    assert offer.payload.transfer.input_holding_cids == [locked.contract_id]
    views = stage.ledger.views(standard.TransferInstruction, stage.bob)
    view = views[ContractId(offer.contract_id)]
    assert view.original_instruction_cid is None
    assert view.status == standard.TransferPendingReceiverAcceptance()
    assert view.transfer.meta == transfer.meta


def test_offer_of_all_leaves_no_change(stage: Stage) -> None:
    result = stage.send(stage.transfer(stage.alice, stage.bob, "150"))
    assert result.sender_change_cids == []
    assert stage.amounts(stage.alice) == ["150 locked"]


def test_direct_transfer_under_a_preapproval(stage: Stage) -> None:
    consent = stage.preapprove(stage.bob)
    result = stage.send(stage.transfer(stage.alice, stage.bob, "120.5"), consent)
    (received,) = stage.tokens(stage.bob)
    assert result.output == standard.TransferInstructionResult_Completed(
        [ContractId(received.contract_id)]
    )
    assert stage.amounts(stage.bob) == ["120.5"]
    assert stage.amounts(stage.alice) == ["29.5"]


def test_a_preapproval_is_no_matter_for_a_transfer_to_oneself(stage: Stage) -> None:
    consent = stage.preapprove(stage.bob)
    result = stage.send(stage.transfer(stage.alice, stage.alice, "1"), consent)
    assert isinstance(result.output, standard.TransferInstructionResult_Completed)
    assert stage.amounts(stage.bob) == []


def refused(stage: Stage, refusal: str, *using: ContractId[Any], **changes: Any) -> None:
    """Hold that a transfer of 10 from Alice to Bob with changes is refused."""
    transfer = stage.transfer(stage.alice, stage.bob, changes.pop("amount", "10"), **changes)
    alice = stage.acting(stage.alice, using=[stage.factory, stage.rules, *using])
    alice.submit_must_fail(refusal, stage.transferring(transfer))


@pytest.mark.parametrize(
    "amount, refusal",
    [
        ("0", "tokens/amount-not-positive"),
        ("-10", "tokens/amount-not-positive"),
        ("0.001", "tokens/too-precise"),
        ("150.01", "tokens/insufficient-funds"),
        ("9999999999999999999999999999.99", "tokens/insufficient-funds"),
    ],
)
def test_amounts_are_checked(stage: Stage, amount: str, refusal: str) -> None:
    refused(stage, refusal, amount=amount)
    transfer = stage.transfer(stage.alice, stage.alice, amount)
    alice = stage.acting(stage.alice, using=[stage.factory, stage.rules])
    alice.submit_must_fail(refusal, stage.transferring(transfer))


def test_inputs_are_needed(stage: Stage) -> None:
    refused(stage, "tokens/no-inputs", input_holding_cids=[])


def test_at_most_a_hundred_inputs(stage: Stage) -> None:
    split = exercise(
        stage.factory,
        TokenFactory.split,
        owner=stage.alice,
        input_holding_cids=stage.inputs(stage.alice),
        amounts=[Decimal("1")] * 100,
        extra_args=extras(stage.terms(stage.alice, stage.alice)),
    )
    stage.as_holder(stage.alice).submit(split)
    inputs = stage.inputs(stage.alice)
    assert len(inputs) == 101
    refused(stage, "tokens/too-many-inputs", input_holding_cids=inputs)
    transfer = stage.transfer(stage.alice, stage.alice, "100", input_holding_cids=inputs[:100])
    stage.send(transfer)
    assert sorted(stage.amounts(stage.alice)) == ["100", "50"]


def test_an_input_counts_once(stage: Stage) -> None:
    (first, _) = stage.inputs(stage.alice)
    refused(stage, "CONTRACT_NOT_ACTIVE", input_holding_cids=[first, first])


def test_inputs_are_active_holdings(stage: Stage) -> None:
    factory: Any = stage.factory
    refused(stage, "WRONGLY_TYPED_CONTRACT", input_holding_cids=[factory])
    refused(stage, "CONTRACT_NOT_FOUND", input_holding_cids=[UNKNOWN])
    spent = stage.inputs(stage.alice)
    stage.send(stage.transfer(stage.alice, stage.alice, "150"))
    refused(stage, "CONTRACT_NOT_FOUND", input_holding_cids=spent)


def test_inputs_are_of_the_instrument(stage: Stage) -> None:
    for admin, id_ in ((stage.issuer, "EUR"), (stage.issuer, "usd")):
        other = holding.InstrumentId(admin=admin, id=id_)
        cid: Any = give(stage, admin, stage.alice, other)
        refused(stage, "tokens/other-instrument", input_holding_cids=[cid])


def test_inputs_of_a_look_alike_admin_are_worthless(stage: Stage) -> None:
    impostor = stage.ledger.party("issuer")
    fake = holding.InstrumentId(admin=impostor, id="USD")
    cid: Any = give(stage, impostor, stage.alice, fake)
    refused(stage, "DAML_AUTHORIZATION_ERROR", input_holding_cids=[cid])


def give(stage: Stage, admin: Party, owner: Party, of: holding.InstrumentId) -> ContractId[Token]:
    """Make a holding by both signatures."""
    token = Token(instrument_id=of, owner=owner, amount=Decimal("20"), lock=None)
    return stage.acting(admin, owner).create(token)


def test_inputs_are_the_sender_s(stage: Stage) -> None:
    theirs = stage.inputs(stage.alice)
    transfer = stage.transfer(stage.bob, stage.carol, "10", input_holding_cids=theirs)
    command = stage.transferring(transfer)
    unseen = stage.acting(stage.bob, using=[stage.factory, stage.rules])
    unseen.submit_must_fail("CONTRACT_NOT_FOUND", command)
    disclosed = stage.acting(stage.bob, using=[stage.factory, stage.rules, *theirs])
    disclosed.submit_must_fail("DAML_AUTHORIZATION_ERROR", command)
    both = stage.acting(stage.alice, stage.bob, using=[stage.factory, stage.rules])
    both.submit_must_fail("DAML_AUTHORIZATION_ERROR", command)


def test_a_sender_who_is_the_admin_cannot_spend_for_others(stage: Stage) -> None:
    theirs = stage.inputs(stage.alice)
    transfer = stage.transfer(stage.issuer, stage.carol, "10", input_holding_cids=theirs)
    command = stage.transferring(transfer)
    stage.acting(stage.issuer).submit_must_fail("DAML_AUTHORIZATION_ERROR", command)


def test_an_other_owner_s_input_is_named(stage: Stage) -> None:
    mine, _ = stage.inputs(stage.alice)
    token = exercise(
        ContractId[Token](mine),
        Token.take,
        owner=stage.bob,
        instrument_id=stage.of,
        release=False,
    )
    both = stage.acting(stage.issuer, stage.alice)
    error = both.submit_must_fail("tokens/other-owner", token)
    assert error.context["expected"] == stage.bob
    assert error.context["found"] == stage.alice


def test_only_the_sender_instructs(stage: Stage) -> None:
    command = stage.transferring(stage.transfer(stage.alice, stage.bob, "10"))
    bob = stage.acting(stage.bob, using=[stage.factory, stage.rules])
    bob.submit_must_fail("DAML_AUTHORIZATION_ERROR", command)
    stage.acting(stage.issuer).submit_must_fail("DAML_AUTHORIZATION_ERROR", command)


def test_the_factory_must_be_disclosed(stage: Stage) -> None:
    command = stage.transferring(stage.transfer(stage.alice, stage.bob, "10"))
    stage.acting(stage.alice).submit_must_fail("CONTRACT_NOT_FOUND", command)


def test_the_factory_is_for_the_expected_admin(stage: Stage) -> None:
    transfer = stage.transfer(stage.alice, stage.bob, "10")
    command = stage.transferring(transfer, expected=stage.bob)
    alice = stage.acting(stage.alice, using=[stage.factory, stage.rules])
    error = alice.submit_must_fail("tokens/other-admin", command)
    assert error.context["expected"] == stage.bob
    assert error.context["found"] == stage.issuer


def test_the_factory_is_for_its_instrument(stage: Stage) -> None:
    impostor = stage.ledger.party("issuer")
    for other in (
        holding.InstrumentId(admin=stage.issuer, id="EUR"),
        holding.InstrumentId(admin=impostor, id="USD"),
    ):
        refused(stage, "tokens/other-instrument", instrument_id=other)


def test_times_are_checked_to_the_microsecond(stage: Stage) -> None:
    now = stage.ledger.now
    refused(stage, "tokens/requested-in-future", requested_at=now + MICROSECOND)
    refused(stage, "tokens/deadline-passed", execute_before=now)
    refused(stage, "tokens/deadline-passed", execute_before=now + -MICROSECOND)
    transfer = stage.transfer(
        stage.alice, stage.bob, "10", requested_at=now, execute_before=now + MICROSECOND
    )
    assert isinstance(stage.send(transfer).output, standard.TransferInstructionResult_Pending)


def test_a_context_of_a_wrong_type_is_refused(stage: Stage) -> None:
    transfer = stage.transfer(stage.alice, stage.bob, "10")
    command = stage.transferring(transfer, context={PREAPPROVAL: metadata.AV_Bool(value=True)})
    alice = stage.acting(stage.alice, using=[stage.factory, stage.rules])
    error = alice.submit_must_fail("tokens/context-malformed", command)
    assert error.context["key"] == PREAPPROVAL
    assert getattr(error, "category", None) == 8


def test_unknown_keys_of_a_context_are_ignored(stage: Stage) -> None:
    transfer = stage.transfer(stage.alice, stage.bob, "10")
    command = stage.transferring(transfer, context={"other": metadata.AV_Int(7)})
    stage.acting(stage.alice, using=[stage.factory, stage.rules]).submit(command)


def test_public_fetch_shows_the_admin(stage: Stage) -> None:
    carol = stage.acting(stage.carol, using=[stage.factory, stage.rules])
    choice = standard.TransferFactory.transfer_factory_public_fetch
    factory: Any = stage.factory
    right = standard.TransferFactory_PublicFetch(expected_admin=stage.issuer, actor=stage.carol)
    assert carol.exercise(factory, choice, arg=right).admin == stage.issuer
    wrong = standard.TransferFactory_PublicFetch(expected_admin=stage.carol, actor=stage.carol)
    carol.submit_must_fail("tokens/other-admin", exercise(factory, choice, arg=wrong))
    other = standard.TransferFactory_PublicFetch(expected_admin=stage.issuer, actor=stage.bob)
    carol.submit_must_fail("DAML_AUTHORIZATION_ERROR", exercise(factory, choice, arg=other))

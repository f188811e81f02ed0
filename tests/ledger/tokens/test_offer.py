"""Offered transfers: accepted, rejected, withdrawn, expired, each to the microsecond."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.kernel.time import RelTime
from cantata.lang import ContractId, Decimal, Party, replace
from cantata.testing import Active, Command, archive, create, exercise
from cantata.tokens.contract.context import EXPIRE_LOCK, RULES
from cantata.tokens.contract.offer import TransferOffer
from cantata.tokens.contract.rules import TokenRules
from cantata.tokens.contract.token import Token
from tests.ledger.tokens.stage import HOUR, Stage, accept, cid_in, reject, update, withdraw

Answer = Callable[..., Command[Any]]

STANDS = {EXPIRE_LOCK: metadata.AV_Bool(value=True)}
GONE = {EXPIRE_LOCK: metadata.AV_Bool(value=False)}
JUST_BEFORE = RelTime(HOUR.microseconds - 1)


@pytest.fixture
def offer(stage: Stage) -> Active[TransferOffer]:
    """Alice offers 120 of her 150 to Bob for an hour."""
    return stage.offer(stage.alice, stage.bob, "120")


def test_accept_hands_the_funds_over(stage: Stage, offer: Active[TransferOffer]) -> None:
    result = stage.answer(stage.bob, offer).submit(stage.accepting(offer)).results[0]
    (received,) = stage.tokens(stage.bob)
    assert result.output == standard.TransferInstructionResult_Completed(
        [ContractId(received.contract_id)]
    )
    assert result.sender_change_cids == []
    assert stage.amounts(stage.bob) == ["120"]
    assert stage.amounts(stage.alice) == ["30"]
    assert stage.ledger.contracts(TransferOffer, stage.alice) == []


@pytest.mark.parametrize("context", [{}, STANDS])
@pytest.mark.parametrize("answer, by", [(reject, "bob"), (withdraw, "alice")])
def test_funds_go_back(
    stage: Stage, offer: Active[TransferOffer], answer: Answer, by: str, context: Any
) -> None:
    party = getattr(stage, by)
    result = stage.answer(party, offer).submit(answer(offer, context)).results[0]
    assert result.output == standard.TransferInstructionResult_Failed()
    assert result.sender_change_cids == [stage.tokens(stage.alice)[-1].contract_id]
    assert stage.amounts(stage.alice) == ["30", "120"]
    assert stage.amounts(stage.bob) == []


@pytest.mark.parametrize(
    "answer, by", [(accept, "bob"), (reject, "bob"), (withdraw, "alice"), (update, "issuer")]
)
def test_nobody_else_answers(
    stage: Stage, offer: Active[TransferOffer], answer: Answer, by: str
) -> None:
    stage.ledger.advance(HOUR)
    for other in {"issuer", "alice", "bob", "carol"} - {by}:
        party: Party = getattr(stage, other)
        using = [offer.payload.locked_cid, offer.contract_id]
        someone = stage.acting(party, using=using)
        someone.submit_must_fail("DAML_AUTHORIZATION_ERROR", answer(offer))


def test_accept_ends_at_the_deadline(stage: Stage, offer: Active[TransferOffer]) -> None:
    stage.ledger.advance(JUST_BEFORE)
    with stage.ledger.anchor():
        stage.answer(stage.bob, offer).submit(stage.accepting(offer))
    stage.ledger.advance(RelTime(1))
    error = stage.answer(stage.bob, offer).submit_must_fail(
        "tokens/offer-expired", stage.accepting(offer)
    )
    assert error.context["expired"] == str(offer.payload.transfer.execute_before)


def test_update_begins_at_the_deadline(stage: Stage, offer: Active[TransferOffer]) -> None:
    stage.ledger.advance(JUST_BEFORE)
    admin = stage.acting(stage.issuer)
    admin.submit_must_fail("tokens/offer-not-expired", update(offer))
    stage.ledger.advance(RelTime(1))
    result = admin.submit(update(offer)).results[0]
    assert result.output == standard.TransferInstructionResult_Failed()
    assert stage.amounts(stage.alice) == ["30", "120"]


def test_update_needs_its_extra_actors(stage: Stage, offer: Active[TransferOffer]) -> None:
    stage.ledger.advance(HOUR)
    command = update(offer, stage.carol)
    stage.acting(stage.issuer).submit_must_fail("DAML_AUTHORIZATION_ERROR", command)
    stage.acting(stage.issuer, stage.carol).submit(command)


def test_an_offer_is_rejected_or_withdrawn_after_its_deadline_too(
    stage: Stage, offer: Active[TransferOffer]
) -> None:
    stage.ledger.advance(HOUR)
    for answer, by in ((reject, stage.bob), (withdraw, stage.alice)):
        with stage.ledger.anchor():
            stage.answer(by, offer).submit(answer(offer))
            assert stage.amounts(stage.alice) == ["30", "120"]


def test_locked_funds_cannot_be_spent(stage: Stage, offer: Active[TransferOffer]) -> None:
    locked: Any = offer.payload.locked_cid
    stage.ledger.advance(JUST_BEFORE)
    alice = stage.as_holder(stage.alice)
    for to in (stage.alice, stage.carol):
        transfer = stage.transfer(stage.alice, to, "1", input_holding_cids=[locked])
        alice.submit_must_fail("tokens/locked", stage.transferring(transfer))
    alice.submit_must_fail("tokens/locked", stage.burning(stage.alice, "1", [locked]))
    unlock = exercise(offer.payload.locked_cid, Token.unlock, meta=offer.payload.transfer.meta)
    alice.submit_must_fail("tokens/locked", unlock)


def test_an_expired_lock_is_spent_by_its_owner(stage: Stage, offer: Active[TransferOffer]) -> None:
    locked: Any = offer.payload.locked_cid
    stage.ledger.advance(HOUR)
    stage.send(stage.transfer(stage.alice, stage.carol, "120", input_holding_cids=[locked]))
    assert stage.amounts(stage.alice) == ["30", "120 locked"]
    bob = stage.acting(stage.bob, using=[stage.rules])
    bob.submit_must_fail("tokens/offer-expired", stage.accepting(offer))
    alice = stage.acting(stage.alice)
    alice.submit_must_fail("CONTRACT_NOT_FOUND", withdraw(offer))
    alice.submit_must_fail("CONTRACT_NOT_FOUND", withdraw(offer, STANDS))
    result = alice.submit(withdraw(offer, GONE)).results[0]
    assert result.output == standard.TransferInstructionResult_Failed()
    assert result.sender_change_cids == []
    assert stage.amounts(stage.alice) == ["30", "120 locked"]
    assert len(stage.ledger.contracts(TransferOffer, stage.alice)) == 1


def test_saying_that_the_lock_is_gone_loses_nothing(
    stage: Stage, offer: Active[TransferOffer]
) -> None:
    stage.ledger.advance(JUST_BEFORE)
    for answer, by in ((reject, stage.bob), (withdraw, stage.alice)):
        someone = stage.answer(by, offer)
        someone.submit_must_fail("tokens/offer-not-expired", answer(offer, GONE))
    stage.ledger.advance(RelTime(1))
    stage.answer(stage.bob, offer).submit(reject(offer, GONE))
    assert stage.amounts(stage.alice) == ["30", "120 locked"]
    unlocked = exercise(offer.payload.locked_cid, Token.unlock, meta=offer.payload.transfer.meta)
    stage.acting(stage.alice).submit(unlocked)
    assert stage.amounts(stage.alice) == ["30", "120"]


def test_a_context_of_a_wrong_type_is_refused(stage: Stage, offer: Active[TransferOffer]) -> None:
    wrong = {EXPIRE_LOCK: metadata.AV_Text("false")}
    bob = stage.answer(stage.bob, offer)
    bob.submit_must_fail("tokens/context-malformed", reject(offer, wrong))


def test_an_offer_is_answered_once(stage: Stage, offer: Active[TransferOffer]) -> None:
    bob = stage.answer(stage.bob, offer)
    bob.submit_must_fail("CONTRACT_NOT_ACTIVE", reject(offer), stage.accepting(offer))
    bob.submit(stage.accepting(offer))
    late = stage.acting(stage.alice)
    late.submit_must_fail("CONTRACT_NOT_FOUND", withdraw(offer))


def test_the_locked_holding_must_be_disclosed_to_the_receiver(
    stage: Stage, offer: Active[TransferOffer]
) -> None:
    for command in (stage.accepting(offer), reject(offer)):
        bob = stage.acting(stage.bob, using=[stage.rules])
        bob.submit_must_fail("CONTRACT_NOT_FOUND", command)


def test_a_forged_offer_moves_nobody_s_funds(stage: Stage, offer: Active[TransferOffer]) -> None:
    theirs = stage.tokens(stage.alice)[0].contract_id
    mallory = stage.ledger.party("Mallory")
    for admin in (mallory, stage.issuer):
        of = holding.InstrumentId(admin=admin, id="USD")
        transfer = replace(
            offer.payload.transfer, sender=mallory, receiver=mallory, instrument_id=of
        )
        forged = TransferOffer(transfer=transfer, locked_cid=ContractId[Token](theirs))
        alone = stage.acting(mallory, using=[theirs])
        if admin == stage.issuer:
            alone.submit_must_fail("DAML_AUTHORIZATION_ERROR", create(forged))
            continue
        cid = alone.create(forged)
        bad: Active[Any] = Active(cid, forged)
        theirs_too = {RULES: cid_in(alone.create(TokenRules(instrument_id=of, decimals=2)))}
        for answer in (accept, reject, withdraw):
            alone.submit_must_fail("DAML_AUTHORIZATION_ERROR", answer(bad, theirs_too))


def test_an_offer_over_others_funds_by_the_admin_s_signature_fails(
    stage: Stage, offer: Active[TransferOffer]
) -> None:
    """Even where the admin signs, a sender's offer can only take the sender's own holding."""
    theirs = ContractId[Token](stage.tokens(stage.alice)[0].contract_id)
    transfer = replace(offer.payload.transfer, sender=stage.carol)
    forged = TransferOffer(transfer=transfer, locked_cid=theirs)
    cid = stage.acting(stage.issuer, stage.carol).create(forged)
    bad: Active[Any] = Active(cid, forged)
    bob = stage.acting(stage.bob, using=[theirs, stage.rules])
    bob.submit_must_fail("DAML_AUTHORIZATION_ERROR", stage.accepting(bad))


@pytest.mark.parametrize("template", [TransferOffer, standard.TransferInstruction])
def test_admin_and_sender_archive_an_offer_together(
    stage: Stage, offer: Active[TransferOffer], template: Any
) -> None:
    command = archive(offer.contract_id, template)
    for party in (stage.issuer, stage.alice, stage.bob):
        stage.acting(party).submit_must_fail("DAML_AUTHORIZATION_ERROR", command)
    stage.acting(stage.issuer, stage.alice).submit(command)
    assert stage.amounts(stage.alice) == ["30", "120 locked"]


def test_amounts_of_an_offer_are_those_of_the_lock(
    stage: Stage, offer: Active[TransferOffer]
) -> None:
    assert offer.payload.transfer.amount == Decimal("120")
    (locked,) = (active for active in stage.tokens(stage.alice) if active.payload.lock)
    assert locked.payload.amount == Decimal("120")

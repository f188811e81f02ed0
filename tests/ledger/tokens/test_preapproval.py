"""Standing pre-approvals: what they allow, whose they are, when they end."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.kernel.time import RelTime
from cantata.lang import ContractId, Decimal, Party
from cantata.testing import Command, archive, create, exercise
from cantata.tokens.contract.context import PREAPPROVAL
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.token import Token
from tests.ledger.tokens.stage import HOUR, UNKNOWN, Stage, cid_in, meta


def refused(stage: Stage, refusal: str, consent: ContractId[Any], receiver: Party) -> None:
    """Hold that Alice cannot send 10 to a receiver under a pre-approval."""
    transfer = stage.transfer(stage.alice, receiver, "10")
    command = stage.transferring(transfer, context={PREAPPROVAL: cid_in(consent)})
    alice = stage.as_holder(stage.alice)
    active = {found.contract_id for found in stage.ledger.contracts(TransferPreapproval, receiver)}
    if consent in active:
        alice = stage.as_holder(stage.alice, consent)
    alice.submit_must_fail(refusal, command)
    assert stage.amounts(stage.alice) == ["100", "50"]


def sending(stage: Stage, consent: ContractId[Any], **changes: Any) -> Command[Any]:
    """Give the command that uses a pre-approval directly."""
    fields: dict[str, Any] = {
        "sender": stage.alice,
        "receiver": stage.bob,
        "holding_cid": stage.inputs(stage.alice)[0],
        "instrument_id": stage.of,
        "meta": meta(reason="direct"),
    }
    return exercise(
        ContractId[TransferPreapproval](consent), TransferPreapproval.send, **{**fields, **changes}
    )


def test_it_takes_the_receiver_to_pre_approve(stage: Stage) -> None:
    command = exercise(stage.factory, TokenFactory.preapprove, receiver=stage.bob, expires_at=None)
    stage.as_holder(stage.alice).submit_must_fail("DAML_AUTHORIZATION_ERROR", command)
    stage.acting(stage.issuer).submit_must_fail("DAML_AUTHORIZATION_ERROR", command)
    alone = create(TransferPreapproval(admin=stage.issuer, receiver=stage.bob, expires_at=None))
    stage.acting(stage.bob).submit_must_fail("DAML_AUTHORIZATION_ERROR", alone)
    stage.as_holder(stage.bob).submit(command)


def test_it_serves_many_transfers(stage: Stage) -> None:
    consent = stage.preapprove(stage.bob)
    for _ in range(3):
        stage.send(stage.transfer(stage.alice, stage.bob, "10"), consent)
    assert stage.amounts(stage.bob) == ["10", "10", "10"]


def test_it_is_for_its_receiver(stage: Stage) -> None:
    consent = stage.preapprove(stage.bob)
    transfer = stage.transfer(stage.alice, stage.carol, "10")
    command = stage.transferring(transfer, context={PREAPPROVAL: cid_in(consent)})
    alice = stage.as_holder(stage.alice, consent)
    error = alice.submit_must_fail("tokens/other-receiver", command)
    assert error.context["expected"] == stage.carol
    assert error.context["found"] == stage.bob


def test_it_is_for_its_admin(stage: Stage) -> None:
    impostor = stage.ledger.party("issuer")
    payload = TransferPreapproval(admin=impostor, receiver=stage.bob, expires_at=None)
    fake = stage.acting(impostor, stage.bob).create(payload)
    refused(stage, "DAML_AUTHORIZATION_ERROR", fake, stage.bob)


def test_it_expires_to_the_microsecond(stage: Stage) -> None:
    consent = stage.preapprove(stage.bob, stage.ledger.now + HOUR)
    stage.ledger.advance(RelTime(HOUR.microseconds - 1))
    with stage.ledger.anchor():
        stage.send(stage.transfer(stage.alice, stage.bob, "10"), consent)
    stage.ledger.advance(RelTime(1))
    refused(stage, "tokens/preapproval-expired", consent, stage.bob)


@pytest.mark.parametrize("by", ["bob", "issuer"])
def test_it_is_cancelled_by_receiver_or_admin(stage: Stage, by: str) -> None:
    consent = stage.preapprove(stage.bob)
    actor: Party = getattr(stage, by)
    stage.acting(actor).exercise(consent, TransferPreapproval.cancel, actor=actor)
    refused(stage, "CONTRACT_NOT_FOUND", consent, stage.bob)


def test_nobody_else_cancels_it(stage: Stage) -> None:
    consent = stage.preapprove(stage.bob)
    alice = stage.acting(stage.alice, using=[consent])
    own = exercise(consent, TransferPreapproval.cancel, actor=stage.alice)
    alice.submit_must_fail("tokens/not-a-party-to-it", own)
    theirs = exercise(consent, TransferPreapproval.cancel, actor=stage.bob)
    alice.submit_must_fail("DAML_AUTHORIZATION_ERROR", theirs)
    alice.submit_must_fail("DAML_AUTHORIZATION_ERROR", archive(consent, TransferPreapproval))


def test_it_must_exist_and_be_one(stage: Stage) -> None:
    refused(stage, "CONTRACT_NOT_FOUND", UNKNOWN, stage.bob)
    refused(stage, "WRONGLY_TYPED_CONTRACT", stage.rules, stage.bob)


def test_direct_use_hands_one_whole_holding_over(stage: Stage) -> None:
    consent = stage.preapprove(stage.bob)
    both = stage.acting(stage.issuer, stage.alice, using=[consent])
    both.submit(sending(stage, consent))
    assert stage.amounts(stage.bob) == ["100"]
    assert stage.amounts(stage.alice) == ["50"]


def test_direct_use_takes_the_sender_s_own_free_holdings(stage: Stage) -> None:
    consent = stage.preapprove(stage.bob)
    theirs = stage.inputs(stage.alice)
    carol = stage.acting(stage.carol, using=[consent, *theirs])
    forged = sending(stage, consent, sender=stage.carol)
    carol.submit_must_fail("DAML_AUTHORIZATION_ERROR", forged)
    as_alice = sending(stage, consent)
    carol.submit_must_fail("DAML_AUTHORIZATION_ERROR", as_alice)
    offer = stage.offer(stage.alice, stage.carol, "10")
    locked = sending(stage, consent, holding_cid=offer.payload.locked_cid)
    both = stage.acting(stage.issuer, stage.alice, using=[consent])
    both.submit_must_fail("tokens/locked", locked)


def test_direct_use_needs_the_admin_so_that_rules_are_asked(stage: Stage) -> None:
    consent = stage.preapprove(stage.bob)
    alice = stage.acting(stage.alice, using=[consent])
    alice.submit_must_fail("DAML_AUTHORIZATION_ERROR", sending(stage, consent))


def test_direct_use_covers_all_instruments_of_the_admin_and_no_other(stage: Stage) -> None:
    consent = stage.preapprove(stage.bob)
    euro = holding.InstrumentId(admin=stage.issuer, id="EUR")
    token = Token(instrument_id=euro, owner=stage.alice, amount=Decimal("7"), lock=None)
    cid = stage.acting(stage.issuer, stage.alice).create(token)
    both = stage.acting(stage.issuer, stage.alice, using=[consent])
    both.submit_must_fail("tokens/other-instrument", sending(stage, consent, holding_cid=cid))
    both.submit(sending(stage, consent, holding_cid=cid, instrument_id=euro))
    assert stage.amounts(stage.bob) == ["7"]
    other = holding.InstrumentId(admin=stage.bob, id="USD")
    wrong = sending(stage, consent, instrument_id=other)
    both.submit_must_fail("tokens/other-admin", wrong)

"""Batches of payments: one sender pays many, out of one holding if need be, or nobody."""

from __future__ import annotations

from typing import Any

from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.lang import Party
from cantata.testing import Command, exercise
from cantata.tokens.contract.context import PREAPPROVAL
from cantata.tokens.contract.factory import Payment, TokenFactory
from tests.ledger.tokens.stage import Stage, cid_in, extras, meta


def payment(
    stage: Stage, receiver: Party, amount: str, consent: Any = None, **changes: Any
) -> Payment:
    """Give a payment of alice's, under a consent if there is one."""
    given = stage.terms(stage.alice, receiver)
    if consent is not None:
        given[PREAPPROVAL] = cid_in(consent)
    made = stage.transfer(stage.alice, receiver, amount, input_holding_cids=[], **changes)
    return Payment(transfer=made, extra_args=extras(given))


def paying(stage: Stage, *payments: Payment) -> Command[Any]:
    """Give the command that makes payments out of all holdings of alice."""
    return exercise(
        stage.factory,
        TokenFactory.pay,
        sender=stage.alice,
        payments=list(payments),
        input_holding_cids=stage.inputs(stage.alice),
    )


def test_one_holding_pays_many(stage: Stage) -> None:
    consent = stage.preapprove(stage.bob)
    payments = [
        payment(stage, stage.bob, "10", consent, meta=meta(reason="rent")),
        payment(stage, stage.carol, "20"),
        payment(stage, stage.bob, "0.5", consent),
    ]
    alice = stage.as_holder(stage.alice, consent)
    (result,) = alice.submit(paying(stage, *payments)).results
    assert stage.amounts(stage.bob) == ["10", "0.5"]
    assert sorted(stage.amounts(stage.alice)) == ["119.5", "20 locked"]
    outputs = [type(each.output) for each in result.results]
    assert outputs == [
        standard.TransferInstructionResult_Completed,
        standard.TransferInstructionResult_Pending,
        standard.TransferInstructionResult_Completed,
    ]


def test_one_bad_payment_and_nobody_is_paid(stage: Stage) -> None:
    consent = stage.preapprove(stage.bob)
    good = payment(stage, stage.bob, "10", consent)
    alice = stage.as_holder(stage.alice, consent)
    before = stage.amounts(stage.alice)
    for amount, refusal in (
        ("0", "tokens/amount-not-positive"),
        ("0.001", "tokens/too-precise"),
        ("100000", "tokens/insufficient-funds"),
    ):
        bad = payment(stage, stage.carol, amount)
        alice.submit_must_fail(refusal, paying(stage, good, bad))
    assert stage.amounts(stage.alice) == before
    assert stage.amounts(stage.bob) == []


def test_what_is_used_up_pays_nothing_more(stage: Stage) -> None:
    consent = stage.preapprove(stage.bob)
    rows = [payment(stage, stage.bob, "150", consent), payment(stage, stage.bob, "1", consent)]
    stage.as_holder(stage.alice, consent).submit_must_fail("tokens/no-inputs", paying(stage, *rows))


def test_a_batch_has_payments_but_not_too_many(stage: Stage) -> None:
    consent = stage.preapprove(stage.bob)
    alice = stage.as_holder(stage.alice, consent)
    one = payment(stage, stage.bob, "0.01", consent)
    alice.submit_must_fail("tokens/too-many-outputs", paying(stage))
    alice.submit_must_fail("tokens/too-many-outputs", paying(stage, *[one] * 101))
    alice.submit(paying(stage, *[one] * 100))
    assert len(stage.tokens(stage.bob)) == 100


def test_nobody_pays_for_another(stage: Stage) -> None:
    batch = paying(stage, payment(stage, stage.bob, "1"))
    stage.as_holder(stage.bob).submit_must_fail("DAML_AUTHORIZATION_ERROR", batch)


def test_a_receiver_sees_its_own_payment_alone(stage: Stage) -> None:
    consents = {party: stage.preapprove(party) for party in (stage.bob, stage.carol)}
    payments = [
        payment(stage, stage.bob, "10.25", consents[stage.bob]),
        payment(stage, stage.carol, "20.5", consents[stage.carol]),
    ]
    stage.as_holder(stage.alice, *consents.values()).submit(paying(stage, *payments))
    (seen,) = (u for u in stage.ledger.seen_by(stage.bob) if u.offset == stage.last.offset)
    assert "10.25" in repr(seen)
    assert "20.5" not in repr(seen)
    assert "TokenFactory_Pay" not in repr(seen)

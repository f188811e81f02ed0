"""Forced transfers and recovery: seized funds that arrive with somebody else at once."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.lang import Decimal
from cantata.testing import Active, Ledger, create, exercise
from cantata.tokens.contract.account import HolderAccount
from cantata.tokens.contract.offer import TransferOffer
from cantata.tokens.contract.rules import Operation, TokenRules
from tests.ledger.tokens.judging import (
    UNAUTHORIZED,
    force,
    forced,
    forcing,
    freeze,
)
from tests.ledger.tokens.stage import (
    HOUR,
    Stage,
)


def test_exactly_the_difference_is_unfrozen(judged: Stage) -> None:
    freeze(judged, judged.alice, "100", "90")
    consent = judged.preapprove(judged.bob)
    force(judged, forced(judged, judged.alice, judged.bob, "85"), consent)
    assert judged.amounts(judged.bob) == ["85"]
    assert judged.amounts(judged.alice) == ["65 locked"]
    force(judged, forced(judged, judged.alice, judged.bob, "65"), consent)
    assert sum(int(amount) for amount in judged.amounts(judged.bob)) == 150
    assert judged.amounts(judged.alice) == []


def test_a_forced_transfer_spares_what_is_not_needed(judged: Stage) -> None:
    freeze(judged, judged.alice, "100", "90")
    before = set(judged.amounts(judged.alice))
    force(judged, forced(judged, judged.alice, judged.bob, "10"), judged.preapprove(judged.bob))
    assert "90 locked" in judged.amounts(judged.alice)
    assert before == {"90 locked", "10", "50"}


def test_without_consent_it_is_offered_by_the_admin(judged: Stage) -> None:
    result = force(judged, forced(judged, judged.alice, judged.bob, "120"))
    assert isinstance(result.output, standard.TransferInstructionResult_Pending)
    assert judged.amounts(judged.issuer) == ["120 locked"]
    assert judged.amounts(judged.alice) == ["30"]
    (offer,) = _offers(judged)
    judged.answer(judged.bob, offer).submit(judged.accepting(offer))
    assert judged.amounts(judged.bob) == ["120"]


def _offers(stage: Stage) -> list[Active[Any]]:
    return list(stage.ledger.contracts(TransferOffer, stage.bob))


def test_to_the_admin_it_is_custody(judged: Stage) -> None:
    force(judged, forced(judged, judged.alice, judged.issuer, "150"))
    assert judged.amounts(judged.issuer) == ["150"]
    assert judged.amounts(judged.alice) == []


def test_recovery_moves_balance_and_frozen_amount(judged: Stage) -> None:
    freeze(judged, judged.alice, "100", "90")
    consent = judged.preapprove(judged.bob)
    order = forced(judged, judged.alice, judged.bob, "150", frozen=Decimal("90"))
    force(judged, order, consent)
    assert judged.amounts(judged.alice) == []
    assert sorted(judged.amounts(judged.bob)) == ["60", "90 locked"]


def test_nothing_arrives_frozen_without_consent(judged: Stage) -> None:
    both = judged.acting(judged.issuer, judged.carol)
    for receiver in (judged.bob, judged.issuer):
        order = forced(judged, judged.alice, receiver, "50", frozen=Decimal("1"))
        both.submit_must_fail("tokens/preapproval-missing", forcing(judged, order))
    consent = judged.preapprove(judged.bob)
    order = forced(judged, judged.alice, judged.bob, "50", frozen=Decimal("50.01"))
    both.submit_must_fail("tokens/insufficient-funds", forcing(judged, order, consent))


def test_to_its_owner_nothing_is_forced(judged: Stage) -> None:
    order = forced(judged, judged.alice, judged.alice, "10")
    both = judged.acting(judged.issuer, judged.carol)
    both.submit_must_fail("tokens/same-party", forcing(judged, order))


@pytest.mark.parametrize(
    "changes, refusal",
    [
        ({"input_holding_cids": []}, "tokens/no-inputs"),
        ({"reason_code": ""}, "tokens/reason-missing"),
        ({"document_hash": "x"}, "tokens/document-missing"),
    ],
)
def test_orders_are_checked(judged: Stage, changes: dict[str, Any], refusal: str) -> None:
    order = forced(judged, judged.alice, judged.bob, "10", **changes)
    both = judged.acting(judged.issuer, judged.carol)
    both.submit_must_fail(refusal, forcing(judged, order, judged.preapprove(judged.bob)))


@pytest.mark.parametrize(
    "amount, refusal",
    [
        ("0", "tokens/amount-not-positive"),
        ("-1", "tokens/amount-not-positive"),
        ("150.01", "tokens/insufficient-funds"),
        ("1.001", "tokens/too-precise"),
    ],
)
def test_ordered_amounts_are_checked(judged: Stage, amount: str, refusal: str) -> None:
    order = forced(judged, judged.alice, judged.bob, amount)
    both = judged.acting(judged.issuer, judged.carol)
    both.submit_must_fail(refusal, forcing(judged, order, judged.preapprove(judged.bob)))


def test_holdings_of_others_are_not_touched(judged: Stage) -> None:
    judged.mint(judged.bob, "7")
    theirs: Any = judged.inputs(judged.bob)
    order = forced(judged, judged.alice, judged.bob, "10", input_holding_cids=theirs)
    both = judged.acting(judged.issuer, judged.carol)
    both.submit_must_fail("tokens/other-owner", forcing(judged, order))


def test_forcing_needs_four_eyes(judged: Stage) -> None:
    order = forced(judged, judged.alice, judged.bob, "10")
    judged.acting(judged.issuer).submit_must_fail(UNAUTHORIZED, forcing(judged, order))
    by_bob = forcing(judged, order, approver=judged.bob)
    both = judged.acting(judged.issuer, judged.bob)
    both.submit_must_fail("tokens/other-approver", by_bob)
    alice = judged.as_holder(judged.alice)
    alice.submit_must_fail(UNAUTHORIZED, forcing(judged, order, approver=judged.alice))


def test_pauses_and_a_frozen_sender_do_not_stop_it_but_a_bad_receiver_does(
    token_ledger: Ledger,
) -> None:
    with token_ledger.anchor():
        carol = token_ledger.party("Carol")
        stage = Stage.on(token_ledger, approver=carol, accounts_required=True)
        stage.mint(stage.alice, "10")
        pauses = exercise(
            stage.rules,
            TokenRules.set_paused,
            operations=[Operation.TRANSFER],
            paused=True,
            reason="audit",
        )
        stage.acting(stage.issuer).submit(pauses)
        consent = stage.preapprove(stage.bob)
        order = forced(stage, stage.alice, stage.bob, "10")
        both = stage.acting(stage.issuer, carol)
        both.submit_must_fail("tokens/account-missing", forcing(stage, order, consent))
        for holder, frozen in ((stage.alice, True), (stage.bob, False)):
            stage.acting(stage.issuer).submit(
                create(
                    HolderAccount(
                        admin=stage.issuer,
                        instrument="USD",
                        holder=holder,
                        frozen=frozen,
                        verified_until=stage.ledger.now + HOUR,
                        country="DE",
                        locked_until=None,
                    )
                )
            )
        force(stage, order, consent)
        assert stage.amounts(stage.bob) == ["10"]


def test_each_party_sees_its_own_side(judged: Stage) -> None:
    force(judged, forced(judged, judged.alice, judged.bob, "120"), judged.preapprove(judged.bob))
    seen = {
        party: [u for u in judged.ledger.seen_by(party) if u.offset == judged.last.offset]
        for party in (judged.alice, judged.bob)
    }
    assert "TokenFactory_ForceTransfer" not in repr(seen)
    assert "30.0" not in repr(seen[judged.bob])

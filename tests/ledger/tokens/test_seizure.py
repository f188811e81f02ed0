"""Seizures: funds taken into custody by admin and approver together."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.lang import ContractId
from tests.ledger.tokens.judging import (
    UNAUTHORIZED,
    freeze,
    held,
    seizing,
)
from tests.ledger.tokens.stage import (
    HOUR,
    Stage,
    reject,
    withdraw,
)


def test_a_part_is_seized_and_the_rest_stays(judged: Stage) -> None:
    both = judged.acting(judged.issuer, judged.carol)
    result = both.submit(seizing(judged, held(judged, judged.alice, "100"), "60")).results[0]
    assert judged.amounts(judged.issuer) == ["60"]
    assert sorted(judged.amounts(judged.alice)) == ["40", "50"]
    assert result.custody_cid == judged.tokens(judged.issuer)[0].contract_id
    said = judged.result_of("Token_Seize")["meta"]["values"]
    assert said == {
        "splice.lfdecentralizedtrust.org/tx-kind": "transfer",
        "splice.lfdecentralizedtrust.org/sender": judged.alice,
        "splice.lfdecentralizedtrust.org/reason": "AML-7",
    }


def test_of_what_is_frozen_the_rest_stays_frozen(judged: Stage) -> None:
    frozen = freeze(judged, judged.alice, "100", "100").frozen_cids[0]
    both = judged.acting(judged.issuer, judged.carol)
    both.submit(seizing(judged, ContractId(frozen), "60"))
    assert sorted(judged.amounts(judged.alice)) == ["40 locked", "50"]


def test_a_seizure_needs_admin_and_approver(judged: Stage) -> None:
    cid = held(judged, judged.alice, "100")
    command = seizing(judged, cid, "1")
    judged.acting(judged.issuer).submit_must_fail(UNAUTHORIZED, command)
    shown = [cid]
    judged.acting(judged.carol, using=shown).submit_must_fail(UNAUTHORIZED, command)
    accomplice = seizing(judged, cid, "1", approver=judged.bob)
    error = judged.acting(judged.issuer, judged.bob).submit_must_fail(
        "tokens/other-approver", accomplice
    )
    assert error.context["expected"] == judged.carol
    alone = seizing(judged, cid, "1", approver=judged.issuer)
    judged.acting(judged.issuer).submit_must_fail("tokens/other-approver", alone)


def test_without_an_approver_nothing_is_seized(stage: Stage) -> None:
    command = seizing(stage, held(stage, stage.alice, "100"), "1")
    stage.acting(stage.issuer, stage.carol).submit_must_fail("tokens/no-approver", command)


@pytest.mark.parametrize(
    "changes, refusal",
    [
        ({"reason_code": ""}, "tokens/reason-missing"),
        ({"document_hash": ""}, "tokens/document-missing"),
        ({"document_hash": "ab"}, "tokens/document-missing"),
    ],
)
def test_reason_and_document_are_mandatory(
    judged: Stage, changes: dict[str, Any], refusal: str
) -> None:
    command = seizing(judged, held(judged, judged.alice, "100"), "1", **changes)
    judged.acting(judged.issuer, judged.carol).submit_must_fail(refusal, command)


def test_seized_amounts_are_checked(judged: Stage) -> None:
    cid = held(judged, judged.alice, "100")
    both = judged.acting(judged.issuer, judged.carol)
    both.submit_must_fail("tokens/insufficient-funds", seizing(judged, cid, "100.01"))
    both.submit_must_fail("tokens/too-precise", seizing(judged, cid, "0.001"))
    both.submit_must_fail("tokens/amount-not-positive", seizing(judged, cid, "0"))


def test_what_is_in_custody_is_not_seized_again(judged: Stage) -> None:
    both = judged.acting(judged.issuer, judged.carol)
    done = both.submit(seizing(judged, held(judged, judged.alice, "100"), "100"))
    again = seizing(judged, ContractId(done.results[0].custody_cid), "1")
    both.submit_must_fail("tokens/same-party", again)


def test_what_was_offered_can_be_seized_and_the_offer_is_void(judged: Stage) -> None:
    offer = judged.offer(judged.alice, judged.bob, "120")
    judged.acting(judged.issuer, judged.carol).submit(
        seizing(judged, offer.payload.locked_cid, "100")
    )
    assert sorted(judged.amounts(judged.alice)) == ["20 locked", "30"]
    bob = judged.acting(judged.bob, using=[judged.rules])
    bob.submit_must_fail("CONTRACT_NOT_FOUND", judged.accepting(offer), reject(offer))
    judged.ledger.advance(HOUR)
    judged.send(judged.transfer(judged.alice, judged.alice, "50"))
    assert judged.amounts(judged.alice) == ["50"]
    judged.acting(judged.alice).submit_must_fail("CONTRACT_NOT_FOUND", withdraw(offer))

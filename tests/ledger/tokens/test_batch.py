"""Batches of mints: all receivers get theirs under their consents, or nobody does."""

from __future__ import annotations

import pytest

from cantata.lang import Decimal
from cantata.sandbox.engine import Exercise
from cantata.testing import exercise
from cantata.tokens.contract.preapproval import TransferPreapproval
from tests.ledger.tokens.batch import minting, row
from tests.ledger.tokens.stage import HOUR, UNKNOWN, Stage, meta

UNAUTHORIZED = "DAML_AUTHORIZATION_ERROR"


def test_all_receive_by_one_change_of_the_supply(stage: Stage) -> None:
    consent = stage.preapprove(stage.bob)
    rows = [
        row(stage, stage.bob, "10", consent),
        row(stage, stage.carol, "20.5"),
        row(stage, stage.bob, "1", consent),
    ]
    result = stage.acting(stage.issuer).submit(minting(stage, *rows)).results[0]
    assert stage.amounts(stage.bob) == ["10", "1"]
    assert stage.amounts(stage.carol) == ["20.5"]
    assert stage.instrument.payload.supply == Decimal("181.5")
    assert result.instrument_cid == stage.instrument.contract_id
    made = [cid for party in (stage.bob, stage.carol) for cid in stage.inputs(party)]
    assert sorted(result.holding_cids) == sorted(made)
    changes = [
        node
        for node in stage.last.tree.nodes
        if isinstance(node, Exercise) and node.template.name == "Instrument"
    ]
    assert len(changes) == 1


@pytest.mark.parametrize(
    "amount, refusal",
    [
        ("0", "tokens/amount-not-positive"),
        ("0.001", "tokens/too-precise"),
        ("999850", "tokens/cap-exceeded"),
    ],
)
def test_one_bad_row_and_nothing_is_minted(stage: Stage, amount: str, refusal: str) -> None:
    rows = [row(stage, stage.bob, "10"), row(stage, stage.carol, amount)]
    stage.acting(stage.issuer).submit_must_fail(refusal, minting(stage, *rows))
    assert stage.amounts(stage.bob) == []
    assert stage.instrument.payload.supply == Decimal("150")


def test_each_row_is_told_to_its_receiver_alone(stage: Stage) -> None:
    rows = [row(stage, stage.bob, "10"), row(stage, stage.carol, "20")]
    stage.acting(stage.issuer).submit(minting(stage, *rows))
    issued = [
        node
        for node in stage.last.tree.nodes
        if isinstance(node, Exercise) and node.choice == "TransferPreapproval_Issue"
    ]
    said = [f"salary of {party}" for party in (stage.bob, stage.carol)]
    assert [dict(node.argument[3][0]).popitem()[1] for node in issued] == said
    assert [stage.carol in node.stakeholders for node in issued] == [False, True]


def test_the_cap_can_be_reached_exactly(stage: Stage) -> None:
    rows = [row(stage, stage.bob, "999849.99"), row(stage, stage.carol, "0.01")]
    stage.acting(stage.issuer).submit(minting(stage, *rows))
    assert stage.instrument.payload.supply == stage.instrument.payload.cap


def test_consents_must_be_the_receivers_and_stand(stage: Stage) -> None:
    issuer = stage.acting(stage.issuer)
    bobs = stage.preapprove(stage.bob)
    issuer.submit_must_fail(
        "tokens/other-receiver", minting(stage, row(stage, stage.carol, "1", bobs))
    )
    issuer.submit_must_fail(
        "CONTRACT_NOT_FOUND", minting(stage, row(stage, stage.carol, "1", UNKNOWN))
    )
    expiring = stage.preapprove(stage.carol, stage.ledger.now + HOUR)
    batch = minting(stage, row(stage, stage.carol, "1", expiring))
    stage.ledger.advance(HOUR)
    issuer.submit_must_fail("tokens/preapproval-expired", batch)


def test_a_batch_has_rows_but_not_too_many(stage: Stage) -> None:
    issuer = stage.acting(stage.issuer)
    issuer.submit_must_fail("tokens/too-many-outputs", minting(stage))
    one = row(stage, stage.bob, "0.01")
    issuer.submit_must_fail("tokens/too-many-outputs", minting(stage, *[one] * 1001))


def test_a_thousand_rows_are_one_transaction(stage: Stage) -> None:
    one = row(stage, stage.bob, "0.01")
    stage.acting(stage.issuer).submit(minting(stage, *[one] * 1000))
    assert len(stage.tokens(stage.bob)) == 1000
    assert stage.instrument.payload.supply == Decimal("160")


def test_the_admin_alone_mints(stage: Stage) -> None:
    batch = minting(stage, row(stage, stage.bob, "1"))
    stage.as_holder(stage.bob).submit_must_fail(UNAUTHORIZED, batch)
    consent = stage.preapprove(stage.bob)
    by_hand = exercise(
        consent,
        TransferPreapproval.issue,
        receiver=stage.bob,
        amount=Decimal("1"),
        instrument_id=stage.of,
        meta=meta(),
    )
    stage.acting(stage.bob).submit_must_fail(UNAUTHORIZED, by_hand)


def test_a_receiver_sees_its_own_row_alone(stage: Stage) -> None:
    rows = [row(stage, stage.bob, "10"), row(stage, stage.carol, "20.5")]
    stage.acting(stage.issuer).submit(minting(stage, *rows))
    (seen,) = (u for u in stage.ledger.seen_by(stage.bob) if u.offset == stage.last.offset)
    assert "20.5" not in repr(seen)
    assert "Instrument_MintMany" not in repr(seen)

"""History parsers label every flow of the token right, for each of its parties."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.lang import ContractId, Decimal
from cantata.testing import Ledger, exercise
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.token import Token
from tests.ledger.tokens.batch import minting, row
from tests.ledger.tokens.history import PREFIX, Entry, History
from tests.ledger.tokens.judging import force, forced, freeze, held, seizing, unfreezing
from tests.ledger.tokens.stage import HOUR, Stage, extras, meta, reject, update, withdraw


@pytest.fixture
def fresh(token_ledger: Ledger) -> Any:
    """An instrument without any holding, undone after the test."""
    with token_ledger.anchor():
        yield Stage.on(token_ledger)


def history(stage: Stage, *parties: str) -> list[list[Entry]]:
    """Give the histories of parties."""
    return [History(stage.ledger, getattr(stage, name)).entries() for name in parties]


ISSUED = Entry("Mint", "100", "issue")


def test_mint_and_burn(fresh: Stage) -> None:
    fresh.mint(fresh.alice, "100")
    fresh.as_holder(fresh.alice).submit(fresh.burning(fresh.alice, "40"))
    alice, bob, issuer = history(fresh, "alice", "bob", "issuer")
    assert alice == [ISSUED, Entry("Burn", "-40", "redeemed")]
    assert bob == []
    assert issuer == [Entry("Mint", "0", "issue"), Entry("Burn", "0", "redeemed")]


def test_merge_and_split(fresh: Stage) -> None:
    fresh.mint(fresh.alice, "100")
    fresh.send(fresh.transfer(fresh.alice, fresh.alice, "30"))
    split = exercise(
        fresh.factory,
        TokenFactory.split,
        owner=fresh.alice,
        input_holding_cids=fresh.inputs(fresh.alice),
        amounts=[Decimal("1")],
        extra_args=extras(fresh.terms(fresh.alice, fresh.alice), meta(reason="tidy")),
    )
    fresh.as_holder(fresh.alice).submit(split)
    (alice,) = history(fresh, "alice")
    assert alice == [ISSUED, Entry("MergeSplit", "0", "rent"), Entry("MergeSplit", "0", "tidy")]


def test_direct_transfer(fresh: Stage) -> None:
    fresh.mint(fresh.alice, "100")
    fresh.send(fresh.transfer(fresh.alice, fresh.bob, "30"), fresh.preapprove(fresh.bob))
    alice, bob = history(fresh, "alice", "bob")
    assert alice == [ISSUED, Entry("TransferOut", "-30", "rent")]
    assert bob == [Entry("TransferIn", "30", "rent")]


def test_a_deposit_without_reason_is_a_transfer(fresh: Stage) -> None:
    fresh.mint(fresh.alice, "100")
    transfer = fresh.transfer(fresh.alice, fresh.bob, "30", meta=meta())
    fresh.send(transfer, fresh.preapprove(fresh.bob))
    (bob,) = history(fresh, "bob")
    assert bob == [Entry("TransferIn", "30", "")]


def test_accepted_offer(fresh: Stage) -> None:
    fresh.mint(fresh.alice, "100")
    offer = fresh.offer(fresh.alice, fresh.bob, "30")
    fresh.answer(fresh.bob, offer).submit(fresh.accepting(offer))
    alice, bob = history(fresh, "alice", "bob")
    assert alice == [
        ISSUED,
        Entry("MergeSplit", "0", "rent"),
        Entry("TransferOut", "-30", "rent"),
    ]
    assert bob == [Entry("Offer", "30", "rent"), Entry("TransferIn", "30", "rent")]


@pytest.mark.parametrize(
    "answer, by, memo",
    [(reject, "bob", "rent"), (withdraw, "alice", "changed"), (update, "issuer", "rent")],
)
def test_ended_offer(fresh: Stage, answer: Any, by: str, memo: str) -> None:
    fresh.mint(fresh.alice, "100")
    offer = fresh.offer(fresh.alice, fresh.bob, "30")
    if by == "issuer":
        fresh.ledger.advance(HOUR)
    fresh.answer(getattr(fresh, by), offer).submit(answer(offer))
    alice, bob = history(fresh, "alice", "bob")
    assert alice == [ISSUED, Entry("MergeSplit", "0", "rent"), Entry("MergeSplit", "0", memo)]
    assert bob == [Entry("Offer", "30", "rent"), Entry("MergeSplit", "0", memo)]


def test_unlocked_and_spent_after_expiry(fresh: Stage) -> None:
    fresh.mint(fresh.alice, "100")
    first = fresh.offer(fresh.alice, fresh.bob, "30")
    fresh.ledger.advance(HOUR)
    unlock = exercise(first.payload.locked_cid, Token.unlock, meta=meta(reason="late"))
    fresh.acting(fresh.alice).submit(unlock)
    (alice,) = history(fresh, "alice")
    assert alice[-1] == Entry("Unlock", "0", "late")


def test_burn_mint(fresh: Stage) -> None:
    both = fresh.acting(fresh.issuer, fresh.alice)
    both.submit(fresh.burn_minting([], [(fresh.alice, "100")], actors=[fresh.alice]))
    both.submit(fresh.burn_minting(fresh.inputs(fresh.alice), [], actors=[fresh.alice]))
    (alice,) = history(fresh, "alice")
    assert alice == [Entry("Mint", "100"), Entry("Burn", "-100")]


def test_results_carry_kind_sender_and_reason(fresh: Stage) -> None:
    fresh.mint(fresh.alice, "100")
    assert fresh.result_of("Instrument_Mint")["meta"]["values"] == {
        f"{PREFIX}tx-kind": "mint",
        f"{PREFIX}reason": "issue",
    }
    fresh.send(fresh.transfer(fresh.alice, fresh.bob, "30"), fresh.preapprove(fresh.bob))
    expected = {
        f"{PREFIX}tx-kind": "transfer",
        f"{PREFIX}sender": fresh.alice,
        f"{PREFIX}reason": "rent",
    }
    for choice in ("TransferFactory_Transfer", "TransferPreapproval_Send"):
        assert fresh.result_of(choice)["meta"]["values"] == expected
    offer = fresh.offer(fresh.alice, fresh.bob, "30")
    assert fresh.result_of("TransferFactory_Transfer")["meta"]["values"] == {}
    fresh.answer(fresh.bob, offer).submit(fresh.accepting(offer))
    assert fresh.result_of("TransferInstruction_Accept")["meta"]["values"] == expected
    offer = fresh.offer(fresh.alice, fresh.bob, "20")
    fresh.answer(fresh.bob, offer).submit(reject(offer))
    assert fresh.result_of("TransferInstruction_Reject")["meta"]["values"] == {
        f"{PREFIX}tx-kind": "unlock"
    }


def test_a_caller_cannot_forge_kind_or_sender(fresh: Stage) -> None:
    fresh.mint(fresh.alice, "100")
    forged = meta(kind="mint", sender=str(fresh.carol), reason="forged")
    transfer = fresh.transfer(fresh.alice, fresh.bob, "30", meta=forged)
    fresh.send(transfer, fresh.preapprove(fresh.bob))
    values = fresh.result_of("TransferPreapproval_Send")["meta"]["values"]
    assert values[f"{PREFIX}tx-kind"] == "transfer"
    assert values[f"{PREFIX}sender"] == fresh.alice
    (bob,) = history(fresh, "bob")
    assert bob == [Entry("TransferIn", "30", "forged")]


def test_freezes_are_no_changes_of_balance(fresh: Stage) -> None:
    fresh.mint(fresh.alice, "100")
    frozen = freeze(fresh, fresh.alice, "100", "70").frozen_cids[0]
    fresh.acting(fresh.issuer).submit(unfreezing(fresh, ContractId(frozen), "20"))
    (alice,) = history(fresh, "alice")
    assert alice[1:] == [Entry("MergeSplit", "0", "court"), Entry("Unlock", "0", "lifted")]


def test_seizures_and_forced_transfers(judged: Stage) -> None:
    both = judged.acting(judged.issuer, judged.carol)
    both.submit(seizing(judged, held(judged, judged.alice, "100"), "60"))
    order = forced(judged, judged.alice, judged.bob, "90")
    force(judged, order, judged.preapprove(judged.bob))
    alice, bob = history(judged, "alice", "bob")
    assert alice[2:] == [
        Entry("TransferOut", "-60", "AML-7"),
        Entry("TransferOut", "-50", "COURT-1"),
        Entry("TransferOut", "-40", "COURT-1"),
    ]
    assert bob == [Entry("TransferIn", "90", "COURT-1")]


def test_batches_of_mints(fresh: Stage) -> None:
    command = minting(fresh, row(fresh, fresh.alice, "10"), row(fresh, fresh.bob, "20"))
    fresh.acting(fresh.issuer).submit(command)
    alice, bob = history(fresh, "alice", "bob")
    assert alice == [Entry("Mint", "10", f"salary of {fresh.alice}")]
    assert bob == [Entry("Mint", "20", f"salary of {fresh.bob}")]

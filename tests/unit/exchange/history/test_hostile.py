"""Histories that are broken or meant to hurt: each has its outcome."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.exchange.history.model import EntryKind, Finding, Status
from cantata.kernel.money import Decimal
from tests.unit.exchange.history.build import (
    ADMIN,
    API,
    BOB,
    CAROL,
    EUR,
    FACTORY,
    HOLDING,
    INSTRUCTION,
    ME,
    USD,
    archived,
    completed,
    created,
    exercised,
    failed,
    held,
    history,
    instructed,
    leg,
    logged,
    meta,
    offered,
    only,
    stepped,
    transfer,
    update,
    view,
    waiting,
)

DEEP = 20_000


def test_an_unknown_label_is_not_recognised_and_the_state_is_right() -> None:
    found = history(
        update(held(0, "old", "5.0")),
        update(
            exercised(0, 2, "New", result={"meta": meta(tx_kind="teleport")}),
            archived(1, "old"),
            held(2, "new", "4.0"),
            offset=2,
        ),
    )
    entry = found.entries[-1]
    assert entry.kind is EntryKind.UNRECOGNISED
    assert entry.findings == (Finding.UNKNOWN_CHOICE,)
    assert entry.source is not None
    assert (entry.source.choice, entry.source.package_name) == ("New", "tokens")
    assert list(found.state.holdings) == ["new"]


@pytest.mark.parametrize(
    "label, before, after",
    [("mint", "5.0", "4.0"), ("burn", "5.0", "6.0"), ("expire-dust", "5.0", "5.0")],
)
def test_a_label_that_the_holdings_contradict_is_not_believed(
    label: str, before: str, after: str
) -> None:
    entry = only(
        update(held(0, "old", before)),
        update(
            exercised(0, 2, "New", result={"meta": meta(tx_kind=label)}),
            archived(1, "old"),
            held(2, "new", after),
            offset=2,
        ),
    )
    assert entry.kind is EntryKind.UNRECOGNISED
    assert entry.findings == (Finding.LABEL_CONTRADICTED,)


def test_dust_that_expired_is_a_loss() -> None:
    entry = only(
        update(held(0, "dust", "0.0000000001")),
        update(
            exercised(0, 1, "Expire", result={"meta": meta(tx_kind="expire-dust")}),
            archived(1, "dust"),
            offset=2,
        ),
    )
    assert (entry.kind, entry.sender, entry.amount) == (
        EntryKind.EXPIRE_DUST,
        ME,
        Decimal("0.0000000001"),
    )


def test_several_deposits_of_one_transaction_are_several_entries() -> None:
    direct = {"meta": meta(tx_kind="transfer", sender=BOB, reason="a")}
    found = history(
        update(offered(0, "offer", transfer(CAROL, ME, "7.0", "b", of=EUR))),
        update(
            exercised(0, 7, "Batch"),
            exercised(1, 2, "Send", result=direct),
            held(2, "one", "1.0"),
            exercised(3, 4, "Send", result=direct),
            held(4, "two", "2.0"),
            stepped(5, 6, "Accept", "offer", completed()),
            held(6, "eur", "7.0", of=EUR),
            held(7, "gift", "3.0"),
            offset=2,
        ),
    )
    told = [(e.node_id, e.kind.value, str(e.amount), e.memo) for e in found.entries[1:]]
    assert told == [
        (0, "OTHER_INCOME", "3.0", None),
        (1, "TRANSFER_IN", "1.0", "a"),
        (3, "TRANSFER_IN", "2.0", "a"),
        (5, "TRANSFER_IN", "7.0", "b"),
    ]


def test_a_batch_pays_each_receiver() -> None:
    found = history(
        update(held(0, "old", "10.0")),
        update(
            exercised(0, 4, "Pay", result={"meta": meta(tx_kind="transfer", sender=ME)}),
            archived(1, "old"),
            held(2, "bobs", "2.0", owner=BOB),
            held(3, "carols", "3.0", owner=CAROL),
            held(4, "change", "5.0"),
            offset=2,
        ),
    )
    paid = [(e.receiver, str(e.amount), e.position, str(e.net)) for e in found.entries[1:]]
    assert paid == [(BOB, "2.0", 0, "-5.0"), (CAROL, "3.0", 1, "0.0")]


def test_what_a_proxy_does_is_the_transfer_within() -> None:
    wanted = transfer(ME, BOB, "2.0", "w1")
    entry = only(
        update(held(0, "old", "2.0")),
        update(
            exercised(
                0,
                3,
                "DelegateProxy_TransferFactory_Transfer",
                argument={"cid": "factory", "proxyArg": {"choiceArg": {"transfer": wanted}}},
                result={"markerResult": {}, "choiceResult": completed()},
            ),
            instructed(1, 3, wanted, completed()),
            archived(2, "old"),
            held(3, "theirs", "2.0", owner=BOB),
            offset=2,
        ),
    )
    assert (entry.kind, entry.node_id, entry.memo) == (EntryKind.TRANSFER_OUT, 1, "w1")
    assert not entry.findings


@pytest.mark.parametrize(
    "choice, result", [("Token_Transfer", completed()), ("TransferRule_Transfer", {})]
)
def test_a_registrys_choice_with_the_standards_argument_is_a_transfer(
    choice: str, result: Any
) -> None:
    wanted = transfer(ME, BOB, "2.0", "w1")
    entry = only(
        update(held(0, "old", "2.0")),
        update(
            exercised(0, 2, choice, argument={"transfer": wanted}, result=result),
            archived(1, "old"),
            held(2, "theirs", "2.0", owner=BOB),
            offset=2,
        ),
    )
    assert (entry.kind, entry.status) == (EntryKind.TRANSFER_OUT, Status.COMPLETED)
    assert (entry.amount, entry.memo) == (Decimal("2"), "w1")
    assert not entry.findings


@pytest.mark.parametrize("amount", ["-5.0", "0.0", "0.00000000001", "1e3", "NaN", 5, 5.5, None])
def test_amounts_of_look_alikes(amount: Any) -> None:
    shown = {"owner": ME, "instrumentId": USD, "amount": amount, "lock": None}
    found = history(update(created(0, "odd", view(HOLDING, shown))))
    (entry,) = found.entries
    if amount in {"-5.0", "0.0"}:
        assert entry.net == Decimal(amount)
        assert entry.kind is EntryKind.OTHER_INCOME
    else:
        assert entry.findings == (Finding.VIEW_UNREADABLE,)
        assert not found.state.holdings


def test_sums_beyond_an_amount_are_told() -> None:
    large = "9999999999999999999999999999.0"
    found = history(update(exercised(0, 2, "Airdrop"), held(1, "a", large), held(2, "b", large)))
    (entry,) = found.entries
    assert entry.findings == (Finding.AMOUNT_TOO_LARGE,)
    assert entry.amount is None
    assert len(found.state.holdings) == 2


def test_views_that_cannot_be_read_cry_only_for_what_the_party_signed() -> None:
    for signed, count in (((ADMIN, ME), 1), ((ADMIN,), 0)):
        for interface in (HOLDING, INSTRUCTION):
            odd = created(0, "odd", view(interface, {"owner": 5}), signed=signed)
            assert len(history(update(odd)).entries) == count


def test_a_transfer_whose_result_is_unknown_is_not_recognised() -> None:
    wanted = transfer(BOB, ME, "5.0")
    odd = {"output": {"tag": "TransferInstructionResult_Perhaps", "value": {}}}
    entry = only(update(instructed(0, 1, wanted, odd), held(1, "mine", "5.0")))
    assert entry.kind is EntryKind.UNRECOGNISED
    assert entry.amount == Decimal("5")


def test_a_factory_that_fails_is_an_entry() -> None:
    entry = only(update(instructed(0, 0, transfer(ME, BOB, "5.0", "w1"), failed())))
    assert (entry.kind, entry.status, entry.memo) == (
        EntryKind.TRANSFER_OUT,
        Status.FAILED,
        "w1",
    )


def test_other_peoples_transfers_are_no_entries() -> None:
    found = history(
        update(instructed(0, 1, transfer(BOB, CAROL, "5.0"), completed())),
        update(
            instructed(0, 1, transfer(BOB, CAROL, "5.0"), waiting("offer")),
            offered(1, "offer", transfer(BOB, CAROL, "5.0")),
            offset=2,
        ),
        update(stepped(0, 0, "Accept", "offer", completed(), actors=(CAROL,)), offset=3),
    )
    assert not found.entries
    assert not found.state.instructions


def test_an_instruction_that_ends_by_an_unknown_choice_is_told() -> None:
    found = history(
        update(offered(0, "offer", transfer(BOB, ME, "5.0", "account 7"))),
        update(archived(0, "offer"), offset=2),
    )
    entry = found.entries[-1]
    assert (entry.kind, entry.instruction_id) == (EntryKind.UNRECOGNISED, "offer")
    assert entry.memo == "account 7"
    assert not found.state.instructions


def test_a_choice_within_a_choice_within_a_choice() -> None:
    """How deep choices lie in each other is no matter of the stack."""
    said = {"meta": meta(tx_kind="transfer", sender=BOB)}
    within = [exercised(node, DEEP, "In", result=said) for node in range(DEEP)]
    entry = only(update(*within, held(DEEP, "mine", "5.0")))
    assert (entry.kind, entry.node_id) == (EntryKind.TRANSFER_IN, 0)


NAMES = st.sampled_from(
    [
        "transfer",
        "meta",
        "values",
        "owner",
        "account",
        "amount",
        "instrumentId",
        "admin",
        "id",
        "lock",
        "output",
        "tag",
        "value",
        "sender",
        "receiver",
        "extraArgs",
        "holders",
        "transferLegSides",
        "inputHoldingCids",
        "availableActions",
        "status",
        "expiresAfter",
        "splice.lfdecentralizedtrust.org/tx-kind",
        "splice.lfdecentralizedtrust.org/burned",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


@given(JSON, JSON, JSON)
def test_values_of_any_shape_are_survived(shown: Any, argument: Any, result: Any) -> None:
    for choice, interface in (
        ("TransferFactory_Transfer", FACTORY),
        ("TransferInstruction_Accept", INSTRUCTION),
        ("EventLog_HoldingsChange", API + "TransferEventsV2:EventLog"),
        ("Allocation_ExecuteTransfer", API + "AllocationV1:Allocation"),
        ("Any", ""),
    ):
        found = history(
            update(held(0, "old", "5.0"), offered(1, "offer", transfer(BOB, ME, "5.0"))),
            update(
                exercised(
                    0,
                    4,
                    choice,
                    cid="offer",
                    interface=interface,
                    argument=argument,
                    result=result,
                    actors=(ADMIN, ME),
                ),
                created(1, "odd", view(HOLDING, shown), view(INSTRUCTION, shown)),
                archived(2, "old"),
                held(3, "new", "5.0"),
                logged(4, [], [], leg("SenderSide", BOB, "1.0")),
                offset=2,
            ),
        )
        assert "new" in found.state.holdings
        assert "old" not in found.state.holdings

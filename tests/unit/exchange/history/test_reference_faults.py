"""The faults of the reference parsers, one by one (exchange.md 4.5): none of them is ours."""

from __future__ import annotations

import pytest

from cantata.exchange.history.model import EntryKind, Finding, Status
from cantata.exchange.history.wire import state_json
from cantata.kernel.money import Decimal
from cantata.ledger.model.events import CreatedEvent, Event
from tests.unit.exchange.history.build import (
    ADMIN,
    BOB,
    CAROL,
    EUR,
    HOLDING,
    HOLDING_V2,
    ME,
    THIEF,
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

OFFER = transfer(BOB, ME, "200.0", "account 7")


def test_1_an_incoming_offer_without_holdings_is_kept() -> None:
    entry = only(update(offered(0, "offer", OFFER)))
    assert (entry.kind, entry.status) == (EntryKind.TRANSFER_IN, Status.PENDING)
    assert entry.amount == Decimal("200")
    assert (entry.created, entry.archived) == ((), ())


def test_2_the_memo_of_an_offer_comes_from_its_view() -> None:
    assert only(update(offered(0, "offer", OFFER))).memo == "account 7"


@pytest.mark.parametrize(
    "said",
    [
        {"tx_kind": "transfer", "sender": BOB},
        {"tx_kind": "transfer", "reason": "account 7"},
        {"tx_kind": "transfer"},
    ],
)
def test_3_a_deposit_needs_neither_memo_nor_sender(said: dict[str, str]) -> None:
    entry = only(
        update(
            exercised(0, 2, "Preapproval_Send", result={"meta": meta(**said)}),
            held(1, "mine", "5.0"),
            held(2, "change", "1.0", owner=BOB),
        )
    )
    assert (entry.kind, entry.status) == (EntryKind.TRANSFER_IN, Status.COMPLETED)
    assert entry.sender == BOB
    assert entry.memo == said.get("reason")
    assert entry.amount == Decimal("5")


def test_4_an_archival_takes_away() -> None:
    found = history(update(held(0, "mine", "5.0")), update(archived(0, "mine"), offset=2))
    entry = found.entries[-1]
    assert [holding.contract_id for holding in entry.archived] == ["mine"]
    assert entry.created == ()
    assert entry.net == Decimal("-5")
    assert entry.kind is EntryKind.UNRECOGNISED


def test_4_every_view_of_a_contract_is_looked_at() -> None:
    shown = {"owner": ME, "instrumentId": USD, "amount": "5.0", "lock": None, "meta": meta()}
    other = view("pkg:Some.Where:Else", {})
    found = history(update(created(0, "mine", other, view(HOLDING, shown))))
    assert list(found.state.holdings) == ["mine"]


def test_5_the_logs_inputs_are_used_up_and_its_outputs_made() -> None:
    found = history(
        update(held(0, "old", "5.0")),
        update(
            exercised(0, 3, "Settle"),
            archived(1, "old"),
            held(2, "new", "3.0"),
            logged(3, ["old"], ["new"], leg("SenderSide", BOB, "2.0")),
            offset=2,
        ),
    )
    entry = found.entries[-1]
    assert [holding.contract_id for holding in entry.archived] == ["old"]
    assert [holding.contract_id for holding in entry.created] == ["new"]
    assert entry.kind is EntryKind.TRANSFER_OUT


@pytest.mark.parametrize(
    "label, kind", [("burn", EntryKind.BURN), ("merge-split", EntryKind.MERGE_SPLIT)]
)
def test_6_each_instrument_is_counted_on_its_own(label: str, kind: EntryKind) -> None:
    found = history(
        update(held(0, "usd", "5.0"), held(1, "eur", "7.0", of=EUR)),
        update(
            exercised(0, 3, "Both", result={"meta": meta(tx_kind=label)}),
            archived(1, "usd"),
            archived(2, "eur"),
            held(3, "more", "9.0", of=EUR),
            offset=2,
        ),
    )
    usd, eur = (e for e in found.entries if e.offset == 2)
    assert usd.instrument is not None
    assert eur.instrument is not None
    assert (usd.instrument.id, usd.net) == ("USD", Decimal("-5"))
    assert (eur.instrument.id, eur.net) == ("EUR", Decimal("2"))
    assert (usd.node_id, usd.position, eur.node_id, eur.position) == (0, 0, 0, 1)
    assert eur.kind is EntryKind.UNRECOGNISED
    assert Finding.LABEL_CONTRADICTED in eur.findings
    assert usd.kind is kind


def test_7_an_accepted_offer_keeps_the_memo_of_its_instruction() -> None:
    accepted = update(
        stepped(0, 1, "Accept", "offer", completed(reason="not the sender's")),
        held(1, "mine", "200.0"),
        offset=2,
    )
    entry = only(update(offered(0, "offer", OFFER)), accepted)
    assert (entry.status, entry.memo) == (Status.COMPLETED, "account 7")
    assert entry.instruction_id == "offer"


def test_8_what_comes_and_goes_cancels_out() -> None:
    wanted = transfer(ME, BOB, "5.0")
    found = history(
        update(held(0, "locked", "6.0"), offered(1, "offer", wanted)),
        update(
            stepped(0, 5, "Accept", "offer", completed()),
            exercised(1, 2, "Unlock", cid="locked", consuming=True),
            held(2, "passing", "6.0"),
            archived(3, "passing"),
            held(4, "theirs", "5.0", owner=BOB),
            held(5, "change", "1.0"),
            offset=2,
        ),
    )
    entry = found.entries[-1]
    assert [each.contract_id for each in entry.archived] == ["locked"]
    assert [each.contract_id for each in entry.created] == ["change"]
    assert list(found.state.holdings) == ["change"]
    assert not entry.findings


def test_9_nothing_depends_on_choices_inside_of_a_registry() -> None:
    wanted = transfer(ME, BOB, "2.0", "w1")
    plain: list[Event] = [
        archived(1, "old"),
        held(2, "change", "3.0"),
        held(3, "theirs", "2.0", owner=BOB),
    ]
    nested: list[Event] = [
        exercised(1, 4, "Whatever_Transfer", result={"meta": meta(tx_kind="transfer", sender=ME)}),
        archived(2, "old"),
        held(3, "change", "3.0"),
        held(4, "theirs", "2.0", owner=BOB),
    ]
    entries = [
        only(
            update(held(0, "old", "5.0")),
            update(instructed(0, 4, wanted, completed()), *inner, offset=2),
        )
        for inner in (plain, nested)
    ]
    assert entries[0] == entries[1]
    assert entries[0].kind is EntryKind.TRANSFER_OUT
    assert not entries[0].findings


def test_10_what_others_hold_is_seen_and_not_counted() -> None:
    found = history(
        update(
            exercised(0, 3, "Send", result={"meta": meta(tx_kind="transfer", sender=BOB)}),
            archived(1, "theirs"),
            held(2, "mine", "5.0"),
            held(3, "change", "95.0", owner=BOB),
        )
    )
    assert list(found.state.holdings) == ["mine"]
    assert found.entries[0].net == Decimal("5")


def test_11_the_same_withdrawal_twice_is_two_entries_of_one_memo() -> None:
    wanted = transfer(ME, BOB, "2.0", "w1")
    found = history(
        update(held(0, "a", "2.0"), held(1, "b", "2.0")),
        *(
            update(
                instructed(0, 2, wanted, completed()),
                archived(1, cid),
                held(2, f"theirs {cid}", "2.0", owner=BOB),
                offset=offset,
            )
            for offset, cid in ((2, "a"), (3, "b"))
        ),
    )
    outgoing = [entry for entry in found.entries if entry.kind is EntryKind.TRANSFER_OUT]
    assert [(entry.memo, entry.offset) for entry in outgoing] == [("w1", 2), ("w1", 3)]


def test_12_a_look_alike_says_that_its_admin_did_not_sign() -> None:
    shown = {"owner": ME, "instrumentId": USD, "amount": "5.0", "lock": None, "meta": meta()}
    fake = created(0, "fake", view(HOLDING, shown), signed=(THIEF, ME))
    entry = only(update(fake))
    assert entry.kind is EntryKind.OTHER_INCOME
    assert entry.findings == (Finding.NOT_SIGNED_BY_ADMIN,)
    assert not entry.created[0].admin_signed
    assert entry.created[0].package_name == "tokens"


def look_alike(node: int, cid: str, amount: str) -> CreatedEvent:
    shown = {"owner": ME, "instrumentId": USD, "amount": amount, "lock": None, "meta": meta()}
    return created(node, cid, view(HOLDING, shown), signed=(THIEF, ME))


@pytest.mark.parametrize("is_claim", [True, False])
def test_12_a_look_alike_never_counts_with_the_real_one(is_claim: bool) -> None:
    said = {"meta": meta(tx_kind="transfer", sender=BOB, reason="account 7")}
    choice = (
        instructed(0, 2, transfer(BOB, ME, "1.0", "account 7"), completed())
        if is_claim
        else exercised(0, 2, "Send", result=said)
    )
    found = history(update(choice, held(1, "real", "1.0"), look_alike(2, "fake", "999.0")))
    real, fake = sorted(found.entries, key=lambda entry: len(entry.findings))
    assert (real.kind, real.amount, real.memo) == (
        EntryKind.TRANSFER_IN,
        Decimal("1"),
        "account 7",
    )
    assert not real.findings
    assert Finding.NOT_SIGNED_BY_ADMIN in fake.findings
    assert [holding.contract_id for holding in fake.created] == ["fake"]
    shown = {each["contractId"]: each for each in state_json(found.state, ())["holdings"]}
    assert "findings" not in shown["real"]
    assert shown["fake"]["findings"] == ["NOT_SIGNED_BY_ADMIN"]


def test_12_an_offer_of_a_look_alike_says_it_too() -> None:
    entry = only(update(offered(0, "offer", OFFER, signed=(THIEF,))))
    assert entry.findings == (Finding.NOT_SIGNED_BY_ADMIN,)


def test_12_a_transfer_that_moves_nothing_is_no_deposit() -> None:
    wanted = transfer(BOB, ME, "1000000.0", "account 7")
    entry = only(update(instructed(0, 0, wanted, completed())))
    assert entry.kind is EntryKind.UNRECOGNISED
    assert Finding.AMOUNT_DIFFERS in entry.findings


def test_12_a_transfer_that_moves_less_is_worth_what_it_moved() -> None:
    wanted = transfer(BOB, ME, "1000000.0", "account 7")
    entry = only(update(instructed(0, 1, wanted, completed()), held(1, "mine", "1.0")))
    assert (entry.kind, entry.amount) == (EntryKind.TRANSFER_IN, Decimal("1"))
    assert Finding.AMOUNT_DIFFERS in entry.findings


def test_12_a_sender_who_did_not_act_is_told() -> None:
    said = {"meta": meta(tx_kind="transfer", sender=CAROL, reason="account 7")}
    entry = only(update(exercised(0, 1, "Send", result=said), held(1, "mine", "5.0")))
    assert entry.sender == CAROL
    assert entry.findings == (Finding.SENDER_DID_NOT_ACT,)


def test_13_nothing_is_asked_of_the_ledger_about_what_was_pruned() -> None:
    accept = stepped(0, 1, "Accept", "pruned", completed(), actors=(ME,))
    entry = only(update(accept, held(1, "mine", "200.0")))
    assert (entry.kind, entry.amount) == (EntryKind.TRANSFER_IN, Decimal("200"))
    assert entry.instruction_id == "pruned"
    assert entry.findings == (Finding.UNKNOWN_INSTRUCTION,)


def test_14_an_instruction_that_waits_for_others_must_not_be_accepted() -> None:
    waits = offered(0, "offer", OFFER, status="TransferPendingInternalWorkflow")
    assert not history(update(waits)).state.instructions["offer"].awaits_receiver
    ready = offered(0, "offer", OFFER)
    assert history(update(ready)).state.instructions["offer"].awaits_receiver


def test_15_the_last_descendant_belongs_to_the_choice() -> None:
    said = {"meta": meta(tx_kind="transfer", sender=BOB)}
    inside = update(exercised(0, 1, "Send", result=said), held(1, "mine", "5.0"))
    outside = update(exercised(0, 0, "Send", result=said), held(1, "mine", "5.0"))
    assert only(inside).kind is EntryKind.TRANSFER_IN
    assert only(outside).kind is EntryKind.OTHER_INCOME


@pytest.mark.parametrize("choice", ["Reward_Mint", "Airdrop"])
def test_16_what_just_arrives_is_other_income(choice: str) -> None:
    entry = only(update(exercised(0, 1, choice), held(1, "mine", "5.0")))
    assert (entry.kind, entry.sender, entry.receiver) == (EntryKind.OTHER_INCOME, None, ME)
    assert entry.amount == Decimal("5")


def test_16_a_mint_is_a_mint() -> None:
    said = {"meta": meta(tx_kind="mint", reason="tapped faucet")}
    entry = only(update(exercised(0, 1, "Tap", result=said), held(1, "mine", "5.0")))
    assert (entry.kind, entry.receiver, entry.memo) == (EntryKind.MINT, ME, "tapped faucet")


def test_multi_step_keeps_the_first_instruction() -> None:
    again = offered(1, "second", OFFER, original="offer")
    found = history(
        update(offered(0, "offer", OFFER)),
        update(stepped(0, 1, "Accept", "offer", waiting("second")), again, offset=2),
        update(stepped(0, 1, "Update", "second", completed()), held(1, "mine", "200.0"), offset=3),
    )
    told = [(e.status, e.instruction_id, e.original_instruction_id) for e in found.entries]
    assert told == [
        (Status.PENDING, "offer", None),
        (Status.PENDING, "second", "offer"),
        (Status.COMPLETED, "second", "offer"),
    ]
    assert not found.state.instructions
    assert not any(entry.findings for entry in found.entries)


@pytest.mark.parametrize(
    "step, status",
    [("Reject", Status.REJECTED), ("Withdraw", Status.WITHDRAWN), ("Update", Status.FAILED)],
)
def test_funds_come_back_out_of_their_lock(step: str, status: Status) -> None:
    lock = {"holders": [ADMIN], "expiresAt": "2026-06-02T12:00:00Z"}
    wanted = transfer(ME, BOB, "5.0", "w1")
    found = history(
        update(held(0, "old", "6.0")),
        update(
            instructed(0, 4, wanted, waiting("offer")),
            archived(1, "old"),
            held(2, "locked", "5.0", lock=lock),
            held(3, "change", "1.0"),
            offered(4, "offer", wanted, signed=(ADMIN, ME)),
            offset=2,
        ),
        update(
            stepped(0, 2, step, "offer", failed()),
            archived(1, "locked"),
            held(2, "back", "5.0"),
            offset=3,
        ),
    )
    _, pending, back = found.entries
    assert (pending.kind, pending.status) == (EntryKind.TRANSFER_OUT, Status.PENDING)
    assert (back.kind, back.status, back.memo) == (EntryKind.TRANSFER_OUT, status, "w1")
    assert not pending.findings
    assert not back.findings
    assert {cid: h.lock is None for cid, h in found.state.holdings.items()} == {
        "change": True,
        "back": True,
    }


def test_views_of_both_versions_are_one_holding() -> None:
    first = {"owner": ME, "instrumentId": USD, "amount": "5.0", "lock": None, "meta": meta()}
    account = {"owner": ME, "provider": None, "id": ""}
    second = {**first, "account": account}
    del second["owner"]
    found = history(update(created(0, "mine", view(HOLDING_V2, second), view(HOLDING, first))))
    assert found.entries[0].net == Decimal("5")
    assert not found.entries[0].findings
    second["amount"] = "7.0"
    found = history(update(created(0, "mine", view(HOLDING_V2, second), view(HOLDING, first))))
    assert found.entries[0].net == Decimal("5")
    assert found.entries[0].findings == (Finding.VIEWS_DIFFER,)

"""The second version of the standard: its log, its accounts, its choices that do not consume."""

from __future__ import annotations

import pytest

from cantata.exchange.history.model import EntryKind, Finding, Status
from cantata.kernel.money import Decimal
from tests.unit.exchange.history.build import (
    ADMIN,
    BOB,
    CAROL,
    EUR,
    FACTORY_V2,
    INSTRUCTION_V2,
    ME,
    THIEF,
    archived,
    completed,
    created,
    exercised,
    held,
    held_v2,
    history,
    instructed,
    leg,
    logged,
    meta,
    only,
    stepped,
    transfer,
    update,
    view,
)

SETTLE = exercised(0, 9, "SettlementFactory_SettleBatch", actors=("venue::1220",))


def account(owner: str | None) -> dict[str, str | None]:
    return {"owner": owner, "provider": None, "id": ""}


def test_a_transfer_that_is_told_twice_is_one() -> None:
    wanted = transfer(BOB, ME, "5.0", "account 7")
    entry = only(
        update(
            instructed(0, 2, wanted, completed()),
            held(1, "mine", "5.0"),
            logged(2, [], ["mine"], leg("ReceiverSide", BOB, "5.0", "account 7")),
        )
    )
    assert (entry.kind, entry.amount, entry.memo) == (
        EntryKind.TRANSFER_IN,
        Decimal("5"),
        "account 7",
    )
    assert not entry.findings


def test_a_label_and_the_log_are_one_deposit() -> None:
    said = {"meta": meta(tx_kind="transfer", sender=BOB, reason="other")}
    entry = only(
        update(
            exercised(0, 2, "Send", result=said),
            held(1, "mine", "5.0"),
            logged(2, [], ["mine"], leg("ReceiverSide", BOB, "5.0", "account 7")),
        )
    )
    assert (entry.kind, entry.memo, entry.sender) == (EntryKind.TRANSFER_IN, "account 7", BOB)
    assert [each.contract_id for each in entry.created] == ["mine"]


def test_every_leg_is_an_entry() -> None:
    found = history(
        update(held_v2(0, "old", "10.0")),
        update(
            SETTLE,
            archived(1, "old"),
            held_v2(2, "new", "12.0"),
            held_v2(3, "eur", "1.0", of=EUR),
            logged(
                4,
                ["old"],
                ["new", "eur"],
                leg("ReceiverSide", BOB, "5.0", "account 7"),
                leg("SenderSide", CAROL, "3.0"),
                leg("ReceiverSide", CAROL, "1.0", "account 8", of="EUR"),
            ),
            offset=2,
        ),
    )
    got, gave, eur = found.entries[1:]
    assert (got.kind, got.amount, got.memo, got.position) == (
        EntryKind.TRANSFER_IN,
        Decimal("5"),
        "account 7",
        0,
    )
    assert (gave.kind, gave.receiver, gave.position) == (EntryKind.TRANSFER_OUT, CAROL, 1)
    assert (eur.kind, eur.memo, eur.position) == (EntryKind.TRANSFER_IN, "account 8", 2)
    assert got.net == Decimal("2")
    assert gave.net == Decimal("0")
    assert not any(entry.findings for entry in found.entries)


def test_legs_that_cancel_out_move_no_holdings() -> None:
    found = history(
        update(
            SETTLE,
            logged(1, [], [], leg("ReceiverSide", BOB, "5.0"), leg("SenderSide", BOB, "5.0")),
        )
    )
    assert [entry.kind for entry in found.entries] == [
        EntryKind.TRANSFER_IN,
        EntryKind.TRANSFER_OUT,
    ]
    assert not any(entry.findings for entry in found.entries)


def test_legs_that_do_not_add_up_are_told() -> None:
    found = history(
        update(
            SETTLE,
            held_v2(1, "mine", "1.0"),
            logged(2, [], ["mine"], leg("ReceiverSide", BOB, "5.0")),
        )
    )
    assert found.entries[0].findings == (Finding.AMOUNT_DIFFERS,)


@pytest.mark.parametrize(
    "side, kind", [("ReceiverSide", EntryKind.MINT), ("SenderSide", EntryKind.BURN)]
)
def test_legs_with_nobody_mint_and_burn(side: str, kind: EntryKind) -> None:
    moved = held_v2(1, "new", "5.0") if kind is EntryKind.MINT else archived(1, "old")
    found = history(
        update(held_v2(0, "old", "5.0")),
        update(SETTLE, moved, logged(2, ["old"], ["new"], leg(side, None, "5.0")), offset=2),
    )
    assert found.entries[-1].kind is kind
    assert not found.entries[-1].findings


def test_without_legs_holdings_are_rearranged() -> None:
    found = history(
        update(held_v2(0, "old", "5.0")),
        update(
            exercised(0, 4, "Anything"),
            archived(1, "old"),
            held_v2(2, "a", "2.0"),
            held_v2(3, "b", "3.0"),
            logged(4, ["old"], ["a", "b"]),
            offset=2,
        ),
    )
    assert found.entries[-1].kind is EntryKind.MERGE_SPLIT


def test_what_the_log_does_not_tell_is_left_to_the_rest() -> None:
    found = history(
        update(
            exercised(0, 3, "Anything"),
            held_v2(1, "told", "2.0"),
            held_v2(2, "untold", "3.0"),
            logged(3, [], ["told"], leg("ReceiverSide", BOB, "2.0")),
        )
    )
    other, told = found.entries
    assert (told.kind, told.net) == (EntryKind.TRANSFER_IN, Decimal("2"))
    assert (other.kind, other.net) == (EntryKind.OTHER_INCOME, Decimal("3"))


def test_a_log_that_its_admin_did_not_write_says_nothing() -> None:
    fake = logged(2, [], ["mine"], leg("ReceiverSide", BOB, "5.0"), actors=(THIEF,))
    entry = only(update(exercised(0, 2, "Anything"), held(1, "mine", "5.0"), fake))
    assert entry.kind is EntryKind.OTHER_INCOME


def test_a_log_of_another_admin_does_not_explain() -> None:
    other = logged(2, [], ["mine"], leg("ReceiverSide", BOB, "5.0"), admin=THIEF, actors=(THIEF,))
    found = history(update(exercised(0, 2, "Anything"), held(1, "mine", "5.0"), other))
    kinds = {entry.instrument.admin: entry for entry in found.entries if entry.instrument}
    assert kinds[ADMIN].kind is EntryKind.OTHER_INCOME
    assert kinds[THIEF].findings == (Finding.AMOUNT_DIFFERS,)


def test_another_owners_log_is_no_business_of_ours() -> None:
    theirs = logged(1, [], ["theirs"], leg("ReceiverSide", BOB, "5.0"), owner=CAROL)
    assert not history(update(SETTLE, theirs)).entries


def test_a_step_that_does_not_consume_is_a_step() -> None:
    wanted = transfer(account(BOB), account(ME), "5.0", "account 7")
    shown = {"originalInstructionCid": None, "transfer": wanted, "availableActions": []}
    offer = created(0, "offer", view(INSTRUCTION_V2, shown), signed=(ADMIN, BOB))
    found = history(
        update(offer),
        update(
            stepped(
                0, 3, "Accept", "offer", completed(), interface=INSTRUCTION_V2, consuming=False
            ),
            stepped(1, 2, "Accept", "offer", completed()),
            held_v2(2, "mine", "5.0"),
            logged(3, [], ["mine"], leg("ReceiverSide", BOB, "5.0")),
            offset=2,
        ),
    )
    first, second = found.entries
    assert (first.status, first.sender, first.receiver) == (Status.PENDING, BOB, ME)
    assert (second.kind, second.status, second.memo) == (
        EntryKind.TRANSFER_IN,
        Status.COMPLETED,
        "account 7",
    )
    assert not found.state.instructions
    assert not second.findings


@pytest.mark.parametrize("by_action", [True, False])
def test_who_may_accept_is_read_from_the_actions(by_action: bool) -> None:
    accept = {"tag": "TIA_Accept", "value": {}}
    pair = [accept, [[ME]]] if by_action else [[ME], [accept]]
    for receiver, ready in ((ME, True), (BOB, False)):
        sender = BOB if receiver == ME else ME
        wanted = transfer(account(sender), account(receiver), "5.0")
        shown = {"transfer": wanted, "availableActions": [pair]}
        found = history(update(created(0, "offer", view(INSTRUCTION_V2, shown))))
        assert found.state.instructions["offer"].awaits_receiver is ready


def test_a_transfer_to_nobody_burns() -> None:
    wanted = transfer(account(ME), account(None), "5.0")
    entry = only(
        update(held_v2(0, "old", "5.0")),
        update(
            instructed(0, 1, wanted, completed(), interface=FACTORY_V2, actors=(ME,)),
            archived(1, "old"),
            offset=2,
        ),
    )
    assert (entry.kind, entry.sender, entry.receiver) == (EntryKind.BURN, ME, None)
    assert not entry.findings

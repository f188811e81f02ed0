"""What transactions did to holdings: of any registry, forced or frozen, forged or unreadable."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.ledger.model.events import CreatedEvent, Event, ExercisedEvent, InterfaceView
from cantata.ledger.model.updates import Transaction
from cantata.tokens import history
from cantata.tokens.model import Holding, InstrumentId, Lock, Movement, MovementKind
from cantata.tokens.projection import contracts

NAMESPACE = "1220" + "ab" * 32
ADMIN, ALICE, BOB, EVIL = (f"{name}::{NAMESPACE}" for name in ("admin", "alice", "bob", "evil"))
NOW = Timestamp.parse("2026-01-01T00:00:00Z")
OURS = "cantata-tokens"
V1 = "aa:Splice.Api.Token.HoldingV1:Holding"
V2 = "bb:Splice.Api.Token.HoldingV2:Holding"
V9 = "cc:Splice.Api.Token.HoldingV9:Holding"
INSTRUCTION = "dd:Splice.Api.Token.TransferInstructionV1:TransferInstruction"
REASON = {"values": {history.REASON: "because"}}
FROZEN = {"holders": [ADMIN], "expiresAt": None, "expiresAfter": None, "context": "frozen: x"}


def cid(number: int) -> str:
    return f"00{number:064x}ca121220" + "cd" * 32


def view(owner: str, amount: str = "10.0", lock: Any = None, admin: str = ADMIN) -> dict[str, Any]:
    return {
        "owner": owner,
        "instrumentId": {"admin": admin, "id": "GOLD"},
        "amount": amount,
        "lock": lock,
        "meta": {"values": {}},
    }


def created(
    node: int,
    number: int,
    value: Any,
    *,
    interfaces: tuple[str, ...] = (V1,),
    signatories: tuple[str, ...] = (ADMIN,),
    package: str = OURS,
    failure: str = "",
) -> CreatedEvent:
    return CreatedEvent(
        offset=7,
        node_id=node,
        contract_id=cid(number),
        template_id="ee:Some.Module:Asset",
        package_name=package,
        argument={},
        key=None,
        blob="",
        views=tuple(
            InterfaceView(interface_id=each, value=value, failure=failure) for each in interfaces
        ),
        witnesses=(),
        signatories=signatories,
        observers=(),
        created_at=NOW,
    )


def exercised(
    node: int, number: int, choice: str = "Archive", *, last: int = -1, **more: Any
) -> ExercisedEvent:
    given: dict[str, Any] = {
        "argument": {},
        "result": {},
        "is_consuming": True,
        "package_name": OURS,
        **more,
    }
    return ExercisedEvent(
        offset=7,
        node_id=node,
        contract_id=cid(number),
        template_id="ee:Some.Module:Asset",
        interface_id="",
        choice=choice,
        acting_parties=(),
        witnesses=(),
        last_descendant=max(node, last),
        **given,
    )


def transaction(*events: Event) -> Transaction:
    return Transaction(
        update_id="1220" + "00" * 32,
        offset=7,
        command_id="",
        workflow_id="",
        synchronizer_id="global::1220",
        effective_at=NOW,
        record_time=NOW,
        events=events,
    )


def known(number: int, owner: str, amount: str, lock: Lock | None = None) -> dict[str, Holding]:
    holding = Holding(
        contract_id=ContractId(cid(number)),
        instrument=InstrumentId(PartyId(ADMIN), "GOLD"),
        owner=PartyId(owner),
        amount=Decimal(amount),
        lock=lock,
    )
    return {holding.contract_id: holding}


def told(movements: tuple[Movement, ...]) -> list[tuple[str, str, str, str, str]]:
    return [
        (
            each.owner.partition("::")[0],
            each.kind.value,
            str(each.delta),
            str(each.locked),
            each.memo,
        )
        for each in movements
    ]


def only(event: CreatedEvent) -> Any:
    return history.changes(transaction(event), {})


@pytest.mark.parametrize("interfaces", [(V1,), (V1, V2), (V2, V1), (V9, V1, V1)])
def test_a_holding_of_any_package_counts_once(interfaces: tuple[str, ...]) -> None:
    found = only(created(0, 1, view(ALICE), interfaces=interfaces, package="foreign-coin"))
    assert [(each.owner, str(each.amount)) for each in found.created] == [(ALICE, "10.0")]
    assert told(found.movements) == [("alice", "mint", "10.0", "0.0", "")]
    assert found.doubts == ()


@pytest.mark.parametrize("interfaces", [(), (V2,), (V9,)])
def test_versions_that_nobody_knows_are_no_holdings(interfaces: tuple[str, ...]) -> None:
    found = only(created(0, 1, view(ALICE), interfaces=interfaces))
    assert (found.created, found.movements, found.doubts) == ((), (), ())


def test_what_the_admin_did_not_sign_is_no_holding() -> None:
    found = only(created(0, 1, view(ALICE), signatories=(EVIL, ALICE)))
    assert (found.created, found.movements) == ((), ())
    (doubt,) = found.doubts
    assert (doubt.contract_id, ADMIN in doubt.reason) == (cid(1), True)


BAD: tuple[Any, ...] = (
    None,
    {},
    [],
    "text",
    view(ALICE, "ten"),
    view(ALICE, "1e5"),
    view(ALICE, "1" * 40),
    view("alice"),
    view(ALICE, admin="admin"),
    view(ALICE, lock="locked"),
    view(ALICE, lock={"holders": None}),
    view(ALICE, lock={"holders": [], "expiresAt": "soon"}),
    view(ALICE, lock={"holders": [], "expiresAfter": {"microseconds": "x"}}),
)


@pytest.mark.parametrize("value", BAD)
def test_what_cannot_be_read_is_told_and_left_out(value: Any) -> None:
    found = only(created(0, 1, value))
    assert (found.created, found.movements, len(found.doubts)) == ((), (), 1)


def test_a_view_that_failed_is_told() -> None:
    (doubt,) = only(created(0, 1, None, failure="no view")).doubts
    assert doubt.reason == "no view"


@pytest.mark.parametrize(
    "at,after,end",
    [
        (None, None, None),
        ("2026-01-02T00:00:00Z", None, "2026-01-02T00:00:00Z"),
        (None, {"microseconds": "1000000"}, "2026-01-01T00:00:01Z"),
        ("2026-01-02T00:00:00Z", {"microseconds": "1000000"}, "2026-01-01T00:00:01Z"),
        ("2026-01-01T00:00:00.5Z", {"microseconds": "1000000"}, "2026-01-01T00:00:00.500Z"),
    ],
)
def test_of_two_ends_of_a_lock_the_earlier_counts(at: Any, after: Any, end: Any) -> None:
    lock = {"holders": [BOB], "expiresAt": at, "expiresAfter": after, "context": None}
    (holding,) = only(created(0, 1, view(ALICE, lock=lock))).created
    assert holding.lock is not None
    assert (holding.lock.expires_at and str(holding.lock.expires_at)) == end


SEIZURE = (
    exercised(0, 1, "Token_Seize", last=2, result={"meta": REASON}),
    created(1, 2, view(ADMIN, "4.0")),
    created(2, 3, view(ALICE, "6.0")),
)


def test_a_seizure_is_forced() -> None:
    found = history.changes(transaction(*SEIZURE), known(1, ALICE, "10.0"))
    assert told(found.movements) == [
        ("alice", "forced", "-4.0", "0.0", "because"),
        ("admin", "forced", "4.0", "0.0", "because"),
    ]
    assert [each.counterparty for each in found.movements] == [ADMIN, ALICE]


def test_a_forced_transfer_is_forced_for_both() -> None:
    """What happens inside, the way through custody included, is one movement each."""
    order = exercised(
        0, 9, "TokenFactory_ForceTransfer", last=5, is_consuming=False, result={"meta": REASON}
    )
    events = (
        order,
        exercised(1, 1, "Token_Seize", last=2),
        created(2, 2, view(ADMIN, "10.0")),
        exercised(3, 2, "Token_Take"),
        exercised(4, 8, "TransferPreapproval_Send", last=5, is_consuming=False),
        created(5, 3, view(BOB, "10.0")),
    )
    found = history.changes(transaction(*events), known(1, ALICE, "10.0"))
    moved = {row for row in told(found.movements) if row[2] != "0.0"}
    assert moved == {
        ("alice", "forced", "-10.0", "0.0", "because"),
        ("bob", "forced", "10.0", "0.0", "because"),
    }


def test_a_freeze_is_told_from_a_lock_and_an_unfreeze_from_its_end() -> None:
    freeze = (
        exercised(0, 1, "Token_Freeze", last=2, result={"meta": REASON}),
        created(1, 2, view(ALICE, "4.0", FROZEN)),
        created(2, 3, view(ALICE, "6.0")),
    )
    found = history.changes(transaction(*freeze), known(1, ALICE, "10.0"))
    assert told(found.movements) == [("alice", "freeze", "0.0", "4.0", "because")]
    frozen: dict[str, Holding] = {each.contract_id: each for each in found.created}
    unfreeze = (
        exercised(0, 2, "Token_Unfreeze", last=2, result={"meta": REASON}),
        created(1, 4, view(ALICE, "1.0")),
        created(2, 5, view(ALICE, "3.0", FROZEN)),
    )
    again = history.changes(transaction(*unfreeze), frozen)
    assert told(again.movements) == [("alice", "unfreeze", "0.0", "-1.0", "because")]


@pytest.mark.parametrize("choice", sorted(history.OURS))
def test_names_of_our_choices_mean_nothing_elsewhere(choice: str) -> None:
    events = (
        exercised(0, 1, choice, last=1, package_name="look-alike"),
        created(1, 2, view(BOB, "10.0"), package="look-alike"),
    )
    found = history.changes(transaction(*events), known(1, ALICE, "10.0"))
    kinds = {each.kind for each in found.movements}
    assert kinds == {MovementKind.TRANSFER_IN, MovementKind.TRANSFER_OUT}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["meta", "values", "transfer", "extraArgs", history.REASON, "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON, JSON, JSON)
def test_no_argument_result_or_view_stops_ingestion(argument: Any, result: Any, seen: Any) -> None:
    choice = exercised(0, 1, "Anything_AtAll", last=1, argument=argument, result=result)
    found = history.changes(transaction(choice, created(1, 2, seen)), known(1, ALICE, "10.0"))
    assert [str(each.delta) for each in found.movements] == ["-10.0"]
    assert isinstance(found.movements[0].memo, str)
    assert contracts.projected(created(0, 3, seen, interfaces=(INSTRUCTION,))) is None


def offered(**more: Any) -> dict[str, Any]:
    transfer = {
        "sender": ALICE,
        "receiver": BOB,
        "amount": "1.0",
        "instrumentId": {"admin": ADMIN, "id": "GOLD"},
        "requestedAt": "2026-01-01T00:00:00Z",
        "executeBefore": "2026-01-02T00:00:00Z",
        "inputHoldingCids": [],
        "meta": {"values": {}},
    }
    return {"originalInstructionCid": None, "transfer": {**transfer, **more}}


def test_an_offer_counts_if_the_admin_signed_it() -> None:
    both = (INSTRUCTION, V1)
    signed = created(0, 1, offered(), interfaces=both, package="foreign-coin")
    assert contracts.projected(signed) is not None
    forged = created(0, 1, offered(), interfaces=both, signatories=(EVIL, ALICE))
    assert contracts.projected(forged) is None
    assert contracts.projected(created(0, 1, offered(amount="much"), interfaces=both)) is None

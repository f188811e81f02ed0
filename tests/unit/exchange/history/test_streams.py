"""Updates out of order, twice, broken, of other kinds: each has its outcome."""

from __future__ import annotations

import pytest

from cantata.exchange.history.errors import (
    MalformedTransaction,
    OutOfOrder,
    TwoSynchronizers,
    UnsupportedUpdate,
)
from cantata.exchange.history.model import IMPORTED_AT, EntryKind
from cantata.exchange.history.state import History, State
from cantata.ledger.model.events import ArchivedEvent
from cantata.ledger.model.updates import Checkpoint, OtherUpdate
from tests.unit.exchange.history.build import (
    BOB,
    ME,
    archived,
    exercised,
    held,
    history,
    meta,
    only,
    update,
)


def test_imports_are_no_deposits() -> None:
    found = history(update(held(0, "mine", "5.0"), at=IMPORTED_AT))
    assert not found.entries
    assert list(found.state.holdings) == ["mine"]


def test_events_out_of_order_are_put_in_order() -> None:
    said = {"meta": meta(tx_kind="transfer", sender=BOB)}
    events = (exercised(0, 2, "Send", result=said), held(1, "mine", "5.0"), archived(2, "theirs"))
    expected = history(update(*events))
    for order in ((2, 0, 1), (1, 2, 0), (2, 1, 0)):
        found = history(update(*(events[index] for index in order)))
        assert found.entries == expected.entries


def test_a_node_twice_is_refused_and_leaves_nothing_behind() -> None:
    found = History(State(ME))
    with pytest.raises(MalformedTransaction) as caught:
        found.add(update(held(0, "a", "5.0"), held(0, "b", "5.0")))
    assert caught.value.node_id == 0
    assert not found.state.holdings
    assert not found.entries


def test_choices_that_overlap_are_refused() -> None:
    with pytest.raises(MalformedTransaction):
        history(update(exercised(0, 2, "A"), exercised(1, 3, "B")))


def test_gaps_are_what_others_may_not_see() -> None:
    said = {"meta": meta(tx_kind="transfer", sender=BOB)}
    entry = only(update(exercised(4, 90, "Send", result=said), held(77, "mine", "5.0")))
    assert entry.kind is EntryKind.TRANSFER_IN


def test_an_update_twice_counts_once() -> None:
    deposit = update(held(0, "mine", "5.0"))
    found = history(deposit, deposit, update(archived(0, "mine"), offset=2))
    assert found.add(deposit) == ()
    assert len(found.entries) == 2
    assert not found.state.holdings


def test_an_update_that_comes_late_is_refused() -> None:
    found = history(update(held(0, "mine", "5.0"), offset=5))
    with pytest.raises(OutOfOrder) as caught:
        found.add(update(held(0, "other", "5.0"), offset=4))
    assert (caught.value.offset, caught.value.last) == (4, 5)


def test_a_second_synchronizer_is_refused() -> None:
    found = history(update(held(0, "mine", "5.0")))
    other = update(held(0, "other", "5.0"), offset=2)
    moved = type(other)(
        **{
            **{name: getattr(other, name) for name in other.__slots__},
            "synchronizer_id": "there::1220",
        }
    )
    with pytest.raises(TwoSynchronizers):
        found.add(moved)


def test_reassignments_are_refused_and_topology_and_checkpoints_ignored() -> None:
    found = History(State(ME))
    assert found.add(OtherUpdate("TopologyTransaction", 3)) == ()
    assert found.add(Checkpoint(4)) == ()
    with pytest.raises(UnsupportedUpdate) as caught:
        found.add(OtherUpdate("Reassignment", 5))
    assert caught.value.kind == "Reassignment"


def test_the_shape_without_choices_gives_the_right_state() -> None:
    gone = ArchivedEvent(
        offset=2,
        node_id=0,
        contract_id="mine",
        template_id="tokens:Tokens:Token",
        package_name="tokens",
        witnesses=(ME,),
    )
    found = history(update(held(0, "mine", "5.0")), update(gone, offset=2))
    assert not found.state.holdings
    assert found.entries[-1].kind is EntryKind.UNRECOGNISED

"""Contract ids bind what the contract is; canonical texts are injective."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.kernel.ids import ContractId, UpdateId
from cantata.lf.model import INT64, TEXT, Type, list_of, optional, textmap
from cantata.lf.runtime.values import GenMap, to_cons
from cantata.sandbox.engine.content import Contents
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.ids import CONTRACT_ID_LENGTH, ContractIds
from cantata.sandbox.engine.parties import PartySets
from cantata.sandbox.engine.transaction.seeds import pack_parties
from tests.unit.engine.samples import con, ref, sample_packages

ALICE, BOB = frozenset({"alice"}), frozenset({"alice", "bob"})


def coin(ids: ContractIds) -> Contract:
    payload = ("alice", Decimal("1.50"), ("memo",), None)
    parties = pack_parties(ALICE) + pack_parties(BOB)
    contract_id = ids.identify(b"\1" * 32, (ref("Coin"), "sample"), payload, parties, 7)
    return Contract(contract_id, ref("Coin"), "sample", payload, ALICE, BOB, 7)


def test_ids_have_the_network_form() -> None:
    contract = coin(ContractIds(Contents(sample_packages()), PartySets()))
    assert len(ContractId(contract.contract_id)) == CONTRACT_ID_LENGTH
    assert contract.contract_id.startswith(f"00{'01' * 32}ca121220")


def test_untouched_contract_is_authentic() -> None:
    ids = ContractIds(Contents(sample_packages()), PartySets())
    assert ids.is_authentic(coin(ids))


@pytest.mark.parametrize(
    "change",
    [
        {"payload": ("alice", Decimal("9.50"), ("memo",), None)},
        {"payload": ("alice", Decimal("1.50"), None, ("memo",))},
        {"template": ref("Maps")},
        {"package_name": "other"},
        {"signatories": BOB},
        {"stakeholders": ALICE},
        {"created_at": 8},
        {"contract_id": "00" + "01" * 32},
        {"contract_id": f"00{'01' * 32}ca121220{'00' * 32}"},
    ],
)
def test_tampered_contract_is_not(change: dict[str, Any]) -> None:
    ids = ContractIds(Contents(sample_packages()), PartySets())
    changed = coin(ids)._replace(**change)
    if changed.template == ref("Maps"):
        changed = changed._replace(payload=({}, GenMap()))
    assert not ids.is_authentic(changed)


def test_update_ids_follow_the_submission() -> None:
    make = ContractIds(Contents(sample_packages()), PartySets()).update_id
    one = make(b"\1" * 32, ALICE, "command", 1)
    assert UpdateId(one) == make(b"\1" * 32, ALICE, "command", 1)
    others = {
        make(b"\2" * 32, ALICE, "command", 1),
        make(b"\1" * 32, BOB, "command", 1),
        make(b"\1" * 32, ALICE, "command2", 1),
        make(b"\1" * 32, ALICE, "command", 2),
    }
    assert len(others | {one}) == 5


def test_text_is_independent_of_insertion_order() -> None:
    contents = Contents(sample_packages())
    type_ = textmap(INT64)
    assert contents.text({"a": 1, "b": 2}, type_) == contents.text({"b": 2, "a": 1}, type_)


def test_recursive_types() -> None:
    value: Any = (None,)
    for _ in range(49):
        value = ((value,),)
    text = Contents(sample_packages()).text(value, con("Nest"))
    assert text == "+" * 49 + "-"


TEXTS = st.lists(st.text(max_size=3), max_size=3)


@given(TEXTS, TEXTS)
def test_different_lists_have_different_texts(one: list[str], other: list[str]) -> None:
    contents = Contents(sample_packages())
    type_: Type = list_of(TEXT)
    texts = [contents.text(to_cons(items), type_) for items in (one, other)]
    assert (texts[0] == texts[1]) == (one == other)


@given(st.data())
def test_different_records_have_different_texts(data: st.DataObject) -> None:
    contents = Contents(sample_packages())
    values = st.tuples(st.none() | st.tuples(st.text(max_size=2)), st.text(max_size=2))
    type_ = con("Pair", optional(TEXT), TEXT)
    one, other = data.draw(values), data.draw(values)
    assert (contents.text(one, type_) == contents.text(other, type_)) == (one == other)

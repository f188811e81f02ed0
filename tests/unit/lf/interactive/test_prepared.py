"""Prepared transactions: bytes and hashes as participants made them."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from cantata.lf.archive.wire import bytes_field, number_field
from cantata.lf.interactive import model
from cantata.lf.interactive.errors import (
    BrokenTree,
    LimitExceeded,
    MalformedMessage,
    NotHashable,
    UnknownField,
)
from cantata.lf.interactive.hashing import HashingScheme, prepared_hash
from cantata.lf.interactive.prepared_wire import decode_prepared, encode_prepared
from cantata.lf.interactive.tree import tree_of
from tests.unit.lf.interactive.recorded import GOLDEN_HASH, golden, recorded
from tests.unit.lf.interactive.samples import create, transfer, with_metadata, with_nodes

V2 = HashingScheme.HASHING_SCHEME_VERSION_V2
V3 = HashingScheme.HASHING_SCHEME_VERSION_V3


def test_recorded_transactions_are_read_and_written_as_they_were(shared_data: Path) -> None:
    rows = recorded(shared_data)
    same = [row.name for row in rows if encode_prepared(row.prepared) == row.data]
    assert len(rows) >= 82
    assert same == [row.name for row in rows]


def test_recorded_transactions_have_their_recorded_hash(shared_data: Path) -> None:
    rows = recorded(shared_data)
    same = [row.name for row in rows if prepared_hash(row.prepared, row.scheme) == row.hash]
    assert same == [row.name for row in rows]
    assert {row.scheme for row in rows} == {V2, V3}


def test_the_golden_transaction_has_its_hash(shared_data: Path) -> None:
    data = golden(shared_data)
    prepared = decode_prepared(data)
    assert encode_prepared(prepared) == data
    assert b64encode(prepared_hash(prepared)).decode() == GOLDEN_HASH


def test_a_made_transaction_comes_back() -> None:
    assert decode_prepared(encode_prepared(transfer())) == transfer()


@pytest.mark.parametrize("number", [3, 99, 1_000])
def test_unknown_fields_are_refused(number: int) -> None:
    data = encode_prepared(transfer())
    with pytest.raises(UnknownField) as caught:
        decode_prepared(data + bytes_field(number, b"x"))
    assert caught.value.number == number


def test_unknown_fields_deep_inside_are_refused() -> None:
    metadata = number_field(1, 7)
    transaction = bytes_field(1, b"2.1")
    data = bytes_field(1, transaction) + bytes_field(2, metadata)
    with pytest.raises(UnknownField) as caught:
        decode_prepared(data)
    assert (caught.value.message_name, caught.value.number) == ("Metadata", 1)


def test_a_field_that_comes_twice_is_refused() -> None:
    data = encode_prepared(transfer())
    with pytest.raises(MalformedMessage, match="twice"):
        decode_prepared(data + data)


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x0a", b"\x0a\x05ab", b"\x0a\x00", b"\xff" * 12])
def test_what_is_no_transaction_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedMessage):
        decode_prepared(data)


def test_too_much_is_refused() -> None:
    with pytest.raises(LimitExceeded):
        decode_prepared(encode_prepared(transfer()), limit=10)


def test_the_order_of_nodes_and_seeds_does_not_count() -> None:
    prepared = transfer()
    transaction = replace(
        prepared.transaction,
        nodes=tuple(reversed(prepared.transaction.nodes)),
        node_seeds=tuple(reversed(prepared.transaction.node_seeds)),
    )
    other = replace(prepared, transaction=transaction)
    assert prepared_hash(other) == prepared_hash(prepared)


def test_what_is_not_signed_does_not_change_the_hash() -> None:
    prepared = transfer()
    given = prepared.metadata.input_contracts[0]
    other = with_metadata(prepared, input_contracts=(replace(given, event_blob=b"x"),))
    assert prepared_hash(other) == prepared_hash(prepared)


def test_only_v3_signs_the_time_until_which_it_may_be_recorded() -> None:
    prepared = transfer()
    other = with_metadata(prepared, max_record_time=5)
    assert prepared_hash(other, V2) == prepared_hash(prepared, V2)
    assert prepared_hash(other, V3) != prepared_hash(prepared, V3)


@pytest.mark.parametrize(
    "changes",
    [
        {"submitter": model.SubmitterInfo(("x",), "command-1")},
        {"submitter": model.SubmitterInfo(transfer().metadata.submitter.act_as, "other")},
        {"synchronizer_id": "other"},
        {"mediator_group": 1},
        {"transaction_uuid": "other"},
        {"preparation_time": 1},
        {"input_contracts": ()},
        {"min_ledger_effective_time": 0},
        {"max_ledger_effective_time": 0},
    ],
)
def test_everything_signed_changes_the_hash(changes: dict[str, object]) -> None:
    changed = with_metadata(transfer(), **changes)
    for scheme in (V2, V3):
        assert prepared_hash(changed, scheme) != prepared_hash(transfer(), scheme)


def _tree(**changes: object) -> model.DamlTransaction:
    return replace(transfer().transaction, **changes)  # type: ignore[arg-type]


_NODES = transfer().transaction.nodes
_SEEDS = transfer().transaction.node_seeds


@pytest.mark.parametrize(
    "broken,reason",
    [
        (_tree(roots=("0", "0")), "two places"),
        (_tree(roots=("0", "1")), "two places"),
        (_tree(roots=("7",)), "no node"),
        (_tree(roots=("1",)), "no root leads"),
        (_tree(roots=()), "no root leads"),
        (_tree(nodes=(*_NODES, _NODES[0])), "two nodes"),
        (_tree(nodes=(_NODES[0],)), "no node '1'"),
        (_tree(nodes=(*_NODES, model.Node("00", _NODES[1].action))), "no id"),
        (_tree(nodes=(*_NODES, model.Node("-1", _NODES[1].action))), "no id"),
        (_tree(nodes=(*_NODES, model.Node("9", model.Rollback(("9",))))), "no root leads"),
        (_tree(node_seeds=(*_SEEDS, _SEEDS[0])), "two seeds"),
        (_tree(node_seeds=(*_SEEDS, model.NodeSeed(9, b"x" * 32))), "creates and exercises"),
        (_tree(node_seeds=(model.NodeSeed(0, b"x"),)), "32"),
    ],
)
def test_nodes_that_form_no_tree_are_refused(broken: model.DamlTransaction, reason: str) -> None:
    with pytest.raises(BrokenTree, match=reason):
        tree_of(broken)


def test_a_missing_seed_is_refused() -> None:
    prepared = replace(transfer(), transaction=_tree(node_seeds=_SEEDS[:1]))
    with pytest.raises(NotHashable, match="node 1 has no seed"):
        prepared_hash(prepared)


def test_a_key_cannot_be_left_out_of_a_signature() -> None:
    keyed = replace(create("00" + "03" * 32, "x"), key=model.KeyWithMaintainers(None, ()))
    with pytest.raises(NotHashable, match="V3"):
        prepared_hash(with_nodes(transfer(), model.Node("1", keyed)), V2)
    with pytest.raises(NotHashable, match="incomplete"):
        prepared_hash(with_nodes(transfer(), model.Node("1", keyed)), V3)


def test_a_chain_of_a_hundred_thousand_nodes_is_hashed() -> None:
    size = 100_000
    nodes = [model.Node(str(i), model.Rollback((str(i + 1),))) for i in range(size)]
    nodes.append(model.Node(str(size), create("00" + "03" * 32, "x")))
    transaction = model.DamlTransaction(
        "2.1", ("0",), tuple(nodes), (model.NodeSeed(size, b"x" * 32),)
    )
    assert len(prepared_hash(replace(transfer(), transaction=transaction))) == 32

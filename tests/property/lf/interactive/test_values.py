"""Values survive their bytes in both dialects, and no two of them hash alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.lf.interactive import values as v
from cantata.lf.interactive.errors import InteractiveError, LimitExceeded
from cantata.lf.interactive.hashing.value import encoded
from cantata.lf.interactive.intent.arguments import mismatches
from cantata.lf.interactive.protobuf import Budget
from cantata.lf.interactive.value_wire import API, STORED, ValueWire
from cantata.lf.interactive.values import NESTING_MAX, Value, rebuilt, replaced, walk
from tests.property.lf.interactive.values import nested

WIRE = ValueWire(API)
STORE = ValueWire(STORED)


@given(nested(typed=True))
def test_values_of_the_ledger_api_come_back(value: Value) -> None:
    assert WIRE.decode(WIRE.encode(value), Budget()) == value


@given(nested(typed=False))
def test_values_of_blobs_come_back(value: Value) -> None:
    assert STORE.decode(STORE.encode(value), Budget()) == value


@given(nested(typed=True), nested(typed=True))
def test_two_values_hash_alike_only_if_they_are_equal(left: Value, right: Value) -> None:
    assert (encoded(left) == encoded(right)) == (left == right)


@given(nested(typed=True), nested(typed=True))
def test_a_value_matches_itself_and_no_other(left: Value, right: Value) -> None:
    assert mismatches(left, left) == []
    if encoded(left) != encoded(right):
        assert mismatches(left, right) or _nameless(left) != left


def _nameless(value: Value) -> Value:
    """Give a value that only equals itself if it has all names."""
    for item in walk(value):
        match item:
            case v.Record(None, _) | v.Variant(None, _, _) | v.Enum(None, _):
                return v.Text("nameless")
            case v.Record(_, fields) if any(label is None for label, _ in fields):
                return v.Text("nameless")
    return value


@given(nested(typed=True))
def test_rebuilding_changes_nothing(value: Value) -> None:
    assert rebuilt(value, list(value.parts)) == value
    absent: Value = v.Text("not in there, since it is longer than eight")
    assert replaced(value, {absent: v.Unit()}) == value


@given(nested(typed=True), st.data())
def test_mutated_bytes_are_read_or_refused(value: Value, data: st.DataObject) -> None:
    raw = bytearray(WIRE.encode(value))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    try:
        again = WIRE.decode(bytes(raw), Budget())
    except InteractiveError:
        return
    WIRE.encode(again)
    encoded(again)


def test_values_nest_a_hundred_times_and_no_more() -> None:
    deep: Value = v.Unit()
    for _ in range(NESTING_MAX):
        deep = v.Record(None, ((None, deep),))
    assert WIRE.decode(WIRE.encode(deep), Budget()) == deep
    too_deep = v.Optional(deep)
    with pytest.raises(LimitExceeded):
        WIRE.encode(too_deep)

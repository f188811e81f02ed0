"""Random types over random packages: run-time values, values that travel, bytes, JSON agree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cantata.lf.codec import JsonCodec
from cantata.lf.codec.errors import NotSerializable, TypeTooLarge
from cantata.lf.interactive.errors import InteractiveError
from cantata.lf.interactive.intent.arguments import mismatches
from cantata.lf.interactive.protobuf import Budget
from cantata.lf.interactive.typed import TypedValues
from cantata.lf.interactive.value_wire import API, STORED, ValueWire
from cantata.lf.interactive.values import Optional, Record, Value, walk
from cantata.testing import strategies
from tests.property.lf.codec.random_packages import packages, types
from tests.property.lf.interactive.values import nested

SIZES = strategies.Sizes(depth_max=6, items_max=2)
WIRES = (ValueWire(API), ValueWire(STORED))


@given(st.data())
def test_values_come_back_through_both_formats(data: st.DataObject) -> None:
    world = data.draw(packages())
    type_ = data.draw(types(()))
    try:
        found = strategies.values(world, type_, sizes=SIZES)
    except strategies.NoSmallValue:
        return
    value = data.draw(found)
    typed = TypedValues(world)
    written = typed.to_value(value, type_)
    for wire in WIRES:
        assert typed.from_value(wire.decode(wire.encode(written), Budget()), type_) == value
    assert not any(_ends_in_none(item) for item in walk(written))


@given(st.data())
def test_json_as_sent_is_recognized(data: st.DataObject) -> None:
    world = data.draw(packages())
    type_ = data.draw(types(()))
    try:
        found = strategies.values(world, type_, sizes=SIZES)
    except strategies.NoSmallValue:
        return
    value = data.draw(found)
    travelling = TypedValues(world).to_value(value, type_)
    if not any(_is_nested_none(item) for item in walk(travelling)):
        assert mismatches(JsonCodec(world).encode(value, type_), travelling) == []


@given(st.data(), nested(typed=True))
def test_values_of_no_such_type_are_refused(data: st.DataObject, value: Value) -> None:
    world = data.draw(packages())
    type_ = data.draw(types(()))
    typed = TypedValues(world)
    try:
        decoded = typed.from_value(value, type_)
    except (InteractiveError, NotSerializable, TypeTooLarge):
        return
    assert typed.from_value(typed.to_value(decoded, type_), type_) == decoded


def _ends_in_none(value: Value) -> bool:
    return (
        isinstance(value, Record) and bool(value.fields) and value.fields[-1][1] == Optional(None)
    )


def _is_nested_none(value: Value) -> bool:
    """Tell whether there may be an absent Optional of an Optional, whose JSON is an empty list."""
    return value == Optional(None)

"""Random types over random packages: what the codec writes it reads back unchanged."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cantata.lf.codec import JsonCodec, ValueRefused, dumps, loads
from cantata.lf.model import Packages, Type
from cantata.testing import strategies
from tests.property.lf.codec.random_packages import packages, types


@given(st.data())
def test_what_is_written_is_read_back(data: st.DataObject) -> None:
    world = data.draw(packages())
    type_ = data.draw(types(()))
    try:
        values = strategies.values(world, type_, sizes=strategies.Sizes(depth_max=6, items_max=2))
    except strategies.NoSmallValue:
        return
    value = data.draw(values)
    codec = JsonCodec(world)
    written = codec.encode(value, type_)
    assert codec.decode(loads(dumps(written)), type_) == value


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.decimals(allow_nan=False, allow_infinity=False),
        st.text(max_size=8),
        st.sampled_from(["tag", "value", "f0", "42", "1.5", "2024-02-29", "alice::1220"]),
    ),
    lambda smaller: st.one_of(
        st.lists(smaller, max_size=3),
        st.dictionaries(st.sampled_from(["f0", "f1", "tag", "value", "x"]), smaller, max_size=4),
    ),
    max_leaves=12,
)


@given(packages(), types(()), JSON)
def test_any_json_is_read_or_refused(world: Packages, type_: Type, json_data: Any) -> None:
    codec = JsonCodec(world)
    try:
        value = codec.decode(json_data, type_, root="choiceArgument")
    except ValueRefused as refusal:
        error = refusal
    else:
        assert codec.decode(codec.encode(value, type_), type_) == value
        return
    assert error.path.startswith("choiceArgument")
    assert error.code in ("INVALID_ARGUMENT", "COMMAND_PREPROCESSING_FAILED")

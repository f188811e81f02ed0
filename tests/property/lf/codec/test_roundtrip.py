"""Random types over random packages: what the codec writes it reads back unchanged."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cantata.lf.codec import JsonCodec, ValueRefused, dumps, loads
from cantata.lf.model import (
    BOOL,
    DATE,
    INT64,
    PARTY,
    TEXT,
    TIMESTAMP,
    UNIT,
    DataCons,
    DefDataType,
    DefTypeSyn,
    EnumType,
    KStar,
    Module,
    Package,
    Packages,
    Record,
    Ref,
    TCon,
    TSyn,
    TVar,
    Type,
    Variant,
    apply,
    contract_id,
    genmap,
    list_of,
    numeric,
    optional,
    textmap,
)
from cantata.testing import strategies

PACKAGE = "a" * 64
MODULE = "Random"
NAMES = ("A", "B", "C", "D")
NAME_MAX = 4

SCALARS = st.one_of(
    st.sampled_from([UNIT, BOOL, INT64, DATE, TIMESTAMP, PARTY, TEXT, contract_id(UNIT)]),
    st.integers(0, 37).map(numeric),
)


def types(variables: tuple[str, ...]) -> st.SearchStrategy[Type]:
    """Types over the data types A to D (one parameter each), a synonym and the variables."""

    def larger(smaller: st.SearchStrategy[Type]) -> st.SearchStrategy[Type]:
        return st.one_of(
            smaller.map(optional),
            smaller.map(list_of),
            smaller.map(textmap),
            st.builds(genmap, smaller, smaller),
            st.builds(
                lambda name, arg: apply(TCon(ref(name)), arg), st.sampled_from(NAMES), smaller
            ),
            smaller.map(lambda arg: TSyn(ref("Maybe"), (arg,))),
        )

    leaves = [SCALARS, *(st.just(TVar(name)) for name in variables)]
    return st.recursive(st.one_of(leaves), larger, max_leaves=4)


def ref(name: str) -> Ref:
    return Ref(PACKAGE, MODULE, name)


@st.composite
def packages(draw: st.DrawFn) -> Packages:
    """Four data types with one parameter, which may refer to each other and to themselves."""
    data_types = {}
    for name in NAMES:
        parts = draw(st.lists(types(("a",)), min_size=1, max_size=NAME_MAX))
        named = tuple((f"f{index}", part) for index, part in enumerate(parts))
        forms: list[DataCons] = [
            Record(named),
            Variant(named),
            EnumType(tuple(field for field, _ in named)),
        ]
        cons = draw(st.sampled_from(forms))
        data_types[name] = DefDataType(
            name=name, params=(("a", KStar()),), serializable=True, cons=cons
        )
    synonyms = {
        "Maybe": DefTypeSyn(name="Maybe", params=(("x", KStar()),), type=optional(TVar("x")))
    }
    module = Module(name=MODULE, data_types=data_types, synonyms=synonyms)
    return Packages(
        [
            Package(
                id=PACKAGE,
                name="random",
                version="1.0.0",
                lf_minor="1",
                modules={MODULE: module},
                imports=frozenset(),
            )
        ]
    )


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

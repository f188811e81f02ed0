"""Random packages of data types, and random types over them."""

from __future__ import annotations

from hypothesis import strategies as st

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

PACKAGE = "a" * 64
MODULE = "Random"
NAMES = ("A", "B", "C", "D")
NAME_MAX = 4

SCALARS = st.one_of(
    st.sampled_from(
        [
            UNIT,
            BOOL,
            INT64,
            DATE,
            TIMESTAMP,
            PARTY,
            TEXT,
            contract_id(UNIT),
            TCon(Ref(PACKAGE, MODULE, "Color")),
        ]
    ),
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
    """Four data types with one parameter, which refer to each other at will, and an enum."""
    data_types = {}
    for name in NAMES:
        parts = draw(st.lists(types(("a",)), min_size=1, max_size=NAME_MAX))
        named = tuple((f"f{index}", part) for index, part in enumerate(parts))
        forms: list[DataCons] = [
            Record(named),
            Variant(named),
        ]
        cons = draw(st.sampled_from(forms))
        data_types[name] = DefDataType(
            name=name, params=(("a", KStar()),), serializable=True, cons=cons
        )
    data_types["Color"] = DefDataType(
        name="Color", serializable=True, cons=EnumType(("Red", "Green"))
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

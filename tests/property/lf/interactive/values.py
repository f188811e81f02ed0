"""Random values as they travel."""

from __future__ import annotations

from hypothesis import strategies as st

from cantata.lf.interactive import values as v
from cantata.lf.interactive.value_wire.dialect import DATE_MAX, DATE_MIN, TIME_MAX, TIME_MIN
from cantata.lf.interactive.values import Value

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True)
identifiers = st.builds(v.Identifier, names, names, names)
contract_ids = st.binary(min_size=32, max_size=40).map(lambda raw: "00" + raw.hex())
numerics = st.from_regex(r"-?(0|[1-9][0-9]{0,20})\.[0-9]{0,10}", fullmatch=True)

scalars: st.SearchStrategy[Value] = st.one_of(
    st.just(v.Unit()),
    st.booleans().map(v.Bool),
    st.integers(-(2**63), 2**63 - 1).map(v.Int64),
    st.integers(DATE_MIN, DATE_MAX).map(v.Date),
    st.integers(TIME_MIN, TIME_MAX).map(v.Timestamp),
    numerics.map(v.Numeric),
    texts.map(v.Party),
    texts.map(v.Text),
    contract_ids.map(v.ContractId),
)


def nested(*, typed: bool) -> st.SearchStrategy[Value]:
    """Values of any depth; with names of types and labels, or without."""
    ids = st.none() | identifiers if typed else st.none()
    labels = st.none() | names if typed else st.none()

    def around(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
        lists = st.lists(inner, max_size=3).map(tuple)
        return st.one_of(
            st.builds(v.Optional, st.none() | inner),
            lists.map(v.List),
            st.lists(st.tuples(texts, inner), max_size=3).map(lambda e: v.TextMap(tuple(e))),
            st.lists(st.tuples(inner, inner), max_size=3).map(lambda e: v.GenMap(tuple(e))),
            st.builds(v.Record, ids, st.lists(st.tuples(labels, inner), max_size=3).map(tuple)),
            st.builds(v.Variant, ids, names, inner),
            st.builds(v.Enum, ids, names),
        )

    return st.recursive(scalars, around, max_leaves=20)

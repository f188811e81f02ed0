"""Values and symbols on their way to disk and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.lf.model import Ref
from cantata.lf.runtime.values import GenMap, to_cons
from cantata.sandbox.store.symbols import Symbols
from cantata.sandbox.store.tokens import NUL, SEPARATOR
from cantata.sandbox.store.values import decode, encode

texts = st.one_of(
    st.text(),
    st.text("\0\1sx01"),
    st.sampled_from(["alice", "bob", "N", "T", "(2", "p0", "{1,2", "\ud800"]),
)
atoms = st.one_of(
    st.none(), st.booleans(), st.integers(), texts, st.binary(), st.decimals(allow_nan=False)
)


def _nest(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(texts, inner, max_size=3),
        st.lists(st.tuples(inner, inner), max_size=3).map(
            lambda pairs: GenMap(tuple(key for key, _ in pairs), tuple(item for _, item in pairs))
        ),
    )


values = st.recursive(atoms, _nest, max_leaves=20)


def _same(left: Any, right: Any) -> bool:
    """Equal with equal types and exponents, which == does not tell."""
    return repr(left) == repr(right)


@given(values, st.lists(texts, unique=True, max_size=5))
def test_values_come_back_as_they_were(value: Any, known: list[str]) -> None:
    symbols = Symbols()
    for text in known:
        symbols.text(text)
    assert _same(decode(encode(value, symbols), symbols), value) or _unordered(value)


def _unordered(value: Any) -> bool:
    """Tell whether a dict comes back in another order, which no reader may depend on."""
    symbols = Symbols()
    once = decode(encode(value, symbols), symbols)
    return bool(once == value) and encode(once, symbols) == encode(value, symbols)


@given(values)
def test_records_never_hold_the_separator(value: Any) -> None:
    text = encode(("s", value, ""), Symbols())
    assert SEPARATOR not in text
    assert not text.startswith(NUL)
    assert not text.endswith(NUL)


def test_equal_maps_give_equal_text() -> None:
    one, other = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    assert encode(one, Symbols()) == encode(other, Symbols())


def test_long_lists_need_no_stack() -> None:
    cells = to_cons(range(200_000))
    symbols = Symbols()
    found = decode(encode(cells, symbols), symbols)
    for number in range(200_000):
        head, found = found
        assert head == number
    assert found == ()


def test_scale_of_decimals_is_kept() -> None:
    value = Decimal("1.5000000000")
    found = decode(encode(value, Symbols()), Symbols())
    assert str(found) == "1.5000000000"


@pytest.mark.parametrize("value", [[1], {1, 2}, object(), 1.5])
def test_other_things_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="can be stored"):
        encode((value,), Symbols())


@pytest.mark.parametrize("text", ["", "(2\0N", "N\0N", "z", "d1x", "(1"])
def test_broken_texts_are_refused(text: str) -> None:
    with pytest.raises((ValueError, LookupError, ArithmeticError)):
        decode(text, Symbols())


def test_symbols_are_learned_as_they_were_given() -> None:
    writer, reader = Symbols(), Symbols()
    ref = Ref("p", "M", "T")
    tokens = [writer.parties(frozenset(("b", "a"))), writer.ref(ref), writer.text("a\0b")]
    written = writer.take_fresh()
    assert written is not None
    assert writer.take_fresh() is None
    reader.learn(*decode(written, reader))
    reader.learn(*decode(written, reader))
    assert [reader.atom(token) for token in tokens] == [frozenset(("a", "b")), ref, "a\0b"]
    assert reader.texts == writer.texts


def test_missing_symbols_are_noticed() -> None:
    with pytest.raises(ValueError, match="missing"):
        Symbols().learn(5, ("x",))

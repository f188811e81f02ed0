"""Functions give the same as plain Python and as Daml-LF: values, and which failure comes first."""

from __future__ import annotations

import inspect
import types
import typing
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cantata.lang import Decimal, Enum, Party, Record, TextMap
from tests.unit.lang.lower.cases import pure
from tests.unit.lang.lower.running import Twin

NAMES = [name for name, each in vars(pure).items() if hasattr(each, "__wrapped__")]

_INTS = st.one_of(
    st.integers(-5, 12),
    st.integers(-200, 200),
    st.sampled_from([-(2**63), 2**63 - 1, 2**62, 3_000_000_000]),
)
_UNITS = st.one_of(
    st.integers(-30, 30).map(lambda number: number * 5 * 10**9),
    st.integers(-(10**12), 10**12),
    st.sampled_from([10**38 - 1, -(10**38) + 1, 1, -1, 0]),
)
_TEXTS = st.one_of(
    st.sampled_from(["", "a", "b", "key", "12", "-3", "1.50", "+7", "00", "x𝄞", "é"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
)
_PARTIES = st.sampled_from(["alice", "bob::1220ab", "Bank-1"]).map(Party)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Give a strategy for the values of a type of contract code."""
    simple = {int: _INTS, bool: st.booleans(), str: _TEXTS, Party: _PARTIES}
    if hint in simple:
        return simple[hint]
    if hint is Decimal:
        return _UNITS.map(Decimal.from_units)
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is list:
        return st.lists(values_of(args[0]), max_size=5)
    if origin is TextMap:
        return st.dictionaries(_TEXTS, values_of(args[0]), max_size=4).map(TextMap)
    if origin in (typing.Union, types.UnionType):
        options = (st.none() if arg is type(None) else values_of(arg) for arg in args)
        return st.one_of(*options)
    if issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    return _made(hint)


def plain(value: Any) -> str:
    """Show a value with the types and scales that equality does not tell; maps by key."""
    if isinstance(value, dict):
        value = dict(sorted(value.items()))
    return repr(value)


def _made(cls: type[Record]) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(cls)
    return st.builds(cls, **{name: values_of(hint) for name, hint in hints.items()})


@pytest.fixture(scope="module")
def twin() -> Twin:
    return Twin(pure)


@pytest.mark.parametrize("name", NAMES)
def test_python_and_lf_agree(twin: Twin, name: str) -> None:
    function = getattr(pure, name)
    hints = typing.get_type_hints(function)
    parameters = [values_of(hints[each]) for each in inspect.signature(function).parameters]

    @settings(
        max_examples=60,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.tuples(*parameters))
    def agree(arguments: tuple[Any, ...]) -> None:
        python, compiled = twin.outcomes(name, arguments)
        assert python == compiled
        assert plain(python) == plain(compiled)

    agree()

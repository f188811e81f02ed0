"""Functions give the same as plain Python and as Daml-LF: values, and which failure comes first."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable
from decimal import Context
from decimal import Decimal as StdDecimal
from random import Random
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cantata.kernel.arithmetic import DamlArithmeticError
from cantata.lang import Date, Decimal, Enum, Party, Record, RelTime, TextMap, Time
from cantata.lf.runtime.errors import FailureStatus
from tests.unit.lang.lower.cases import lists, pure, shapes, times
from tests.unit.lang.lower.running import Twin

MODULES = (pure, lists, shapes, times)
CASES = [
    pytest.param(module, name, id=name)
    for module in MODULES
    for name, each in vars(module).items()
    if hasattr(each, "__wrapped__")
]

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
_DAYS = st.sampled_from([-719_162, 2_932_896, 0, 19_000]) | st.integers(-719_162, 2_932_896)
_MICROS = st.sampled_from(
    [-62_135_596_800_000_000, 253_402_300_799_999_999, 0, 1, 1_500_000, 86_400_000_000]
) | st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999)
_SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    int: _INTS,
    bool: st.booleans(),
    str: _TEXTS,
    Party: _PARTIES,
    Decimal: _UNITS.map(Decimal.from_units),
    Date: _DAYS.map(Date),
    Time: _MICROS.map(Time),
    RelTime: (_INTS | _MICROS).map(RelTime),
}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Give a strategy for the values of a type of contract code."""
    if hint in _SIMPLE:
        return _SIMPLE[hint]
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
def twins() -> dict[ModuleType, Twin]:
    return {module: Twin(module) for module in MODULES}


@pytest.mark.parametrize("module, name", CASES)
def test_python_and_lf_agree(twins: dict[ModuleType, Twin], module: ModuleType, name: str) -> None:
    twin, function = twins[module], getattr(module, name)
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


_OPERATIONS = (
    ("added", Decimal.__add__),
    ("subtracted", Decimal.__sub__),
    ("multiplied", Decimal.__mul__),
    ("divided", Decimal.__truediv__),
)


def test_decimal_arithmetic_agrees_on_many_pairs(twins: dict[ModuleType, Twin]) -> None:
    random = Random(20260101)
    evaluate, ref_of = twins[pure].runtime.evaluate, twins[pure].ref
    failures = 0
    for at in range(100_000):
        digits = random.choices(range(1, 39), k=2)
        units = [random.randrange(-(10**count), 10**count) for count in digits]
        a, b = (Decimal.from_units(each) for each in units)
        given = [StdDecimal(each).scaleb(-10, _WIDE) for each in units]
        name, operate = _OPERATIONS[at % len(_OPERATIONS)]
        expected = _outcome(operate, a, b)
        found = _outcome(evaluate, ref_of(name), *given)
        assert found == expected
        failures += isinstance(found, str)
    assert failures > 1_000


def _outcome(compute: Callable[..., Any], *arguments: Any) -> int | str:
    """Give the units of a result of either kind, or the message of the failure."""
    try:
        result = compute(*arguments)
    except (DamlArithmeticError, FailureStatus) as error:
        return error.message
    if isinstance(result, Decimal):
        return result.units
    assert result.as_tuple().exponent == -10
    return int(result.scaleb(10, _WIDE))


_WIDE = Context(prec=60)

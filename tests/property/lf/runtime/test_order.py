"""Order, equality and maps agree with plain Python on plain data."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.lf.runtime.builtins import int64, maps, numeric
from cantata.lf.runtime.errors import NonComparableValues
from cantata.lf.runtime.exceptions import LFThrow
from cantata.lf.runtime.order import compare
from cantata.lf.runtime.values import Fun, GenMap, from_cons, to_cons

INTS = st.integers(-3, 3)
PAIRS = st.lists(st.tuples(INTS, st.text("ab", max_size=2)), max_size=6)


def sign(a: Any, b: Any) -> int:
    return int(a > b) - int(a < b)


@given(st.lists(INTS), st.lists(INTS))
def test_lists_compare_as_python_lists(a: list[int], b: list[int]) -> None:
    assert compare(to_cons(a), to_cons(b)) == sign(a, b)


@given(st.none() | st.tuples(INTS), st.none() | st.tuples(INTS))
def test_none_is_smallest(a: tuple[int] | None, b: tuple[int] | None) -> None:
    assert compare(a, b) == sign((a is not None, a or ()), (b is not None, b or ()))


@given(PAIRS, PAIRS)
def test_maps_compare_as_their_sorted_entries(
    a: list[tuple[int, str]], b: list[tuple[int, str]]
) -> None:
    left, right = {text: n for n, text in a}, {text: n for n, text in b}
    assert compare(left, right) == sign(sorted(left.items()), sorted(right.items()))


@given(PAIRS)
def test_a_genmap_is_a_sorted_dict(entries: list[tuple[int, str]]) -> None:
    genmap, plain = GenMap(), dict[tuple[int, str], int]()
    for at, key in enumerate(entries):
        genmap = maps.genmap_insert(key, at, genmap, compare)
        plain[key] = at
    assert list(genmap.items()) == sorted(plain.items())
    for key in [*entries, (9, "z")]:
        found = maps.genmap_lookup(key, genmap, compare)
        assert found == ((plain[key],) if key in plain else None)
        less = maps.genmap_delete(key, genmap, compare)
        assert list(less.items()) == sorted(item for item in plain.items() if item[0] != key)


@given(st.lists(INTS, max_size=5), st.integers(0, 5))
def test_a_function_anywhere_is_not_comparable(items: list[int], at: int) -> None:
    fun = Fun(1, lambda value: value)
    with_function: list[Any] = [*items]
    with_function.insert(at, fun)
    with pytest.raises(NonComparableValues):
        compare(to_cons(with_function), to_cons(with_function))


def test_a_very_long_list_is_compared() -> None:
    cells = to_cons(range(200_000))
    assert compare(cells, to_cons(range(200_000))) == 0
    assert len(from_cons(cells)) == 200_000


# numbers

DIGITS = st.integers(-(10**38) + 1, 10**38 - 1) | st.integers(-1000, 1000)
SCALE = st.integers(0, 37)


def decimal(digits: int, scale: int) -> Decimal:
    return numeric.from_digits(digits, scale)


def nearest(exact: Fraction, scale: int) -> int | None:
    """Round half to even; None if the result has more than 38 digits."""
    digits = round(exact * 10**scale)
    return digits if abs(digits) < 10**38 else None


def outcome(function: Any, *args: Decimal) -> Decimal | None:
    try:
        result: Decimal = function(*args)
    except LFThrow:
        return None
    assert not (result == 0 and result.is_signed())
    return result


@given(DIGITS, SCALE, DIGITS, SCALE, SCALE)
def test_products_and_quotients_are_rounded_once(a: int, m: int, b: int, n: int, to: int) -> None:
    witness, x, y = decimal(0, to), decimal(a, m), decimal(b, n)
    exact = Fraction(a, 10**m) * Fraction(b, 10**n)
    digits = nearest(exact, to)
    assert outcome(numeric.multiply, witness, x, y) == (
        None if digits is None else decimal(digits, to)
    )
    digits = nearest(Fraction(a, 10**m) / Fraction(b, 10**n), to) if b else None
    assert outcome(numeric.divide, witness, x, y) == (
        None if digits is None else decimal(digits, to)
    )


@given(DIGITS, DIGITS, SCALE)
def test_sums_are_exact(a: int, b: int, scale: int) -> None:
    x, y = decimal(a, scale), decimal(b, scale)
    for function, digits in ((numeric.add, a + b), (numeric.subtract, a - b)):
        expected = decimal(digits, scale) if abs(digits) < 10**38 else None
        result = outcome(function, x, y)
        assert result == expected
        assert result is None or result.as_tuple().exponent == -scale


@given(DIGITS, SCALE, st.integers(-40, 40))
def test_rounding_keeps_the_scale(a: int, scale: int, places: int) -> None:
    result = outcome(lambda value: numeric.round_to(places, value), decimal(a, scale))
    digits: int | None = None
    if scale - 38 < places <= scale:
        coarse = round(Fraction(a, 10**scale) * Fraction(10) ** places)
        exact = coarse * Fraction(10) ** (scale - places)
        digits = int(exact) if abs(exact) < 10**38 else None
    assert result == (None if digits is None else decimal(digits, scale))


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3))
def test_integer_division_truncates(a: int, b: int) -> None:
    if not b or (a, b) == (int64.MIN, -1):
        return
    quotient, rest = int64.divide(a, b), int64.modulo(a, b)
    assert quotient * b + rest == a
    assert quotient == int(Fraction(a, b))
    assert rest == 0 or (rest < 0) == (a < 0)


@given(st.integers(-(2**63), 2**63 - 1), st.sampled_from(["", "+", "0", "000"]))
def test_integers_are_read_back(value: int, prefix: str) -> None:
    text = f"-{prefix.lstrip('+')}{-value}" if value < 0 else f"{prefix}{value}"
    assert int64.from_text(text) == (value,)

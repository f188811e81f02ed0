"""Decimal equals exact rational arithmetic, rounded once and bounded to 38 digits."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cantata.kernel import int64, numeric
from cantata.kernel.arithmetic import DamlArithmeticError
from cantata.kernel.money import Decimal
from cantata.kernel.rounding import Rounding

UNIT = 10**10
LIMIT = 10**38

# All sizes equally often, and the numbers where carries and ties are.
_sized = st.builds(lambda size, number: number % 10**size, st.integers(1, 38), st.integers(0))
_round_numbers = st.builds(
    lambda digit, zeros, nudge: min(LIMIT - 1, digit * 10**zeros + nudge),
    st.integers(1, 99),
    st.integers(0, 37),
    st.integers(-1, 1),
)
_signs = st.sampled_from([1, -1])
units = st.builds(lambda sign, number: sign * number, _signs, _sized | _round_numbers)
decimals = units.map(Decimal.from_units)


def _value(number: Decimal) -> Fraction:
    return Fraction(number.units, UNIT)


def _half_even(exact: Fraction) -> int:
    """Python rounds a Fraction half-even: an oracle that shares nothing with the code."""
    return round(exact)


def _expect(operation: Callable[[], Decimal], exact: Fraction) -> None:
    expected = _half_even(exact * UNIT)
    if abs(expected) < LIMIT:
        assert operation().units == expected
    else:
        with pytest.raises(DamlArithmeticError):
            operation()


@settings(max_examples=10_000)
@given(decimals, decimals)
def test_arithmetic_is_exact_and_rounded_once(left: Decimal, right: Decimal) -> None:
    _expect(lambda: left + right, _value(left) + _value(right))
    _expect(lambda: left - right, _value(left) - _value(right))
    _expect(lambda: left * right, _value(left) * _value(right))
    if right:
        _expect(lambda: left / right, _value(left) / _value(right))


@settings(max_examples=1_000)
@given(decimals, decimals)
def test_order_is_that_of_the_values(left: Decimal, right: Decimal) -> None:
    assert (left < right) == (_value(left) < _value(right))
    assert (left <= right) == (_value(left) <= _value(right))
    assert (left > right) == (_value(left) > _value(right))
    assert (left >= right) == (_value(left) >= _value(right))
    assert (left == right) == (_value(left) == _value(right))
    if left == right:
        assert hash(left) == hash(right)


@given(decimals)
def test_texts_read_back(number: Decimal) -> None:
    assert Decimal(str(number)) == number
    assert Decimal(number.to_wire()) == number
    assert Decimal.from_stdlib(number.to_stdlib()) == number
    assert Fraction(str(number)) == _value(number)
    assert number.to_stdlib().as_tuple().exponent == -10


@given(decimals)
def test_to_int_truncates(number: Decimal) -> None:
    exact = _value(number)
    expected = int(exact)
    if int64.INT64_MIN <= expected <= int64.INT64_MAX:
        assert number.to_int() == expected
    else:
        with pytest.raises(DamlArithmeticError):
            number.to_int()


_STDLIB_MODES = {
    Rounding.HALF_EVEN: decimal.ROUND_HALF_EVEN,
    Rounding.HALF_UP: decimal.ROUND_HALF_UP,
    Rounding.DOWN: decimal.ROUND_DOWN,
    Rounding.UP: decimal.ROUND_UP,
    Rounding.FLOOR: decimal.ROUND_FLOOR,
    Rounding.CEILING: decimal.ROUND_CEILING,
}


@settings(max_examples=1_000)
@given(decimals, st.integers(-27, 10), st.sampled_from(Rounding))
def test_rounding_equals_the_standard_library(
    number: Decimal, digits: int, rounding: Rounding
) -> None:
    with decimal.localcontext(prec=100):
        step = decimal.Decimal(1).scaleb(-digits)
        expected = number.to_stdlib().quantize(step, rounding=_STDLIB_MODES[rounding])
        fits = abs(expected) < decimal.Decimal(10) ** 28
    if fits:
        assert number.round(digits, rounding) == Decimal.from_stdlib(expected)
    else:
        with pytest.raises(DamlArithmeticError):
            number.round(digits, rounding)


@settings(max_examples=1_000)
@given(units, st.integers(0, 37), units, st.integers(0, 37), st.integers(0, 37))
def test_mixed_scales_are_rounded_once(
    left: int, left_scale: int, right: int, right_scale: int, scale: int
) -> None:
    left_value = Fraction(left, 10**left_scale)
    right_value = Fraction(right, 10**right_scale)
    cases = [(numeric.multiply, left_value * right_value)]
    if right:
        cases.append((numeric.divide, left_value / right_value))
    for operation, exact in cases:
        expected = _half_even(exact * 10**scale)
        if abs(expected) < LIMIT:
            assert operation((left, left_scale), (right, right_scale), scale) == expected
        else:
            with pytest.raises(DamlArithmeticError):
                operation((left, left_scale), (right, right_scale), scale)


@given(st.text(alphabet="+-.0123456789e ١", max_size=45))
def test_reading_never_fails_otherwise(text: str) -> None:
    units_read = numeric.parse(text, 10)
    if units_read is not None:
        assert Fraction(text) * UNIT == units_read

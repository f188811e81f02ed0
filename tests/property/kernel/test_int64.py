"""Int64 equals Python's integers where they fit, with division toward zero."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import trunc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cantata.kernel import int64
from cantata.kernel.arithmetic import DamlArithmeticError

_edges = st.sampled_from([int64.INT64_MIN, int64.INT64_MIN + 1, -1, 0, 1, 2, int64.INT64_MAX])
_sized = st.integers(1, 63).flatmap(lambda bits: st.integers(-(2**bits), 2**bits - 1))
numbers = _edges | _sized


def _expect(operation: Callable[[int, int], int], left: int, right: int, exact: int) -> None:
    if int64.INT64_MIN <= exact <= int64.INT64_MAX:
        assert operation(left, right) == exact
    else:
        with pytest.raises(DamlArithmeticError):
            operation(left, right)


@settings(max_examples=2_000)
@given(numbers, numbers)
def test_arithmetic(left: int, right: int) -> None:
    _expect(int64.add, left, right, left + right)
    _expect(int64.subtract, left, right, left - right)
    _expect(int64.multiply, left, right, left * right)
    if right:
        quotient = trunc(Fraction(left, right))
        _expect(int64.divide, left, right, quotient)
        _expect(int64.remainder, left, right, left - quotient * right)
    else:
        for operation in (int64.divide, int64.remainder):
            with pytest.raises(DamlArithmeticError):
                operation(left, right)


@settings(max_examples=500)
@given(st.integers(-20, 20) | numbers, st.integers(-2, 70))
def test_power(base: int, exponent: int) -> None:
    if exponent < 0:
        with pytest.raises(DamlArithmeticError):
            int64.power(base, exponent)
    else:
        _expect(int64.power, base, exponent, base**exponent)


@given(st.sampled_from([-1, 0, 1]), st.integers(0, int64.INT64_MAX))
def test_power_of_a_huge_exponent(base: int, exponent: int) -> None:
    expected = 1 if exponent == 0 or base == 1 or (base and exponent % 2 == 0) else base
    assert int64.power(base, exponent) == expected


@given(numbers)
def test_texts_read_back(number: int) -> None:
    assert int64.parse(str(number)) == number
    assert int64.parse(f"{number:+040}") == number


@given(st.text(alphabet="+-0123456789_ ١", max_size=25))
def test_reading_never_fails_otherwise(text: str) -> None:
    number = int64.parse(text)
    if number is not None:
        assert number == int(text)

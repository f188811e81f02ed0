"""Arithmetic of Numeric n on unscaled integers: 38 digits, n of them after the point.

A number is `units`, its value times ten to the `scale`. Every function gives units within 38 digits
or raises DamlArithmeticError with the engine's text.
"""

from __future__ import annotations

import re

from cantata.kernel.arithmetic import DamlArithmeticError
from cantata.kernel.int64 import INT64_MAX, INT64_MIN
from cantata.kernel.rounding import Rounding, divide_rounded

PRECISION = 38
UNITS_LIMIT: int = 10**PRECISION
_WITNESS = "0.0"
_TEXT = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)
_TENS: tuple[int, ...] = tuple(10**exponent for exponent in range(2 * PRECISION + 1))


def add(left: int, right: int, scale: int) -> int:
    """Add two numbers of one scale, exactly."""
    if -UNITS_LIMIT < left + right < UNITS_LIMIT:
        return left + right
    raise DamlArithmeticError("ADD_NUMERIC", to_text(left, scale), to_text(right, scale))


def subtract(left: int, right: int, scale: int) -> int:
    """Subtract two numbers of one scale, exactly."""
    if -UNITS_LIMIT < left - right < UNITS_LIMIT:
        return left - right
    raise DamlArithmeticError("SUB_NUMERIC", to_text(left, scale), to_text(right, scale))


def multiply(left: tuple[int, int], right: tuple[int, int], scale: int) -> int:
    """Multiply two (units, scale) and round the exact product once, half-even, to `scale`."""
    product = _shift(left[0] * right[0], scale - left[1] - right[1])
    if -UNITS_LIMIT < product < UNITS_LIMIT:
        return product
    raise DamlArithmeticError("MUL_NUMERIC", _WITNESS, to_text(*left), to_text(*right))


def divide(left: tuple[int, int], right: tuple[int, int], scale: int) -> int:
    """Divide two (units, scale) and round the exact quotient once, half-even, to `scale`."""
    if right[0]:
        exponent = scale - left[1] + right[1]
        dividend = left[0] * _TENS[max(exponent, 0)]
        divisor = right[0] * _TENS[max(-exponent, 0)]
        quotient = divide_rounded(dividend, divisor, Rounding.HALF_EVEN)
        if -UNITS_LIMIT < quotient < UNITS_LIMIT:
            return quotient
    raise DamlArithmeticError("DIV_NUMERIC", _WITNESS, to_text(*left), to_text(*right))


def round_to(digits: int, units: int, scale: int, rounding: Rounding) -> int:
    """Round to so many decimals, negative ones before the point; the scale stays as it is.

    `digits` lies in scale - 38 + 1 .. scale, else there is no result.
    """
    if scale - PRECISION < digits <= scale:
        step = _TENS[scale - digits]
        rounded = divide_rounded(units, step, rounding) * step
        if -UNITS_LIMIT < rounded < UNITS_LIMIT:
            return rounded
    raise DamlArithmeticError("ROUND_NUMERIC", str(digits), to_text(units, scale))


def cast(units: int, from_scale: int, to_scale: int) -> int:
    """Change the scale and keep the value; an error if digits would be lost."""
    result = _shift(units, to_scale - from_scale)
    exact = _shift(result, from_scale - to_scale) == units
    if exact and -UNITS_LIMIT < result < UNITS_LIMIT:
        return result
    raise DamlArithmeticError("CAST_NUMERIC", _WITNESS, to_text(units, from_scale))


def from_integer(number: int, scale: int) -> int:
    """Give an integer as units of a scale."""
    units = number * _TENS[scale]
    if -UNITS_LIMIT < units < UNITS_LIMIT:
        return units
    raise DamlArithmeticError("INT64_TO_NUMERIC", _WITNESS, str(number))


def to_integer(units: int, scale: int) -> int:
    """Cut the decimals off; an error if the rest is no Int64."""
    number = divide_rounded(units, _TENS[scale], Rounding.DOWN)
    if INT64_MIN <= number <= INT64_MAX:
        return number
    raise DamlArithmeticError("NUMERIC_TO_INT64", to_text(units, scale))


def to_text(units: int, scale: int) -> str:
    """Print as LF does: trailing zeros stripped, at least one decimal, never an exponent."""
    whole, _, decimals = to_fixed_text(units, scale).partition(".")
    return f"{whole}.{decimals.rstrip('0') or '0'}"


def to_fixed_text(units: int, scale: int) -> str:
    """Print with exactly `scale` decimals, and the point also before none."""
    digits = str(abs(units)).rjust(scale + 1, "0")
    sign = "-" if units < 0 else ""
    return f"{sign}{digits[: len(digits) - scale]}.{digits[len(digits) - scale :]}"


def parse(text: str, scale: int) -> int | None:
    """Read `[+-]?digits[.digits]`; None for anything else and for what does not fit exactly."""
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    sign, whole, decimals = match.groups(default="")
    whole = whole.lstrip("0")
    decimals = decimals.rstrip("0")
    if len(whole) > PRECISION or len(decimals) > scale:
        return None
    units = int(whole + decimals or "0") * _TENS[scale - len(decimals)]
    if units >= UNITS_LIMIT:
        return None
    return -units if sign == "-" else units


def _shift(units: int, exponent: int) -> int:
    """Multiply by a power of ten, rounding half-even when it is negative."""
    if exponent >= 0:
        return units * _TENS[exponent]
    return divide_rounded(units, _TENS[-exponent], Rounding.HALF_EVEN)

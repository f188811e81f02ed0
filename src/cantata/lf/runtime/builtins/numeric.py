"""Built-in functions on Numeric: exact decimals of 38 digits, rounded once and half to even.

A value's scale is its negated exponent, so functions need no types; a witness is a value of the
wanted scale. No result is a negative zero.
"""

from __future__ import annotations

import re
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_05UP,
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    Rounded,
)
from functools import cache
from typing import Final

from cantata.lf.runtime.builtins.int64 import MAX, MIN
from cantata.lf.runtime.exceptions import arg_text, arithmetic_error

PRECISION: Final = 38

_NUMERIC = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)


def _context(precision: int, rounding: str, *signals: type[DecimalException]) -> Context:
    return Context(
        prec=precision,
        rounding=rounding,
        Emin=MIN_EMIN,
        Emax=MAX_EMAX,
        capitals=1,
        clamp=0,
        flags=[],
        traps=[InvalidOperation, DivisionByZero, Overflow, *signals],
    )


_EXACT = _context(PRECISION, ROUND_HALF_EVEN, Rounded)
_LOSSLESS = _context(PRECISION, ROUND_HALF_EVEN, Inexact)
_COARSE = _context(160, ROUND_HALF_EVEN)
_WIDE = _context(160, ROUND_05UP)
_ROUND = _context(PRECISION, ROUND_HALF_EVEN)
_TRUNCATE = _context(PRECISION, ROUND_DOWN)

_exact_add = _EXACT.add
_exact_subtract = _EXACT.subtract
_wide_multiply = _WIDE.multiply
_wide_divide = _WIDE.divide
_quantize = _ROUND.quantize
_exact_quantize = _LOSSLESS.quantize


def add(a: Decimal, b: Decimal) -> Decimal:
    """Add exactly."""
    try:
        return _exact_add(a, b)
    except DecimalException:
        raise arithmetic_error("ADD_NUMERIC", a, b) from None


def subtract(a: Decimal, b: Decimal) -> Decimal:
    """Subtract exactly."""
    try:
        return _exact_subtract(a, b)
    except DecimalException:
        raise arithmetic_error("SUB_NUMERIC", a, b) from None


def multiply(witness: Decimal, a: Decimal, b: Decimal) -> Decimal:
    """Multiply, and round to the scale of the witness."""
    try:
        product = _quantize(_wide_multiply(a, b), witness)
    except DecimalException:
        raise arithmetic_error("MUL_NUMERIC", witness, a, b) from None
    return product or product.copy_abs()


def divide(witness: Decimal, a: Decimal, b: Decimal) -> Decimal:
    """Divide, and round to the scale of the witness.

    The first division keeps 160 digits and never ends in 0 or 5 when it is inexact
    (ROUND_05UP), so the second rounding sees what the exact quotient would show.
    """
    try:
        quotient = _quantize(_wide_divide(a, b), witness)
    except DecimalException:
        raise arithmetic_error("DIV_NUMERIC", witness, a, b) from None
    return quotient or quotient.copy_abs()


@cache
def _unit(digits: int) -> Decimal:
    """Give the least amount with so many decimals; there are few of them."""
    return Decimal((0, (1,), -digits))


def round_to(digits: int, value: Decimal) -> Decimal:
    """Round at a decimal (negative: before the point) and keep the scale."""
    scale = scale_of(value)
    if not scale - PRECISION < digits <= scale:
        raise arithmetic_error("ROUND_NUMERIC", digits, value)
    try:
        coarse = _COARSE.quantize(value, _unit(digits))
        rounded = _exact_quantize(coarse, value)
    except DecimalException:
        raise arithmetic_error("ROUND_NUMERIC", digits, value) from None
    return rounded or rounded.copy_abs()


def cast(witness: Decimal, value: Decimal) -> Decimal:
    """Change the scale without losing a digit."""
    try:
        return _exact_quantize(value, witness)
    except DecimalException:
        raise arithmetic_error("CAST_NUMERIC", witness, value) from None


def shift(witness: Decimal, value: Decimal) -> Decimal:
    """Keep the digits and change the scale."""
    return value.scaleb(scale_of(value) - scale_of(witness), context=_WIDE)


def from_int64(witness: Decimal, value: int) -> Decimal:
    """Give an integer in the scale of the witness."""
    try:
        return _exact_quantize(Decimal(value), witness)
    except DecimalException:
        raise arithmetic_error("INT64_TO_NUMERIC", witness, value) from None


def to_int64(value: Decimal) -> int:
    """Truncate toward zero."""
    whole = int(value.to_integral_value(rounding=ROUND_DOWN, context=_TRUNCATE))
    if not MIN <= whole <= MAX:
        raise arithmetic_error("NUMERIC_TO_INT64", value)
    return whole


def to_text(value: Decimal) -> str:
    """Print without trailing zeros but with at least one decimal."""
    return arg_text(value)


def from_text(witness: Decimal, text: str) -> tuple[Decimal] | None:
    """Read digits with at most one point; None if a digit would be lost."""
    found = _NUMERIC.fullmatch(text)
    if not found:
        return None
    sign, whole, fraction = found.groups()
    whole, fraction = whole.lstrip("0"), (fraction or "").rstrip("0")
    scale = scale_of(witness)
    if len(whole) > PRECISION - scale or len(fraction) > scale:
        return None
    digits = int(whole + fraction.ljust(scale, "0") or "0")
    return (from_digits(-digits if sign == "-" else digits, scale),)


def from_digits(digits: int, scale: int) -> Decimal:
    """Give ``digits / 10**scale`` in that scale."""
    return Decimal(digits).scaleb(-scale, context=_WIDE)


def scale_of(value: Decimal) -> int:
    """Give the scale of a Numeric."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return -exponent

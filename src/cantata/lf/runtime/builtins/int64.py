"""Built-in functions on Int64."""

from __future__ import annotations

import re
from typing import Final

from cantata.lf.runtime.exceptions import arithmetic_error

MIN: Final = -(2**63)
MAX: Final = 2**63 - 1

_INT64 = re.compile(r"[+-]?[0-9]+", re.ASCII)


def add(a: int, b: int) -> int:
    """Add."""
    total = a + b
    if not MIN <= total <= MAX:
        raise arithmetic_error("ADD_INT64", a, b)
    return total


def subtract(a: int, b: int) -> int:
    """Subtract."""
    difference = a - b
    if not MIN <= difference <= MAX:
        raise arithmetic_error("SUB_INT64", a, b)
    return difference


def multiply(a: int, b: int) -> int:
    """Multiply."""
    product = a * b
    if not MIN <= product <= MAX:
        raise arithmetic_error("MUL_INT64", a, b)
    return product


def divide(a: int, b: int) -> int:
    """Divide and truncate toward zero."""
    if not b or (b == -1 and a == MIN):
        raise arithmetic_error("DIV_INT64", a, b)
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def modulo(a: int, b: int) -> int:
    """Give the remainder of `divide`; it has the sign of the dividend."""
    if not b:
        raise arithmetic_error("MOD_INT64", a, b)
    rest = abs(a) % abs(b)
    return -rest if a < 0 else rest


def power(base: int, exponent: int) -> int:
    """Raise to a power that is not negative."""
    if exponent < 0:
        raise arithmetic_error("EXP_INT64", base, exponent)
    if base in (0, 1, -1):
        return int(base ** (exponent if exponent < 2 else 2 + exponent % 2))
    if exponent >= 64:
        raise arithmetic_error("EXP_INT64", base, exponent)
    result = int(base**exponent)
    if not MIN <= result <= MAX:
        raise arithmetic_error("EXP_INT64", base, exponent)
    return result


def from_text(text: str) -> tuple[int] | None:
    """Read an optional sign and digits; None for anything else or out of range."""
    if not _INT64.fullmatch(text):
        return None
    digits = text.lstrip("+-").lstrip("0")
    if len(digits) > 19:
        return None
    value = -int(digits or "0") if text[0] == "-" else int(digits or "0")
    return (value,) if MIN <= value <= MAX else None

"""Checked arithmetic of Int64: results outside 64 bits are errors, division truncates."""

from __future__ import annotations

import re

from cantata.kernel.arithmetic import DamlArithmeticError

INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1
_TEXT = re.compile(r"([+-]?)0*([0-9]{1,19})", re.ASCII)


def add(left: int, right: int) -> int:
    """Add; DamlArithmeticError when the sum does not fit."""
    return _checked(left + right, "ADD_INT64", left, right)


def subtract(left: int, right: int) -> int:
    """Subtract `right` from `left`; DamlArithmeticError when the difference does not fit."""
    return _checked(left - right, "SUB_INT64", left, right)


def multiply(left: int, right: int) -> int:
    """Multiply; DamlArithmeticError when the product does not fit."""
    return _checked(left * right, "MUL_INT64", left, right)


def divide(left: int, right: int) -> int:
    """Divide, truncating toward zero; DamlArithmeticError for a zero divisor and MIN / -1."""
    if right == 0:
        raise DamlArithmeticError("DIV_INT64", str(left), str(right))
    quotient = abs(left) // abs(right)
    return _checked(quotient if (left < 0) == (right < 0) else -quotient, "DIV_INT64", left, right)


def remainder(left: int, right: int) -> int:
    """Give the rest of truncating division, with the dividend's sign; by zero is an error."""
    if right == 0:
        raise DamlArithmeticError("MOD_INT64", str(left), str(right))
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def power(base: int, exponent: int) -> int:
    """Raise to a power; 0 to the 0 is 1; an error for a negative exponent or an overflow."""
    if exponent < 0:
        raise DamlArithmeticError("EXP_INT64", str(base), str(exponent))
    if base in (-1, 0, 1):
        exponent = exponent if exponent < 2 else 2 - exponent % 2
    if exponent > 63:
        raise DamlArithmeticError("EXP_INT64", str(base), str(exponent))
    result: int = base**exponent
    return _checked(result, "EXP_INT64", base, exponent)


def parse(text: str) -> int | None:
    """Read digits with an optional sign; None for anything else and for what does not fit."""
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    number = int("".join(match.groups()))
    return number if INT64_MIN <= number <= INT64_MAX else None


def _checked(result: int, operation: str, left: int, right: int) -> int:
    if INT64_MIN <= result <= INT64_MAX:
        return result
    raise DamlArithmeticError(operation, str(left), str(right))

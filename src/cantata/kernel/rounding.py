"""Rounding of integer quotients, the mode always named at the call."""

from __future__ import annotations

from enum import Enum


class Rounding(Enum):
    """Where a number goes that lies between two neighbours."""

    HALF_EVEN = "half-even"
    """To the nearer one, from the middle to the even one: what Daml does."""

    HALF_UP = "half-up"
    """To the nearer one, from the middle away from zero."""

    DOWN = "down"
    """Toward zero."""

    UP = "up"
    """Away from zero."""

    FLOOR = "floor"
    """To the smaller one."""

    CEILING = "ceiling"
    """To the greater one."""


def divide_rounded(dividend: int, divisor: int, rounding: Rounding) -> int:
    """Divide two integers and round once; the divisor is not zero."""
    negative = (dividend < 0) != (divisor < 0)
    quotient, rest = divmod(abs(dividend), abs(divisor))
    if rest and _goes_away_from_zero(quotient, 2 * rest, abs(divisor), negative, rounding):
        quotient += 1
    return -quotient if negative else quotient


def _goes_away_from_zero(
    quotient: int, twice_rest: int, divisor: int, negative: bool, rounding: Rounding
) -> bool:
    match rounding:
        case Rounding.HALF_EVEN:
            return twice_rest > divisor or (twice_rest == divisor and quotient % 2 == 1)
        case Rounding.HALF_UP:
            return twice_rest >= divisor
        case Rounding.DOWN:
            return False
        case Rounding.UP:
            return True
        case Rounding.FLOOR:
            return negative
        case Rounding.CEILING:
            return not negative

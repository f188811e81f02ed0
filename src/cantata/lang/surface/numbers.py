"""Numbers of contract code, with the semantics of Daml-LF and Python's operators left out."""

from __future__ import annotations

from cantata.kernel import int64
from cantata.kernel.errors import CantataError
from cantata.kernel.money import Decimal
from cantata.kernel.rounding import Rounding
from cantata.lang.surface.values import Int64

__all__ = [
    "Decimal",
    "div",
    "parse_decimal",
    "parse_int",
    "power",
    "rem",
    "round_half_even",
    "to_decimal",
    "to_int",
]


def div(dividend: int, divisor: int) -> int:
    """Divide and cut toward zero; DamlArithmeticError for a zero divisor."""
    return Int64(int64.divide(int(Int64(dividend)), int(Int64(divisor))))


def rem(dividend: int, divisor: int) -> int:
    """Give the rest of `div`, with the dividend's sign; DamlArithmeticError for a zero divisor."""
    return Int64(int64.remainder(int(Int64(dividend)), int(Int64(divisor))))


def power(base: int, exponent: int) -> int:
    """Raise to a power; DamlArithmeticError for a negative exponent or beyond 64 bits."""
    return Int64(int64.power(int(Int64(base)), int(Int64(exponent))))


def round_half_even(number: Decimal, digits: int) -> Decimal:
    """Round to `digits` decimals (-27 to 10), from the middle to the even neighbour."""
    return number.round(digits, Rounding.HALF_EVEN)


def to_int(number: Decimal) -> int:
    """Cut the decimals off; DamlArithmeticError if the rest is beyond 64 bits."""
    return Int64(number.to_int())


def to_decimal(number: int) -> Decimal:
    """Give an int as a Decimal."""
    return Decimal.from_int(Int64(number))


def parse_int(text: str) -> int | None:
    """Read digits with an optional sign; None for anything else."""
    number = int64.parse(text)
    return None if number is None else Int64(number)


def parse_decimal(text: str) -> Decimal | None:
    """Read digits with an optional sign and decimals; None for anything else."""
    try:
        return Decimal(text)
    except CantataError:
        return None

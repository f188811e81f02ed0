"""Decimal: Daml's Numeric 10, the only number that amounts are made of."""

from __future__ import annotations

import decimal
from typing import Final, final

from cantata.kernel import numeric
from cantata.kernel.errors import CantataError
from cantata.kernel.rounding import Rounding

SCALE: Final = 10
"""Decimals after the point; 28 digits stand before it."""

_SHOWN_MAX = 80
_EXACT = decimal.Context(prec=numeric.PRECISION, traps=[decimal.Inexact, decimal.InvalidOperation])


class MalformedDecimal(CantataError):
    """A text or number is no Decimal; field `value` has it, shortened."""

    code = "INVALID_FIELD"

    def __init__(self, value: object) -> None:
        self.value = repr(value)[:_SHOWN_MAX]
        super().__init__(
            f"{self.value} is no decimal number with at most 28 digits before"
            " and 10 after the point",
            hint="write digits with an optional sign and point, such as 12.5",
        )


@final
class Decimal:
    """An immutable decimal number: 38 digits, 10 of them after the point.

    Sums and differences are exact; products and quotients are rounded once, half-even; a result
    that does not fit raises DamlArithmeticError. Operands are Decimals: nothing is converted
    unasked. `Decimal("1.5")` reads a text, `Decimal.from_int(3)` takes an integer.
    """

    __slots__ = ("_units",)
    _units: int

    def __new__(cls, text: str) -> Decimal:
        """Read `[+-]?digits[.digits]`; MalformedDecimal when it is not exactly a Decimal."""
        units = numeric.parse(text, SCALE) if isinstance(text, str) else None
        if units is None:
            raise MalformedDecimal(text)
        return cls.from_units(units)

    @classmethod
    def from_units(cls, units: int) -> Decimal:
        """Make from a whole number of 10⁻¹⁰; MalformedDecimal beyond 38 digits."""
        if type(units) is not int or not -numeric.UNITS_LIMIT < units < numeric.UNITS_LIMIT:
            raise MalformedDecimal(units)
        number = object.__new__(cls)
        object.__setattr__(number, "_units", units)
        return number

    @classmethod
    def from_int(cls, number: int) -> Decimal:
        """Make from an integer; DamlArithmeticError when it has more than 28 digits."""
        if isinstance(number, bool) or not isinstance(number, int):
            raise MalformedDecimal(number)
        return cls.from_units(numeric.from_integer(int(number), SCALE))

    @classmethod
    def from_stdlib(cls, number: decimal.Decimal) -> Decimal:
        """Make from the standard library's decimal of the same value; nothing is rounded."""
        try:
            scaled = number.scaleb(SCALE, _EXACT)
            units = int(scaled) if scaled.adjusted() < numeric.PRECISION else None
        except (ArithmeticError, ValueError):
            raise MalformedDecimal(number) from None
        if units is None or scaled != units:
            raise MalformedDecimal(number)
        return cls.from_units(units)

    @property
    def units(self) -> int:
        """The value as a whole number of 10⁻¹⁰."""
        return self._units

    def to_stdlib(self) -> decimal.Decimal:
        """Give the standard library's decimal with exponent -10, as the LF runtime uses it."""
        return decimal.Decimal(self._units).scaleb(-SCALE, _EXACT)

    def to_int(self) -> int:
        """Cut the decimals off; DamlArithmeticError if the rest is no Int64."""
        return numeric.to_integer(self._units, SCALE)

    def to_wire(self) -> str:
        """Print with all ten decimals, as the JSON Ledger API does."""
        return numeric.to_fixed_text(self._units, SCALE)

    def round(self, digits: int, rounding: Rounding) -> Decimal:
        """Round to `digits` decimals (-27 .. 10, negative ones before the point)."""
        return Decimal.from_units(numeric.round_to(digits, self._units, SCALE, rounding))

    def __str__(self) -> str:
        """Print as LF does: `1.5`, `100.0`."""
        return numeric.to_text(self._units, SCALE)

    def __repr__(self) -> str:
        return f'Decimal("{self}")'

    def __add__(self, other: Decimal) -> Decimal:
        if not isinstance(other, Decimal):
            return NotImplemented
        return Decimal.from_units(numeric.add(self._units, other._units, SCALE))

    def __sub__(self, other: Decimal) -> Decimal:
        if not isinstance(other, Decimal):
            return NotImplemented
        return Decimal.from_units(numeric.subtract(self._units, other._units, SCALE))

    def __mul__(self, other: Decimal) -> Decimal:
        if not isinstance(other, Decimal):
            return NotImplemented
        left, right = (self._units, SCALE), (other._units, SCALE)
        return Decimal.from_units(numeric.multiply(left, right, SCALE))

    def __truediv__(self, other: Decimal) -> Decimal:
        if not isinstance(other, Decimal):
            return NotImplemented
        left, right = (self._units, SCALE), (other._units, SCALE)
        return Decimal.from_units(numeric.divide(left, right, SCALE))

    def __neg__(self) -> Decimal:
        return Decimal.from_units(-self._units)

    def __abs__(self) -> Decimal:
        return Decimal.from_units(abs(self._units))

    def __bool__(self) -> bool:
        return self._units != 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decimal):
            return NotImplemented
        return self._units == other._units

    def __lt__(self, other: Decimal) -> bool:
        if not isinstance(other, Decimal):
            return NotImplemented
        return self._units < other._units

    def __le__(self, other: Decimal) -> bool:
        if not isinstance(other, Decimal):
            return NotImplemented
        return self._units <= other._units

    def __gt__(self, other: Decimal) -> bool:
        if not isinstance(other, Decimal):
            return NotImplemented
        return self._units > other._units

    def __ge__(self, other: Decimal) -> bool:
        if not isinstance(other, Decimal):
            return NotImplemented
        return self._units >= other._units

    def __hash__(self) -> int:
        return hash((Decimal, self._units))

    def __setattr__(self, name: str, value: object) -> None:
        msg = f"a Decimal never changes: {name} cannot be set to {value!r}"
        raise AttributeError(msg)

    def __reduce__(self) -> tuple[type[Decimal], tuple[str]]:
        return Decimal, (str(self),)

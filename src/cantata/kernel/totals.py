"""Total: what Decimals add up to, exactly, however large it is."""

from __future__ import annotations

import decimal
from collections.abc import Iterable
from typing import Final, final

from cantata.kernel import numeric
from cantata.kernel.money import SCALE, Decimal, MalformedDecimal

_EXACT: Final = decimal.Context(
    prec=decimal.MAX_PREC, traps=[decimal.Inexact, decimal.InvalidOperation]
)


@final
class Total:
    """An immutable sum of Decimals, which may have more than their 38 digits.

    A single amount of the ledger fits a Decimal, but nothing bounds what many of them add up to.
    Totals and Decimals are added, subtracted and compared with each other; the result is a
    Total. Equal ones are equal, and have equal hashes, whichever of the two they are.
    """

    __slots__ = ("_units",)
    _units: int

    def __new__(cls, units: int = 0) -> Total:
        """Make from a whole number of 10⁻¹⁰."""
        number = object.__new__(cls)
        object.__setattr__(number, "_units", units)
        return number

    @classmethod
    def of(cls, amounts: Iterable[Decimal | Total]) -> Total:
        """Add amounts up; none are zero."""
        return cls(sum(amount.units for amount in amounts))

    @classmethod
    def from_stdlib(cls, number: decimal.Decimal) -> Total:
        """Make from the standard library's decimal; MalformedDecimal below 10⁻¹⁰."""
        try:
            scaled = number.scaleb(SCALE, _EXACT)
            units = int(scaled)
        except (ArithmeticError, ValueError):
            raise MalformedDecimal(number) from None
        if scaled != units:
            raise MalformedDecimal(number)
        return cls(units)

    @property
    def units(self) -> int:
        """The value as a whole number of 10⁻¹⁰."""
        return self._units

    def to_stdlib(self) -> decimal.Decimal:
        """Give the standard library's decimal with exponent -10."""
        return decimal.Decimal(self._units).scaleb(-SCALE, _EXACT)

    def to_decimal(self) -> Decimal | None:
        """Give the Decimal of the same value; None if it has more digits than one has."""
        fits = -numeric.UNITS_LIMIT < self._units < numeric.UNITS_LIMIT
        return Decimal.from_units(self._units) if fits else None

    def to_wire(self) -> str:
        """Print with all ten decimals, as a Decimal does."""
        return numeric.to_fixed_text(self._units, SCALE)

    def __str__(self) -> str:
        """Print as a Decimal does: `1.5`, `100.0`."""
        return numeric.to_text(self._units, SCALE)

    def __repr__(self) -> str:
        return f"Total({self._units})"

    def __add__(self, other: Decimal | Total) -> Total:
        if not isinstance(other, Decimal | Total):
            return NotImplemented
        return Total(self._units + other.units)

    def __radd__(self, other: Decimal) -> Total:
        return self + other

    def __sub__(self, other: Decimal | Total) -> Total:
        if not isinstance(other, Decimal | Total):
            return NotImplemented
        return Total(self._units - other.units)

    def __rsub__(self, other: Decimal) -> Total:
        return -self + other

    def __neg__(self) -> Total:
        return Total(-self._units)

    def __abs__(self) -> Total:
        return Total(abs(self._units))

    def __bool__(self) -> bool:
        return self._units != 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decimal | Total):
            return NotImplemented
        return self._units == other.units

    def __lt__(self, other: Decimal | Total) -> bool:
        if not isinstance(other, Decimal | Total):
            return NotImplemented
        return self._units < other.units

    def __le__(self, other: Decimal | Total) -> bool:
        if not isinstance(other, Decimal | Total):
            return NotImplemented
        return self._units <= other.units

    def __gt__(self, other: Decimal | Total) -> bool:
        if not isinstance(other, Decimal | Total):
            return NotImplemented
        return self._units > other.units

    def __ge__(self, other: Decimal | Total) -> bool:
        if not isinstance(other, Decimal | Total):
            return NotImplemented
        return self._units >= other.units

    def __hash__(self) -> int:
        return hash((Decimal, self._units))

    def __setattr__(self, name: str, value: object) -> None:
        msg = f"a Total never changes: {name} cannot be set to {value!r}"
        raise AttributeError(msg)

    def __reduce__(self) -> tuple[type[Total], tuple[int]]:
        return Total, (self._units,)


NOTHING: Final = Total()
"""What nothing adds up to."""

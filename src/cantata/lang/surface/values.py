"""Values of contract code in plain Python: checked integers, parties, contract ids."""

from __future__ import annotations

import re
from typing import Generic, NoReturn, Self, TypeVar

from cantata.kernel import int64
from cantata.lang.surface.errors import WrongType

T_co = TypeVar("T_co", covariant=True)

_PARTY = re.compile(r"[A-Za-z0-9:\-_ ]{1,255}")


class Int64(int):
    """An `int` as Daml-LF has it: arithmetic that leaves 64 bits is an error.

    Contract code writes `int`; values become this when they enter a record or a `@function`.
    """

    __slots__ = ()

    def __new__(cls, value: int) -> Self:
        """Take an int within 64 bits; DamlArithmeticError beyond, WrongType for a bool."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise WrongType("int", "a 64-bit integer", value)
        return super().__new__(cls, int64.add(int(value), 0))

    def __add__(self, other: int) -> Int64:
        return Int64(int64.add(int(self), _operand("+", other)))

    def __radd__(self, other: int) -> Int64:
        return Int64(int64.add(_operand("+", other), int(self)))

    def __sub__(self, other: int) -> Int64:
        return Int64(int64.subtract(int(self), _operand("-", other)))

    def __rsub__(self, other: int) -> Int64:
        return Int64(int64.subtract(_operand("-", other), int(self)))

    def __mul__(self, other: int) -> Int64:
        return Int64(int64.multiply(int(self), _operand("*", other)))

    def __rmul__(self, other: int) -> Int64:
        return Int64(int64.multiply(_operand("*", other), int(self)))

    def __neg__(self) -> Int64:
        return Int64(int64.subtract(0, int(self)))

    def __floordiv__(self, other: int) -> NoReturn:
        raise _refused("//", other)

    def __mod__(self, other: int) -> NoReturn:
        raise _refused("%", other)

    def __pow__(self, other: int, modulus: int | None = None) -> NoReturn:
        raise _refused("**", other)

    def __truediv__(self, other: int) -> NoReturn:
        raise _refused("/", other)

    __rfloordiv__ = __floordiv__
    __rmod__ = __mod__
    __rtruediv__ = __truediv__


def _operand(operator: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongType(f"`{operator}` on int", "an int", value)
    return int(value)


def _refused(operator: str, value: object) -> WrongType:
    return WrongType(f"`{operator}`", "no int (use div, rem, power or to_decimal)", value)


class Party(str):
    """A party. `Party("alice::1220…")` makes one for plain runs; contract code has no literals."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Take a text of 1 to 255 letters, digits, `:`, `-`, `_` and spaces; else WrongType."""
        if not isinstance(text, str) or _PARTY.fullmatch(text) is None:
            raise WrongType("Party", "1 to 255 letters, digits, ':', '-', '_' and spaces", text)
        return super().__new__(cls, text)

    def __repr__(self) -> str:
        return f"Party({super().__repr__()})"

    def __str__(self) -> str:
        return str.__str__(self)


class ContractId(str, Generic[T_co]):  # noqa: SLOT000
    """The id of a contract of a template or interface; that of a token is one of a holding."""

    def __repr__(self) -> str:
        return f"ContractId({super().__repr__()})"

    def __str__(self) -> str:
        return str.__str__(self)

    def __format__(self, format_spec: str) -> NoReturn:
        raise WrongType("a text", "Text, int, Decimal, Party, Date or Time", self)

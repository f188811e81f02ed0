"""Values as they arrive from outside when no codec has read them against their type.

They say what they are, not what they are of: a record has fields with or without labels, a variant
and an enum the name of a constructor, a number its own scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar


class Untyped:
    """The root of untyped values."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class UnitArg(Untyped):
    """The unit."""

    def __str__(self) -> str:
        return "ValueUnit"


class Scalar(Untyped):
    """The root of values that hold one thing; `tag` is what error texts call them."""

    __slots__ = ()
    tag: ClassVar[str]
    value: Any

    def __str__(self) -> str:
        return f"Value{self.tag}({self._shown()})"

    def _shown(self) -> str:
        return str(self.value)


@dataclass(frozen=True, slots=True)
class BoolArg(Scalar):
    """A truth value."""

    tag = "Bool"
    value: bool

    def _shown(self) -> str:
        return str(self.value).lower()


@dataclass(frozen=True, slots=True)
class Int64Arg(Scalar):
    """An integer within 64 bits."""

    tag = "Int64"
    value: int


@dataclass(frozen=True, slots=True)
class NumericArg(Scalar):
    """A decimal number of any scale."""

    tag = "Numeric"
    value: Decimal

    def _shown(self) -> str:
        return f"{self.value:f}"


@dataclass(frozen=True, slots=True)
class TextArg(Scalar):
    """A text."""

    tag = "Text"
    value: str


@dataclass(frozen=True, slots=True)
class PartyArg(Scalar):
    """A party."""

    tag = "Party"
    value: str


@dataclass(frozen=True, slots=True)
class ContractIdArg(Scalar):
    """A contract id in hex."""

    tag = "ContractId"
    value: str

    def _shown(self) -> str:
        return f"ContractId({self.value})"


@dataclass(frozen=True, slots=True)
class DateArg(Scalar):
    """Days since 1970-01-01."""

    tag = "Date"
    value: int


@dataclass(frozen=True, slots=True)
class TimestampArg(Scalar):
    """Microseconds since 1970."""

    tag = "Timestamp"
    value: int


@dataclass(frozen=True, slots=True)
class OptionalArg(Untyped):
    """Some value or none."""

    value: Untyped | None

    def __str__(self) -> str:
        inner = "None" if self.value is None else f"Some({self.value})"
        return f"ValueOptional({inner})"


@dataclass(frozen=True, slots=True)
class ListArg(Untyped):
    """Elements in order."""

    items: tuple[Untyped, ...]

    def __str__(self) -> str:
        return f"ValueList(FrontStack({','.join(map(str, self.items))}))"


@dataclass(frozen=True, slots=True)
class TextMapArg(Untyped):
    """Entries by text; of equal keys the last counts."""

    entries: tuple[tuple[str, Untyped], ...]

    def __str__(self) -> str:
        entries = ",".join(f"({key},{value})" for key, value in self.entries)
        return f"ValueTextMap(SortedLookupList({entries}))"


@dataclass(frozen=True, slots=True)
class GenMapArg(Untyped):
    """Entries by any key; of equal keys the last counts."""

    entries: tuple[tuple[Untyped, Untyped], ...]

    def __str__(self) -> str:
        entries = ",".join(f"({key},{value})" for key, value in self.entries)
        return f"GenMap({entries})"


@dataclass(frozen=True, slots=True)
class RecordArg(Untyped):
    """Fields in order, each with a label or None."""

    fields: tuple[tuple[str | None, Untyped], ...]

    def __str__(self) -> str:
        fields = ",".join(
            f"({'None' if label is None else f'Some({label})'},{value})"
            for label, value in self.fields
        )
        return f"ValueRecord(None,ImmArray({fields}))"


@dataclass(frozen=True, slots=True)
class VariantArg(Untyped):
    """A constructor with its payload."""

    constructor: str
    value: Untyped

    def __str__(self) -> str:
        return f"ValueVariant(None,{self.constructor},{self.value})"


@dataclass(frozen=True, slots=True)
class EnumArg(Untyped):
    """A constructor without payload."""

    constructor: str

    def __str__(self) -> str:
        return f"ValueEnum(None,{self.constructor})"

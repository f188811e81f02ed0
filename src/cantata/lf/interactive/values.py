"""Values as they travel: each says what it is, records and variants may say of which type.

They stand between run-time values, which carry no types, and the bytes of the Ledger API and of
contract blobs. Nesting counts from 0 at the whole value and may reach `NESTING_MAX`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

NESTING_MAX = 100
"""How deep values may nest, as in Canton."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A template, interface or data type by package id and dotted names."""

    package_id: str
    module: str
    entity: str

    def __str__(self) -> str:
        return f"{self.package_id}:{self.module}:{self.entity}"


@dataclass(frozen=True, slots=True)
class Value:
    """The root of all values."""

    @property
    def parts(self) -> tuple[Value, ...]:
        """Give the values directly inside this one, in the order in which they are written."""
        return ()


@dataclass(frozen=True, slots=True)
class Unit(Value):
    """The unit."""


@dataclass(frozen=True, slots=True)
class Bool(Value):
    """A truth value."""

    value: bool


@dataclass(frozen=True, slots=True)
class Int64(Value):
    """An integer within 64 bits."""

    value: int


@dataclass(frozen=True, slots=True)
class Date(Value):
    """Days since 1970-01-01."""

    value: int


@dataclass(frozen=True, slots=True)
class Timestamp(Value):
    """Microseconds since 1970."""

    value: int


@dataclass(frozen=True, slots=True)
class Numeric(Value):
    """A decimal number as it is written, with as many decimals as its type has."""

    value: str


@dataclass(frozen=True, slots=True)
class Party(Value):
    """A party id."""

    value: str


@dataclass(frozen=True, slots=True)
class Text(Value):
    """A text."""

    value: str


@dataclass(frozen=True, slots=True)
class ContractId(Value):
    """A contract id in lower-case hex."""

    value: str


@dataclass(frozen=True, slots=True)
class Optional(Value):
    """Some value or none."""

    value: Value | None

    @property
    def parts(self) -> tuple[Value, ...]:
        """Give the value, if there is one."""
        return () if self.value is None else (self.value,)


@dataclass(frozen=True, slots=True)
class List(Value):
    """Elements in order."""

    elements: tuple[Value, ...]

    @property
    def parts(self) -> tuple[Value, ...]:
        """Give the elements."""
        return self.elements


@dataclass(frozen=True, slots=True)
class TextMap(Value):
    """Entries by text, in the order of their keys."""

    entries: tuple[tuple[str, Value], ...]

    @property
    def parts(self) -> tuple[Value, ...]:
        """Give the values of the entries."""
        return tuple([value for _, value in self.entries])


@dataclass(frozen=True, slots=True)
class GenMap(Value):
    """Entries by any key, in the order of their keys."""

    entries: tuple[tuple[Value, Value], ...]

    @property
    def parts(self) -> tuple[Value, ...]:
        """Give keys and values in turn."""
        return tuple(chain.from_iterable(self.entries))


@dataclass(frozen=True, slots=True)
class Record(Value):
    """Fields in declared order; labels and the type's name may be absent."""

    id: Identifier | None
    fields: tuple[tuple[str | None, Value], ...]

    @property
    def parts(self) -> tuple[Value, ...]:
        """Give the fields' values."""
        return tuple([value for _, value in self.fields])


@dataclass(frozen=True, slots=True)
class Variant(Value):
    """A constructor with its payload."""

    id: Identifier | None
    constructor: str
    value: Value

    @property
    def parts(self) -> tuple[Value, ...]:
        """Give the payload."""
        return (self.value,)


@dataclass(frozen=True, slots=True)
class Enum(Value):
    """A constructor without payload."""

    id: Identifier | None
    constructor: str


def rebuilt(value: Value, parts: list[Value]) -> Value:
    """Give a value with other parts in place of its own, as many and in the same order."""
    match value:
        case Optional():
            return Optional(parts[0] if parts else None)
        case List():
            return List(tuple(parts))
        case TextMap(entries):
            return TextMap(
                tuple((key, part) for (key, _), part in zip(entries, parts, strict=True))
            )
        case GenMap():
            return GenMap(tuple(zip(parts[::2], parts[1::2], strict=True)))
        case Record(ref, fields):
            labelled = zip(fields, parts, strict=True)
            return Record(ref, tuple((label, part) for (label, _), part in labelled))
        case Variant(ref, constructor):
            return Variant(ref, constructor, parts[0])
    return value


def walk(value: Value) -> Iterator[Value]:
    """Give a value and everything inside it, outer before inner, in the order of writing."""
    pending = [value]
    while pending:
        item = pending.pop()
        yield item
        pending.extend(reversed(item.parts))


def replaced(value: Value, replacements: Mapping[Value, Value]) -> Value:
    """Give a value in which each of these values, wherever it stands, is another one."""
    if not replacements:
        return value
    order = list(walk(value))
    done: list[Value] = []
    for item in reversed(order):
        parts = [done.pop() for _ in item.parts]
        done.append(replacements.get(item, item) if not parts else rebuilt(item, parts))
    return done.pop()

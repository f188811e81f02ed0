"""Protobuf messages as tables: how a frozen dataclass is written and read, field by field.

Reading is strict: unknown fields, fields of the wrong wire form and single fields that come twice
are refused. Writing puts fields in the order of their numbers, as the vendor's libraries do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from cantata.lf.archive import errors as archive
from cantata.lf.archive.wire import (
    BYTES,
    FIXED64,
    PADDING,
    VARINT,
    bytes_field,
    read_varint,
    scan_fields,
    signed64,
    varint,
)
from cantata.lf.interactive.errors import (
    LimitExceeded,
    MalformedMessage,
    UnfitValue,
    UnknownField,
)

M = TypeVar("M")

FIELDS_MAX = 1_000_000
"""Most fields of one input, inner ones included: what bounds the time that reading takes."""


class Budget:
    """Counts the fields that may still be read of one input."""

    __slots__ = ("left",)

    def __init__(self, fields: int = FIELDS_MAX) -> None:
        self.left = fields


@dataclass(frozen=True, slots=True)
class Form:
    """How the content of a field is written; `default` is what an absent plain field means.

    `decode` is given bytes without their length, integers unsigned, and the budget of the input.
    """

    name: str
    wire: int
    decode: Callable[[Any, Budget], Any]
    encode: Callable[[Any], bytes]
    default: object


class Presence(Enum):
    """What the absence of a field means."""

    PLAIN = "its default"
    OPTIONAL = "None"
    REQUIRED = "an error"
    REPEATED = "no elements"
    PACKED = "no numbers"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: the attribute that holds it, its number, form and presence."""

    name: str
    number: int
    form: Form
    presence: Presence = Presence.PLAIN


def scan(data: bytes, name: str, budget: Budget) -> Iterator[tuple[int, int, int | bytes]]:
    """Give number, wire form and content of each field of a message."""
    try:
        for field in scan_fields(data, name):
            budget.left -= 1
            if budget.left < 0:
                raise LimitExceeded("the number of fields", FIELDS_MAX)
            yield field
    except archive.MalformedMessage as error:
        raise MalformedMessage(name, error.message) from None


def expect(form: Form, wire: int, content: int | bytes, name: str, budget: Budget) -> Any:
    """Read the content of one field."""
    if wire != form.wire:
        raise MalformedMessage(name, f"a field has wire form {wire} instead of {form.wire}")
    try:
        return form.decode(content, budget)
    except ValueError as error:
        raise MalformedMessage(name, str(error)) from None


def written(number: int, form: Form, value: object) -> bytes:
    """Write one field with its tag."""
    content = form.encode(value)
    if form.wire == BYTES:
        return bytes_field(number, content)
    return varint(number << 3 | form.wire) + content


class Message(Generic[M]):
    """A kind of message: a frozen dataclass and its fields in the order of their numbers."""

    def __init__(self, name: str, make: Callable[..., M], *fields: Field) -> None:
        self.name = name
        self._make = make
        self._fields = fields
        self._by_number = {field.number: field for field in fields}

    @property
    def form(self) -> Form:
        """Give the form of a field that holds such a message."""
        return Form(self.name, BYTES, self.decode, self.encode, None)

    def read(self, data: bytes, limit: int) -> M:
        """Read a whole message of at most `limit` bytes from outside."""
        if len(data) > limit:
            raise LimitExceeded(f"the size of a {self.name} in bytes", limit)
        return self.decode(data, Budget())

    def decode(self, data: bytes, budget: Budget) -> M:
        """Read a message, or raise what is wrong with its bytes."""
        found: dict[str, Any] = {}
        for number, wire, content in scan(data, self.name, budget):
            field = self._by_number.get(number)
            if field is None:
                raise UnknownField(self.name, number)
            self._keep(field, self._values(field, wire, content, budget), found)
        return self._make(*(self._completed(field, found) for field in self._fields))

    def encode(self, message: M) -> bytes:
        """Write a message."""
        return b"".join(self._chunks(message))

    def _keep(self, field: Field, values: list[Any], found: dict[str, Any]) -> None:
        if field.presence in {Presence.REPEATED, Presence.PACKED}:
            found.setdefault(field.name, []).extend(values)
        elif field.name in found:
            raise MalformedMessage(self.name, f"the field {field.name} comes twice")
        else:
            found[field.name] = values[0]

    def _values(self, field: Field, wire: int, content: int | bytes, budget: Budget) -> list[Any]:
        """Give what one field on the wire holds: one value, or several numbers in packed form."""
        if field.presence is Presence.PACKED and isinstance(content, bytes):
            return list(self._packed(field, content, budget))
        return [expect(field.form, wire, content, self.name, budget)]

    def _packed(self, field: Field, content: bytes, budget: Budget) -> Iterator[Any]:
        data, pos, end = content + PADDING, 0, len(content)
        while pos < end:
            try:
                number, pos = read_varint(data, pos)
            except archive.MalformedMessage as error:
                raise MalformedMessage(self.name, error.message) from None
            yield expect(field.form, VARINT, number, self.name, budget)
        if pos != end:
            raise MalformedMessage(self.name, f"the field {field.name} ends inside a number")

    def _completed(self, field: Field, found: dict[str, Any]) -> Any:
        match field.presence:
            case Presence.REPEATED | Presence.PACKED:
                return tuple(found.get(field.name, ()))
            case Presence.PLAIN:
                return found.get(field.name, field.form.default)
            case Presence.OPTIONAL:
                return found.get(field.name)
        if field.name not in found:
            raise MalformedMessage(self.name, f"the field {field.name} is missing")
        return found[field.name]

    def _chunks(self, message: M) -> Iterator[bytes]:
        for field in self._fields:
            value = getattr(message, field.name)
            match field.presence:
                case Presence.REPEATED:
                    for item in value:
                        yield written(field.number, field.form, item)
                case Presence.PACKED:
                    if value:
                        packed = b"".join(map(field.form.encode, value))
                        yield bytes_field(field.number, packed)
                case Presence.PLAIN:
                    if value != field.form.default:
                        yield written(field.number, field.form, value)
                case _:
                    if value is not None:
                        yield written(field.number, field.form, value)


def union(name: str, cases: dict[int, tuple[type, Form]]) -> Form:
    """Give the form of a message that holds exactly one of several, told apart by their class."""
    numbers = {cls: (number, form) for number, (cls, form) in cases.items()}

    def decode(data: bytes, budget: Budget) -> object:
        found: list[object] = []
        for number, wire, content in scan(data, name, budget):
            if number not in cases:
                raise UnknownField(name, number)
            found.append(expect(cases[number][1], wire, content, name, budget))
        if len(found) != 1:
            raise MalformedMessage(name, f"it holds {len(found)} alternatives instead of one")
        return found[0]

    def encode(value: object) -> bytes:
        number, form = numbers[type(value)]
        return written(number, form, value)

    return Form(name, BYTES, decode, encode, None)


def as_is(content: Any, _budget: Budget) -> Any:
    """Read content that is already what it stands for."""
    return content


def _text(content: bytes, _budget: Budget) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("a text is not UTF-8") from None


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise UnfitValue("Text", "half of a surrogate pair") from None


def _flag(content: int, _budget: Budget) -> bool:
    if content > 1:
        raise ValueError(f"a truth value is {content}")
    return content == 1


def _int32(content: int, _budget: Budget) -> int:
    value = signed64(content)
    if not -(2**31) <= value < 2**31:
        raise ValueError(f"{value} has more than 32 bits")
    return value


def _uint32(content: int, _budget: Budget) -> int:
    if content >= 2**32:
        raise ValueError(f"{content} has more than 32 bits")
    return content


def _sfixed64(content: bytes, _budget: Budget) -> int:
    return int.from_bytes(content, "little", signed=True)


def _sfixed64_bytes(value: int) -> bytes:
    return value.to_bytes(8, "little", signed=True)


TEXT = Form("text", BYTES, _text, _utf8, "")
RAW = Form("bytes", BYTES, as_is, bytes, b"")
FLAG = Form("bool", VARINT, _flag, varint, False)
INT32 = Form("int32", VARINT, _int32, varint, 0)
UINT32 = Form("uint32", VARINT, _uint32, varint, 0)
UINT64 = Form("uint64", VARINT, as_is, varint, 0)
SFIXED64 = Form("sfixed64", FIXED64, _sfixed64, _sfixed64_bytes, 0)

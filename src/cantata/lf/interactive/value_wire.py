"""Values in bytes, in both dialects: of the Ledger API, and of contract blobs.

The dialects differ in field numbers, in how contract ids are written, and in that values of blobs
carry neither labels nor names of types. Neither direction recurses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from cantata.kernel.ids import ContractId as ContractIdText
from cantata.lf.archive.wire import bytes_field, to_zigzag, zigzag
from cantata.lf.interactive import values
from cantata.lf.interactive.errors import (
    LimitExceeded,
    MalformedMessage,
    UnfitValue,
    UnknownField,
)
from cantata.lf.interactive.protobuf import (
    FLAG,
    INT32,
    RAW,
    SFIXED64,
    TEXT,
    Budget,
    Field,
    Form,
    Message,
    as_is,
    expect,
    scan,
    written,
)
from cantata.lf.interactive.values import NESTING_MAX, Identifier, Value

DATE_MIN, DATE_MAX = -719_162, 2_932_896
TIME_MIN, TIME_MAX = -62_135_596_800_000_000, 253_402_300_799_999_999
_NUMERIC = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]{0,37}")
_NUMERIC_DIGITS_MAX = 38

IDENTIFIER = Message(
    "Identifier",
    Identifier,
    Field("package_id", 1, TEXT),
    Field("module", 2, TEXT),
    Field("entity", 3, TEXT),
)

Make = Callable[[list[Value]], Value]
"""Builds a value from the values directly inside it."""

Opened = tuple[Make, list[bytes]]
"""A value whose parts are still bytes."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """Where one format of values differs from another.

    `record`, `variant` and `enum` are the numbers of these cases; inside them, `shift` is added to
    the numbers of constructors and payloads, behind the name of the type if there is one.
    """

    contract_id: Form
    text_map: int
    gen_map: int
    record: int
    variant: int
    enum: int
    typed: bool

    @property
    def shift(self) -> int:
        """Give 1 where the first field is the name of the type, else 0."""
        return 1 if self.typed else 0


def _cid_from_text(content: bytes, budget: Budget) -> str:
    text = TEXT.decode(content, budget)
    if ContractIdText.pattern.fullmatch(text) is None:
        raise ValueError(f"{text[:255]!r} is no contract id")
    return str(text)


def _cid_from_bytes(content: bytes, budget: Budget) -> str:
    return _cid_from_text(content.hex().encode(), budget)


API = Dialect(Form("contract id", 2, _cid_from_text, str.encode, ""), 12, 13, 14, 15, 16, True)
"""Values of the Ledger API."""

STORED = Dialect(
    Form("contract id", 2, _cid_from_bytes, bytes.fromhex, ""), 16, 12, 13, 14, 15, False
)
"""Values inside contract blobs."""

_OPTIONAL, _LIST = 10, 11
_EMPTY = Form("unit", 2, as_is, bytes, b"")


def _in_range(low: int, high: int, what: str, form: Form) -> Form:
    def decode(content: int, budget: Budget) -> int:
        value = int(form.decode(content, budget))
        if not low <= value <= high:
            raise ValueError(f"{value} is no {what}")
        return value

    return Form(what, form.wire, decode, form.encode, None)


def _numeric(content: bytes, budget: Budget) -> str:
    text = str(TEXT.decode(content, budget))
    if _NUMERIC.fullmatch(text) is None or len(text.lstrip("-0.")) > _NUMERIC_DIGITS_MAX + 1:
        raise ValueError(f"{text[:80]!r} is no Numeric")
    return text


class ValueWire:
    """Reads and writes values of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        sint64 = Form(
            "int64",
            0,
            lambda content, _budget: zigzag(content),
            lambda value: INT_BYTES(to_zigzag(value)),
            0,
        )
        self._scalars: dict[int, tuple[type[Value], Form]] = {
            2: (values.Bool, FLAG),
            3: (values.Int64, sint64),
            4: (values.Date, _in_range(DATE_MIN, DATE_MAX, "date", INT32)),
            5: (values.Timestamp, _in_range(TIME_MIN, TIME_MAX, "time", SFIXED64)),
            6: (values.Numeric, Form("numeric", 2, _numeric, TEXT.encode, "")),
            7: (values.Party, TEXT),
            8: (values.Text, TEXT),
            9: (values.ContractId, dialect.contract_id),
        }
        self._numbers = {cls: (number, form) for number, (cls, form) in self._scalars.items()}
        self._openers: dict[int, Callable[[bytes, Budget], Opened]] = {
            _OPTIONAL: _open_optional,
            _LIST: _open_list,
            dialect.text_map: _open_textmap,
            dialect.gen_map: _open_genmap,
            dialect.record: self._open_record,
            dialect.variant: self._open_variant,
            dialect.enum: self._open_enum,
        }

    @property
    def form(self) -> Form:
        """Give the form of a field that holds a value."""
        return Form("Value", 2, self.decode, self.encode, None)

    def decode(self, data: bytes, budget: Budget) -> Value:
        """Read a value; `LimitExceeded` if it nests too deep or holds too many."""
        order: list[tuple[Make, int]] = []
        pending = [(data, 0)]
        while pending:
            raw, nesting = pending.pop()
            if nesting > NESTING_MAX:
                raise LimitExceeded("the nesting of a value", NESTING_MAX)
            make, parts = self._open(raw, budget)
            order.append((make, len(parts)))
            pending.extend((part, nesting + 1) for part in reversed(parts))
        done: list[Value] = []
        for make, count in reversed(order):
            done.append(make([done.pop() for _ in range(count)]))
        return done.pop()

    def encode(self, value: Value) -> bytes:
        """Write a value; `LimitExceeded` if it nests too deep."""
        order: list[tuple[Value, int]] = []
        pending = [(value, 0)]
        while pending:
            item, nesting = pending.pop()
            if nesting > NESTING_MAX:
                raise LimitExceeded("the nesting of a value", NESTING_MAX)
            parts = item.parts
            order.append((item, len(parts)))
            pending.extend((part, nesting + 1) for part in reversed(parts))
        done: list[bytes] = []
        for item, count in reversed(order):
            done.append(self._close(item, [done.pop() for _ in range(count)]))
        return done.pop()

    def _open(self, data: bytes, budget: Budget) -> Opened:
        """Read one value and leave what is inside it."""
        found: list[Opened] = []
        for number, wire, content in scan(data, "Value", budget):
            found.append(self._case(number, wire, content, budget))
        if len(found) != 1:
            raise MalformedMessage("Value", f"it holds {len(found)} alternatives instead of one")
        return found[0]

    def _case(self, number: int, wire: int, content: int | bytes, budget: Budget) -> Opened:
        scalar = self._scalars.get(number)
        if scalar is not None:
            cls, form = scalar
            made = cls(expect(form, wire, content, "Value", budget))  # type: ignore[call-arg]
            return (lambda _: made), []
        raw = expect(_EMPTY, wire, content, "Value", budget)
        if number == 1:
            _require_empty(raw, budget)
            return _unit, []
        opener = self._openers.get(number)
        if opener is None:
            raise UnknownField("Value", number)
        return opener(raw, budget)

    def _open_record(self, data: bytes, budget: Budget) -> Opened:
        shift, ref = self._dialect.shift, None
        labels: list[str | None] = []
        parts: list[bytes] = []
        for number, wire, content in scan(data, "Record", budget):
            raw = expect(_EMPTY, wire, content, "Record", budget)
            if number == 1 + shift:
                label, part = self._open_field(raw, budget)
                labels.append(label)
                parts.append(part)
            elif number == 1 and ref is None:
                ref = IDENTIFIER.decode(raw, budget)
            else:
                raise UnknownField("Record", number)
        return (lambda made: values.Record(ref, tuple(zip(labels, made, strict=True)))), parts

    def _open_field(self, data: bytes, budget: Budget) -> tuple[str | None, bytes]:
        shift = self._dialect.shift
        found = _fields(data, "RecordField", {1 + shift} | ({1} if shift else set()), budget)
        label = TEXT.decode(found[1], budget) if shift and 1 in found else ""
        return label or None, _required(found, 1 + shift, "RecordField")

    def _open_variant(self, data: bytes, budget: Budget) -> Opened:
        shift = self._dialect.shift
        found = _fields(data, "Variant", set(range(1, 3 + shift)), budget)
        ref = IDENTIFIER.decode(found[1], budget) if shift and 1 in found else None
        constructor = _name(found.get(1 + shift), "Variant", budget)
        part = _required(found, 2 + shift, "Variant")
        return (lambda made: values.Variant(ref, constructor, made[0])), [part]

    def _open_enum(self, data: bytes, budget: Budget) -> Opened:
        shift = self._dialect.shift
        found = _fields(data, "Enum", set(range(1, 2 + shift)), budget)
        ref = IDENTIFIER.decode(found[1], budget) if shift and 1 in found else None
        made = values.Enum(ref, _name(found.get(1 + shift), "Enum", budget))
        return (lambda _: made), []

    def _close(self, value: Value, parts: list[bytes]) -> bytes:
        """Write one value around its parts."""
        scalar = self._numbers.get(type(value))
        if scalar is not None:
            number, form = scalar
            return written(number, form, value.value)  # type: ignore[attr-defined]
        dialect = self._dialect
        match value:
            case values.Unit():
                return bytes_field(1, b"")
            case values.Optional():
                return bytes_field(_OPTIONAL, bytes_field(1, parts[0]) if parts else b"")
            case values.List():
                return bytes_field(_LIST, b"".join(bytes_field(1, part) for part in parts))
            case values.TextMap(entries):
                keys = [_plain_text(1, key) for key, _ in entries]
                return bytes_field(dialect.text_map, _entries(keys, parts))
            case values.GenMap():
                keys = [bytes_field(1, part) for part in parts[::2]]
                return bytes_field(dialect.gen_map, _entries(keys, parts[1::2]))
            case values.Record():
                return bytes_field(dialect.record, self._close_record(value, parts))
            case values.Variant(ref, constructor):
                head = self._head(ref) + _plain_text(1 + dialect.shift, constructor)
                return bytes_field(dialect.variant, head + bytes_field(2 + dialect.shift, parts[0]))
            case values.Enum(ref, constructor):
                content = self._head(ref) + _plain_text(1 + dialect.shift, constructor)
                return bytes_field(dialect.enum, content)
        raise UnfitValue("Value", type(value).__name__)

    def _close_record(self, value: values.Record, parts: list[bytes]) -> bytes:
        shift = self._dialect.shift
        chunks = [self._head(value.id)]
        for (label, _), part in zip(value.fields, parts, strict=True):
            head = _plain_text(1, label or "") if shift else b""
            chunks.append(bytes_field(1 + shift, head + bytes_field(1 + shift, part)))
        return b"".join(chunks)

    def _head(self, ref: Identifier | None) -> bytes:
        if ref is None or not self._dialect.typed:
            return b""
        return bytes_field(1, IDENTIFIER.encode(ref))


INT_BYTES = INT32.encode
"""Writes an integer of variable length."""


def _unit(_parts: list[Value]) -> Value:
    return _UNIT


_UNIT = values.Unit()


def _open_optional(data: bytes, budget: Budget) -> Opened:
    found = _fields(data, "Optional", {1}, budget)
    parts = [found[1]] if 1 in found else []
    return (lambda made: values.Optional(made[0] if made else None)), parts


def _open_list(data: bytes, budget: Budget) -> Opened:
    return (lambda made: values.List(tuple(made))), _repeated(data, "List", budget)


def _open_textmap(data: bytes, budget: Budget) -> Opened:
    keys: list[str] = []
    parts: list[bytes] = []
    for entry in _repeated(data, "TextMap", budget):
        found = _fields(entry, "TextMap.Entry", {1, 2}, budget)
        keys.append(_decoded(found.get(1, b""), "TextMap.Entry", budget))
        parts.append(_required(found, 2, "TextMap.Entry"))
    return (lambda made: values.TextMap(tuple(zip(keys, made, strict=True)))), parts


def _open_genmap(data: bytes, budget: Budget) -> Opened:
    parts: list[bytes] = []
    for entry in _repeated(data, "GenMap", budget):
        found = _fields(entry, "GenMap.Entry", {1, 2}, budget)
        parts += [_required(found, number, "GenMap.Entry") for number in (1, 2)]
    pairs = len(parts)
    return (lambda made: values.GenMap(tuple(zip(made[:pairs:2], made[1::2], strict=True)))), parts


def _repeated(data: bytes, name: str, budget: Budget) -> list[bytes]:
    parts: list[bytes] = []
    for number, wire, content in scan(data, name, budget):
        if number != 1:
            raise UnknownField(name, number)
        parts.append(expect(RAW, wire, content, name, budget))
    return parts


def _fields(data: bytes, name: str, known: set[int], budget: Budget) -> dict[int, bytes]:
    """Read a small message of length-delimited fields, each at most once."""
    found: dict[int, bytes] = {}
    for number, wire, content in scan(data, name, budget):
        if number not in known:
            raise UnknownField(name, number)
        if number in found:
            raise MalformedMessage(name, f"the field {number} comes twice")
        found[number] = expect(RAW, wire, content, name, budget)
    return found


def _required(found: dict[int, bytes], number: int, name: str) -> bytes:
    if number not in found:
        raise MalformedMessage(name, f"the field {number} is missing")
    return found[number]


def _decoded(content: bytes, name: str, budget: Budget) -> str:
    return str(expect(TEXT, TEXT.wire, content, name, budget))


def _name(content: bytes | None, name: str, budget: Budget) -> str:
    if not content:
        raise MalformedMessage(name, "the constructor is missing")
    return _decoded(content, name, budget)


def _require_empty(content: bytes, budget: Budget) -> None:
    for number, _, _ in scan(content, "Unit", budget):
        raise UnknownField("Unit", number)


def _entries(keys: list[bytes], parts: list[bytes]) -> bytes:
    pairs = zip(keys, parts, strict=True)
    return b"".join(bytes_field(1, key + bytes_field(2, part)) for key, part in pairs)


def _plain_text(number: int, text: str) -> bytes:
    return bytes_field(number, TEXT.encode(text)) if text else b""


VALUE = ValueWire(API).form
"""A value as the Ledger API writes it."""

STORED_VALUE = ValueWire(STORED)
"""Values as contract blobs hold them."""

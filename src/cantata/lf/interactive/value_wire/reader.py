"""Values read from bytes, level by level and without recursion."""

from __future__ import annotations

from collections.abc import Callable

from cantata.lf.interactive import values
from cantata.lf.interactive.errors import LimitExceeded, MalformedMessage, UnknownField
from cantata.lf.interactive.protobuf import RAW, TEXT, Budget, expect, scan
from cantata.lf.interactive.value_wire.dialect import (
    IDENTIFIER,
    LIST,
    OPTIONAL,
    UNIT,
    Dialect,
    scalars,
)
from cantata.lf.interactive.values import NESTING_MAX, Value

Make = Callable[[list[Value]], Value]
"""Builds a value from the values directly inside it."""

Opened = tuple[Make, list[bytes]]
"""A value whose parts are still bytes."""


_UNIT_VALUE = values.Unit()


class ValueReader:
    """Reads values of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._shift = dialect.shift
        self._scalars = scalars(dialect)
        self._openers: dict[int, Callable[[bytes, Budget], Opened]] = {
            UNIT: _open_unit,
            OPTIONAL: _open_optional,
            LIST: _open_list,
            dialect.text_map: _open_textmap,
            dialect.gen_map: _open_genmap,
            dialect.record: self._open_record,
            dialect.variant: self._open_variant,
            dialect.enum: self._open_enum,
        }

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
        raw = expect(RAW, wire, content, "Value", budget)
        opener = self._openers.get(number)
        if opener is None:
            raise UnknownField("Value", number)
        return opener(raw, budget)

    def _open_record(self, data: bytes, budget: Budget) -> Opened:
        shift, ref = self._shift, None
        labels: list[str | None] = []
        parts: list[bytes] = []
        for number, wire, content in scan(data, "Record", budget):
            raw = expect(RAW, wire, content, "Record", budget)
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
        shift = self._shift
        found = _fields(data, "RecordField", {1 + shift} | ({1} if shift else set()), budget)
        label = _decoded(found[1], "RecordField", budget) if shift and 1 in found else ""
        return label or None, _required(found, 1 + shift, "RecordField")

    def _open_variant(self, data: bytes, budget: Budget) -> Opened:
        shift = self._shift
        found = _fields(data, "Variant", set(range(1, 3 + shift)), budget)
        ref = IDENTIFIER.decode(found[1], budget) if shift and 1 in found else None
        constructor = _name(found.get(1 + shift), "Variant", budget)
        part = _required(found, 2 + shift, "Variant")
        return (lambda made: values.Variant(ref, constructor, made[0])), [part]

    def _open_enum(self, data: bytes, budget: Budget) -> Opened:
        shift = self._shift
        found = _fields(data, "Enum", set(range(1, 2 + shift)), budget)
        ref = IDENTIFIER.decode(found[1], budget) if shift and 1 in found else None
        made = values.Enum(ref, _name(found.get(1 + shift), "Enum", budget))
        return (lambda _: made), []


def _open_unit(data: bytes, budget: Budget) -> Opened:
    for number, _, _ in scan(data, "Unit", budget):
        raise UnknownField("Unit", number)
    return (lambda _: _UNIT_VALUE), []


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
    return (lambda made: values.GenMap(tuple(zip(made[::2], made[1::2], strict=True)))), parts


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

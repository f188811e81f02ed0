"""The hashed encoding of values: one byte that says what follows, then the content."""

from __future__ import annotations

from cantata.lf.interactive import values
from cantata.lf.interactive.errors import NotHashable
from cantata.lf.interactive.hashing.chunks import (
    ABSENT,
    PRESENT,
    contract_id,
    flag,
    int32,
    int64,
    optional_identifier,
    text,
)
from cantata.lf.interactive.values import Value

_Item = bytes | Value


def encoded(value: Value) -> bytes:
    """Write a value, however deep."""
    out: list[bytes] = []
    pending: list[_Item] = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, bytes):
            out.append(item)
        else:
            pending.extend(reversed(_opened(item)))
    return b"".join(out)


def optional(value: Value | None) -> bytes:
    """Write a value or its absence."""
    return ABSENT if value is None else PRESENT + encoded(value)


def _opened(value: Value) -> list[_Item]:
    """Give what a value is written as, with the values inside it left to be written."""
    match value:
        case values.Optional(content):
            return [b"\x09\x00"] if content is None else [b"\x09\x01", content]
        case values.List(elements):
            return [b"\x0a" + int32(len(elements)), *elements]
        case values.TextMap(entries):
            return _interleaved(
                b"\x0b" + int32(len(entries)), [(text(key), part) for key, part in entries]
            )
        case values.Record(ref, fields):
            head = b"\x0c" + optional_identifier(ref) + int32(len(fields))
            return _interleaved(head, [(_label(label), part) for label, part in fields])
        case values.Variant(ref, constructor, content):
            return [b"\x0d" + optional_identifier(ref) + text(constructor), content]
        case values.Enum(ref, constructor):
            return [b"\x0e" + optional_identifier(ref) + text(constructor)]
        case values.GenMap(pairs):
            return [b"\x0f" + int32(len(pairs)), *(part for pair in pairs for part in pair)]
    return [_scalar(value)]


def _scalar(value: Value) -> bytes:
    match value:
        case values.Unit():
            return b"\x00"
        case values.Bool(content):
            return b"\x01" + flag(content)
        case values.Int64(number):
            return b"\x02" + int64(number)
        case values.Numeric(written):
            return b"\x03" + text(written)
        case values.Timestamp(micros):
            return b"\x04" + int64(micros)
        case values.Date(days):
            return b"\x05" + int32(days)
        case values.Party(party):
            return b"\x06" + text(party)
        case values.Text(content):
            return b"\x07" + text(content)
        case values.ContractId(cid):
            return b"\x08" + contract_id(cid)
    raise NotHashable(f"it contains a {type(value).__name__}")


def _label(label: str | None) -> bytes:
    return ABSENT if label is None else PRESENT + text(label)


def _interleaved(head: bytes, parts: list[tuple[bytes, Value]]) -> list[_Item]:
    items: list[_Item] = [head]
    for before, part in parts:
        items += (before, part)
    return items

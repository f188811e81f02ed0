"""Values written as bytes, from the inside out and without recursion."""

from __future__ import annotations

from cantata.lf.archive.wire import bytes_field
from cantata.lf.interactive import values
from cantata.lf.interactive.errors import LimitExceeded, UnfitValue
from cantata.lf.interactive.protobuf import TEXT, written
from cantata.lf.interactive.value_wire.dialect import (
    IDENTIFIER,
    LIST,
    OPTIONAL,
    UNIT,
    Dialect,
    scalars,
)
from cantata.lf.interactive.values import NESTING_MAX, Identifier, Value


class ValueWriter:
    """Writes values of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        known = scalars(dialect)
        self._numbers = {cls: (number, form) for number, (cls, form) in known.items()}

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

    def _close(self, value: Value, parts: list[bytes]) -> bytes:
        """Write one value around its parts."""
        scalar = self._numbers.get(type(value))
        if scalar is not None:
            number, form = scalar
            return written(number, form, value.value)  # type: ignore[attr-defined]
        dialect = self._dialect
        match value:
            case values.Record():
                return bytes_field(dialect.record, self._close_record(value, parts))
            case values.Unit():
                return bytes_field(UNIT, b"")
            case values.Optional():
                return bytes_field(OPTIONAL, bytes_field(1, parts[0]) if parts else b"")
            case values.List():
                return bytes_field(LIST, b"".join(bytes_field(1, part) for part in parts))
            case values.TextMap(entries):
                keys = [_plain_text(1, key) for key, _ in entries]
                return bytes_field(dialect.text_map, _entries(keys, parts))
            case values.GenMap():
                keys = [bytes_field(1, part) for part in parts[::2]]
                return bytes_field(dialect.gen_map, _entries(keys, parts[1::2]))
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


def _entries(keys: list[bytes], parts: list[bytes]) -> bytes:
    pairs = zip(keys, parts, strict=True)
    return b"".join(bytes_field(1, key + bytes_field(2, part)) for key, part in pairs)


def _plain_text(number: int, text: str) -> bytes:
    return bytes_field(number, TEXT.encode(text)) if text else b""

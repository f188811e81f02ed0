"""Messages from the values of their fields, by the rows of the schema."""

from __future__ import annotations

from typing import TypeAlias

from cantata.lf.archive.schema import SCHEMA, Row, rows
from cantata.lf.archive.wire import (
    bytes_field,
    fixed64_field,
    number_field,
    packed_field,
    plain_field,
)

Value: TypeAlias = "int | bytes | list[bytes] | list[int] | None"
"""A number, a message, several of either, or nothing. In the slot of alternatives: the field."""


def message(name: str, *values: Value) -> bytes:
    """Write a message: one value for each slot, in the order of the schema."""
    slots = _SLOTS[name]
    assert len(values) == len(slots), name
    return b"".join(_field(row, value) for row, value in zip(slots, values, strict=True))


def alternative(name: str, form: str, content: int | bytes = b"") -> bytes:
    """Write the chosen alternative of a message, also when it is the number 0."""
    number = _ALTERNATIVES[name, form]
    if isinstance(content, bytes):
        return bytes_field(number, content)
    if form == "timestamp":
        return fixed64_field(number, content)
    return number_field(number, content)


def _field(row: Row, value: Value) -> bytes:
    if value is None:
        return b""
    if row.slot == "is":
        assert isinstance(value, bytes)
        return value
    if isinstance(value, int):
        return plain_field(row.number, value)
    if isinstance(value, bytes):
        return bytes_field(row.number, value)
    numbers = [item for item in value if isinstance(item, int)]
    if numbers:
        return packed_field(row.number, tuple(numbers))
    return b"".join(bytes_field(row.number, item) for item in value if isinstance(item, bytes))


def _slots(name: str) -> list[Row]:
    """Give the first row of each slot."""
    first: dict[str, Row] = {}
    for row in rows(SCHEMA[name]):
        first.setdefault(row.slot, row)
    return list(first.values())


_SLOTS = {name: _slots(name) for name in SCHEMA}
_ALTERNATIVES = {
    (name, row.form): row.number
    for name, text in SCHEMA.items()
    for row in rows(text)
    if row.slot == "is"
}

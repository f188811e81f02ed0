"""The protobuf wire format: variable-length integers, tags, and fields of small messages."""

from __future__ import annotations

from collections.abc import Iterator

from cantata.lf.archive.errors import MalformedMessage

VARINT = 0
FIXED64 = 1
BYTES = 2

PADDING = bytes(16)
"""Appended to input while it is read, so that a read past the end is seen, not raised."""


def read_varint(data: bytes, pos: int) -> tuple[int, int]:
    """Read an unsigned integer of at most 64 bits; give it and the position after it.

    `data` must be padded (see `PADDING`); the caller checks the position against its end.
    """
    first, second = data[pos], data[pos + 1]
    if first >= 0x80 > second:  # two bytes are the common case
        return first & 0x7F | second << 7, pos + 2
    result = shift = 0
    while True:
        byte = data[pos]
        pos += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
        if shift > 63:
            raise MalformedMessage("an integer is longer than ten bytes")
    if result >> 64:
        raise MalformedMessage("an integer is larger than 64 bits")
    return result, pos


def scan_fields(message: bytes, name: str) -> Iterator[tuple[int, int, int | bytes]]:
    """Give number, wire type and value of each field of a whole message, in order.

    Integers come unsigned, fixed and length-delimited fields as their bytes.
    """
    data = message + PADDING
    end = len(message)
    pos = 0
    while pos < end:
        tag, pos = read_varint(data, pos)
        number, form = tag >> 3, tag & 7
        if number == 0:
            raise MalformedMessage(f"{name} contains a field numbered 0")
        if form == VARINT:
            value, pos = read_varint(data, pos)
            _check_inside(pos, end, name)
            yield number, form, value
            continue
        if form == BYTES:
            size, start = read_varint(data, pos)
        elif form == FIXED64:
            size, start = 8, pos
        elif form == 5:
            size, start = 4, pos
        else:
            raise MalformedMessage(f"{name} contains a field of wire type {form}")
        pos = start + size
        _check_inside(pos, end, name)
        yield number, form, data[start:pos]


def _check_inside(pos: int, end: int, name: str) -> None:
    if pos > end:
        raise MalformedMessage(f"{name} ends inside a field")


def signed64(value: int) -> int:
    """Read an unsigned 64-bit value as two's complement."""
    return value - 2**64 if value >> 63 else value


def zigzag(value: int) -> int:
    """Read the zigzag form of a signed integer."""
    return (value >> 1) ^ -(value & 1)


def to_zigzag(value: int) -> int:
    """Give the zigzag form of a signed 64-bit integer."""
    return (value << 1) ^ (value >> 63)


_SMALL = tuple(bytes((value,)) for value in range(0x80))


def varint(value: int) -> bytes:
    """Write an integer; a negative one as ten bytes of two's complement."""
    if 0 <= value < 0x80:
        return _SMALL[value]
    value &= 2**64 - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number_field(number: int, value: int) -> bytes:
    """Write an integer field, also when it holds the default 0 (members of a oneof)."""
    return varint(number << 3 | VARINT) + varint(value)


def plain_field(number: int, value: int) -> bytes:
    """Write an integer field outside a oneof: nothing for the default 0."""
    return number_field(number, value) if value else b""


def fixed64_field(number: int, value: int) -> bytes:
    """Write a signed 64-bit field of fixed length."""
    return varint(number << 3 | FIXED64) + value.to_bytes(8, "little", signed=True)


def bytes_field(number: int, value: bytes) -> bytes:
    """Write a length-delimited field: bytes, a text in UTF-8, or a message."""
    tag, size = number << 3 | BYTES, len(value)
    if tag < 0x80 and size < 0x80:
        return _SMALL[tag] + _SMALL[size] + value
    return varint(tag) + varint(size) + value


def packed_field(number: int, values: tuple[int, ...]) -> bytes:
    """Write a repeated integer field in packed form; nothing when there are none."""
    return bytes_field(number, b"".join(map(varint, values))) if values else b""

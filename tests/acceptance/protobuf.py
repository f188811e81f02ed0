"""A reader of protobuf's wire form that knows no schema: an independent view of a package."""

from __future__ import annotations

from collections.abc import Iterator

Field = tuple[int, int | bytes]


def fields(message: bytes) -> Iterator[Field]:
    """Give the number and content of each field of a message."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        match tag & 7:
            case 0:
                content, at = _varint(message, at)
                yield tag >> 3, content
            case 1:
                yield tag >> 3, message[at : at + 8]
                at += 8
            case 2:
                length, at = _varint(message, at)
                yield tag >> 3, message[at : at + length]
                at += length
            case other:
                raise AssertionError(f"wire type {other}")


def submessages(message: bytes, number: int) -> list[bytes]:
    """Give the contents of all fields of one number that hold bytes."""
    return [
        content
        for found, content in fields(message)
        if found == number and isinstance(content, bytes)
    ]


def only(message: bytes, number: int) -> bytes:
    """Give the content of the one field of this number."""
    (content,) = submessages(message, number)
    return content


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at

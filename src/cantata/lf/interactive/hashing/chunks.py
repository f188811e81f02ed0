"""How pieces of a hashed encoding are written: big-endian, everything with its length."""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct

from cantata.lf.interactive.errors import NotHashable
from cantata.lf.interactive.values import Identifier

_INT32 = Struct(">i").pack
_INT64 = Struct(">q").pack
_INT64_MAX = 2**63 - 1
_INT64_MIN = -(2**63)
_INT32_MAX = 2**31 - 1

ABSENT = b"\x00"
PRESENT = b"\x01"


def int32(value: int) -> bytes:
    """Write four bytes."""
    if not -_INT32_MAX - 1 <= value <= _INT32_MAX:
        raise NotHashable(f"{value} has more than 32 bits")
    return _INT32(value)


def int64(value: int) -> bytes:
    """Write eight bytes."""
    if not _INT64_MIN <= value <= _INT64_MAX:
        raise NotHashable(f"{value} has more than 64 bits")
    return _INT64(value)


def flag(value: bool) -> bytes:
    """Write one byte."""
    return PRESENT if value else ABSENT


def text(value: str) -> bytes:
    """Write a text in UTF-8 after its length."""
    try:
        content = value.encode("utf-8")
    except UnicodeEncodeError:
        raise NotHashable("a text holds half of a surrogate pair") from None
    return _INT32(len(content)) + content


def texts(values: Iterable[str]) -> bytes:
    """Write texts after how many they are."""
    encoded = [text(value) for value in values]
    return _INT32(len(encoded)) + b"".join(encoded)


def contract_id(value: str) -> bytes:
    """Write the bytes that a contract id in hex stands for, after their length."""
    try:
        content = bytes.fromhex(value)
    except ValueError:
        raise NotHashable(f"{value[:80]!r} is no contract id in hex") from None
    return _INT32(len(content)) + content


def identifier(value: Identifier) -> bytes:
    """Write a package id and dotted names, split at their dots."""
    return text(value.package_id) + texts(value.module.split(".")) + texts(value.entity.split("."))


def optional_identifier(value: Identifier | None) -> bytes:
    """Write an identifier or its absence."""
    return ABSENT if value is None else PRESENT + identifier(value)


def optional_int64(value: int | None) -> bytes:
    """Write an integer or its absence."""
    return ABSENT if value is None else PRESENT + int64(value)

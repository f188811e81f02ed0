"""One hash for one value: typed, length-prefixed bytes, and JSON in one form only.

Values are None, bool, int, str, bytes, Decimal, and lists, tuples and dicts (with text keys) of
them, however deep. Two values have the same bytes exactly when they are equal and of one type.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from cantata.kernel.errors import CantataError
from cantata.kernel.money import Decimal

Hashable: TypeAlias = (
    "bool | int | str | bytes | Decimal | Sequence[Hashable] | Mapping[str, Hashable] | None"
)
Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"

INTEGER_BITS_MAX = 1_024
JSON_INTEGER_MAX = 2**53 - 1


class NotCanonical(CantataError):
    """A value has no canonical form; field `reason` says why."""

    code = "NOT_CANONICAL"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"a value has no canonical form: {reason}")


def canonical_hash(purpose: str, value: Hashable) -> bytes:
    """Give the SHA-256 of a value; hashes of different purposes never meet."""
    digest = hashlib.sha256()
    for chunk in _chunks((purpose, value)):
        digest.update(chunk)
    return digest.digest()


def canonical_bytes(value: Hashable) -> bytes:
    """Write a value as typed, length-prefixed bytes."""
    return b"".join(_chunks(value))


def canonical_json(value: Json) -> bytes:
    """Write JSON as RFC 8785 does: keys sorted, no spaces, UTF-8; there are no floats.

    Integers beyond 2⁵³-1 are refused, since other readers would round them: send text.
    """
    return b"".join(_json_chunks(value))


def _chunks(value: Hashable) -> Iterator[bytes]:
    stack: list[Hashable] = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, Mapping):
            yield b"M" + _length(len(item))
            for key in reversed(_sorted_keys(item)):
                stack += (item[key], key)
        elif isinstance(item, list | tuple):
            yield b"L" + _length(len(item))
            stack += reversed(item)
        else:
            tag, content = _scalar(item)
            yield tag + _length(len(content)) + content


def _scalar(item: object) -> tuple[bytes, bytes]:
    match item:
        case None:
            return b"N", b""
        case bool():
            return b"B", bytes([item])
        case int():
            if item.bit_length() > INTEGER_BITS_MAX:
                msg = f"an integer of {item.bit_length()} bits"
                raise NotCanonical(msg)
            return b"I", str(int(item)).encode("ascii")
        case str():
            return b"T", _utf8(item)
        case bytes():
            return b"X", bytes(item)
        case Decimal():
            return b"D", str(item.units).encode("ascii")
        case _:
            msg = f"it contains a {type(item).__name__}"
            raise NotCanonical(msg)


class _Written(bytes):
    """Output that waits on the stack of values still to be written."""


def _json_chunks(value: Json) -> Iterator[bytes]:
    stack: list[Json | _Written] = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, _Written):
            yield item
        elif isinstance(item, Mapping):
            stack += reversed(_json_object(item))
        elif isinstance(item, list | tuple):
            stack += reversed(_json_array(item))
        else:
            yield _json_scalar(item)


def _json_object(item: Mapping[str, Json]) -> list[Json | _Written]:
    parts: list[Json | _Written] = [_Written(b"{")]
    keys = sorted(_sorted_keys(item), key=lambda key: key.encode("utf-16-be"))
    for index, key in enumerate(keys):
        comma = b"," if index else b""
        parts += (_Written(comma + _json_scalar(key) + b":"), item[key])
    return [*parts, _Written(b"}")]


def _json_array(item: Sequence[Json]) -> list[Json | _Written]:
    parts: list[Json | _Written] = [_Written(b"[")]
    for index, element in enumerate(item):
        parts += (_Written(b"," if index else b""), element)
    return [*parts, _Written(b"]")]


def _json_scalar(item: object) -> bytes:
    if not (item is None or isinstance(item, bool | int | str)):
        msg = f"JSON here holds no {type(item).__name__}"
        raise NotCanonical(msg)
    if isinstance(item, int) and abs(item) > JSON_INTEGER_MAX:
        msg = f"a JSON number beyond {JSON_INTEGER_MAX}"
        raise NotCanonical(msg)
    return _utf8(json.dumps(item, ensure_ascii=False))


def _sorted_keys(mapping: Mapping[str, object]) -> list[str]:
    for key in mapping:
        if not isinstance(key, str):
            msg = f"a key is a {type(key).__name__}"
            raise NotCanonical(msg)
        _utf8(key)
    return sorted(mapping)


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        msg = "a text holds a lone surrogate"
        raise NotCanonical(msg) from None


def _length(size: int) -> bytes:
    return size.to_bytes(8, "big")

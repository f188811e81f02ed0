"""How single JSON values are read, with the complaints of a participant."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any

from cantata.kernel.time import MalformedTime, Timestamp
from cantata.lf.codec.errors import excerpt
from cantata.sandbox.commands.names import is_type_ref
from cantata.sandbox.participant.shapes.fault import complaint, wrong_type

INT64_BITS = 63
INT32_BITS = 31
INT_TEXT_MAX = 40

Reader = Callable[[Any], Any]


def read_text(value: Any) -> str:
    """Read a string."""
    if isinstance(value, str):
        return value
    raise wrong_type(value, "string")


def read_bool(value: Any) -> bool:
    """Read true or false."""
    if isinstance(value, bool):
        return value
    raise wrong_type(value, "'true' or 'false'")


def integer_reader(name: str, bits: int) -> Callable[[Any], int]:
    """Read a JSON integer, or one in a string, of so many bits beside the sign."""
    low, high = -(1 << bits), 1 << bits

    def read(value: Any) -> int:
        number = value if type(value) is int else _as_integer(value)
        if number is None or not low <= number < high:
            raise complaint(name)
        return number

    return read


def _as_integer(value: Any) -> int | None:
    if isinstance(value, str) and len(value) <= INT_TEXT_MAX:
        try:
            return int(value, 10) if value.isascii() and "_" not in value else None
        except ValueError:
            return None
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < INT_TEXT_MAX:
        return int(value) if value == value.to_integral_value() else None
    return None


read_int64 = integer_reader("Long", INT64_BITS)
read_int32 = integer_reader("Int", INT32_BITS)


def read_base64(value: Any) -> bytes:
    """Read standard base64."""
    text = read_text(value)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise complaint(f"The string is not a valid Base64: {excerpt(text)}") from None


def read_instant(value: Any) -> int:
    """Read an ISO instant as microseconds since 1970."""
    text = read_text(value)
    try:
        return Timestamp.parse(text).microseconds
    except MalformedTime:
        raise complaint(f"Text '{excerpt(text)}' could not be parsed at index 0") from None


def read_type_id(value: Any) -> str:
    """Read a template or interface id of three parts."""
    text = read_text(value)
    if is_type_ref(text):
        return text
    raise complaint(
        f"Invalid identifier format ({excerpt(text)}) not matching the expected format "
        "(<package>:<moduleName>:<entityName>)"
    )


def read_any(value: Any) -> Any:
    """Take a value as it is."""
    return value


def enum_reader(enum: type[Enum]) -> Reader:
    """Read the name of a member."""
    members = {str(member.value): member for member in enum}
    supported = ", ".join(members)

    def read(value: Any) -> Enum:
        found = members.get(read_text(value))
        if found is None:
            raise complaint(
                f"Unrecognized enum value {excerpt(value)}. Supported values: [{supported}]"
            )
        return found

    return read

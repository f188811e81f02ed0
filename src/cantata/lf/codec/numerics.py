"""Int64 and Numeric in JSON: exact text on both sides, never a binary fraction."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from cantata.lf.codec.errors import MalformedValue, UnfitValue, WrongJsonKind, describe, excerpt

INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1
NUMERIC_DIGITS_MAX = 38
"""Significant digits of every Numeric, before and after the point together."""

_INT64 = re.compile(r"([+-]?)0*([0-9]{1,19})")
_NUMERIC = re.compile(r"([+-]?)([0-9]{1,38})(?:\.([0-9]{0,37}))?")
_JSON_NUMBER_MIN = Decimal("0.001")
_JSON_NUMBER_LIMIT = 10**7


def decode_int64(data: Any, _depth: int) -> int:
    """Read an Int64: a string of digits, with or without sign and leading zeros."""
    if not isinstance(data, str):
        hint = 'write an Int64 as a JSON string: "42"'
        raise WrongJsonKind("an Int64 as a JSON string", data, hint=hint)
    match = _INT64.fullmatch(data)
    value = int(match[1] + match[2]) if match else None
    if value is None or not INT64_MIN <= value <= INT64_MAX:
        raise MalformedValue(
            f'For input string: "{excerpt(data)}"', hint=f"an Int64 is {INT64_MIN} to {INT64_MAX}"
        )
    return value


def encode_int64(value: int, _depth: int) -> str:
    """Write an Int64."""
    return str(value)


def numeric_decoder(scale: int) -> Callable[[Any, int], Decimal]:
    """Give the reader of ``Numeric scale``: a string or a JSON number, no exponent.

    The value has exactly `scale` decimals. More significant digits than fit are refused, never
    rounded away.
    """
    before_point_max = NUMERIC_DIGITS_MAX - scale

    def decode_numeric(data: Any, _depth: int) -> Decimal:
        text = data if isinstance(data, str) else _number_text(data)
        match = _NUMERIC.fullmatch(text)
        if match is None:
            raise _unreadable(text)
        sign, whole, fraction = match.groups("")
        whole, fraction = whole.lstrip("0"), fraction.rstrip("0")
        if len(whole) + len(fraction if whole else fraction.lstrip("0")) > NUMERIC_DIGITS_MAX:
            raise _unreadable(text)
        if len(fraction) > scale:
            cause = f"Cannot represent {text} as (Numeric {scale}) without loss of precision"
            raise UnfitValue(cause, hint=f"give at most {scale} digits after the point")
        if len(whole) > before_point_max:
            cause = f"Out-of-bounds (Numeric {scale}) {sign}{whole}.{fraction:0<{scale}}"
            raise UnfitValue(cause, hint=f"give at most {before_point_max} digits before the point")
        negative = "-" if sign == "-" and (whole or fraction) else ""
        return Decimal(f"{negative}{whole or '0'}.{fraction:0<{scale}}")

    return decode_numeric


def numeric_encoder(scale: int) -> Callable[[Decimal, int], str]:
    """Give the writer of ``Numeric scale``: always `scale` decimals, ``7.`` for scale 0."""
    if scale == 0:
        return lambda value, _depth: f"{value:f}."
    return lambda value, _depth: f"{value:f}"


def _number_text(data: object) -> str:
    """Write a JSON number out, as the participant does: only numbers that need no exponent."""
    if isinstance(data, bool) or not isinstance(data, int | Decimal):
        cause = f"{describe(data)} is not a valid numeric value"
        raise MalformedValue(cause, hint="write a Numeric as a JSON string")
    number = Decimal(data)
    if not number:
        return "0"
    if not _JSON_NUMBER_MIN <= number.copy_abs() < _JSON_NUMBER_LIMIT:
        raise _unreadable(describe(data).removeprefix("the number "))
    return f"{number:f}"


def _unreadable(text: str) -> MalformedValue:
    return MalformedValue(
        f'Could not read Numeric string "{excerpt(text)}"',
        hint='write a Numeric as a JSON string of plain digits: "1250.75"',
    )

"""JSON text without binary fractions: every number is read exactly."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from cantata.lf.codec.errors import MalformedJson

INT_DIGITS_MAX = 400
"""Longest JSON integer that is read as an int; longer ones, which no type holds, as Decimal."""


def loads(text: str | bytes) -> Any:
    """Parse JSON; integers become int, other numbers Decimal.

    Raise `MalformedJson` for anything else, nesting beyond the interpreter's stack included.
    """
    try:
        return json.loads(
            text, parse_int=_integer, parse_float=_decimal, parse_constant=_refuse_constant
        )
    except RecursionError:
        raise MalformedJson("the JSON text is nested too deeply") from None
    except ValueError as error:
        raise MalformedJson(f"the text is not JSON: {error}") from None


def dumps(data: Any) -> str:
    """Write JSON compactly; what the codec gives needs no other form."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= INT_DIGITS_MAX else _decimal(text)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise MalformedJson("a number has an absurd exponent") from None


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedJson(f"{name} is not JSON")

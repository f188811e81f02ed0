"""JSON of requests and answers: exact numbers in, compact bytes out."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from cantata.lf.codec.errors import MalformedJson
from cantata.lf.codec.jsontext import loads
from cantata.sandbox.participant.errors import MalformedRequest

EXCERPT = 6
"""Characters of the place of an error that the answer repeats."""

_encode = msgspec.json.Encoder().encode


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise MalformedRequest("Invalid value for: body (absurd number)") from None


_decode = msgspec.json.Decoder(float_hook=_number).decode


def decode(data: bytes) -> Any:
    """Parse a body; what is no UTF-8 in it counts as U+FFFD, as for a participant."""
    try:
        return _decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _decode_slowly(data.decode("utf-8", "replace"))


def encode(value: Any) -> bytes:
    """Write JSON; half a surrogate pair, which has no UTF-8, becomes a question mark."""
    try:
        return _encode(value)
    except UnicodeEncodeError:
        return json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace")


def _decode_slowly(text: str) -> Any:
    try:
        return loads(text)
    except MalformedJson as error:
        reason = error.__cause__ or error.__context__
        said = _complaint(text, reason) if isinstance(reason, json.JSONDecodeError) else ""
        raise MalformedRequest(f"Invalid value for: body ({said or error.message})") from None


def _complaint(text: str, error: json.JSONDecodeError) -> str:
    """Say what is wrong in the words of a participant's parser."""
    rest = text[error.pos :]
    if not rest.strip() or error.msg.startswith("Unterminated"):
        return "exhausted input"
    got = rest if len(rest) <= EXCERPT else f"{rest[:EXCERPT]}..."
    wanted = "whitespace or eof" if error.msg == "Extra data" else "json value"
    if error.msg.startswith("Expecting property name"):
        wanted = '"'
    return f"expected {wanted} got '{got}' (line {error.lineno}, column {error.colno})"

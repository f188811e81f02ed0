"""Pages of sorted lists; a token names the last element of the page before."""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_right
from collections.abc import Callable, Sequence

from cantata.sandbox.participant.administration.refusals import invalid_argument
from cantata.sandbox.participant.errors import Origin

KEY_BYTES_MAX = 1_024

_TAG = 0x0A
_SEVEN_BITS = 0x7F
_MORE = 0x80


def page(
    keys: Sequence[str],
    size: int | None,
    token: str | None,
    *,
    size_max: int,
    origin: Origin = Origin.REQUEST,
    shown: Callable[[str], bool] = lambda key: True,
) -> tuple[list[str], str]:
    """Give one page of sorted keys and the token of the next one, "" at the end.

    Size None or 0 is the largest. `shown` leaves out keys.
    """
    if size is not None and size < 0:
        raise invalid_argument("Max page size must be non-negative", origin)
    wanted = min(size or size_max, size_max)
    start = bisect_right(keys, decode_token(token, origin)) if token else 0
    found: list[str] = []
    for index in range(start, len(keys)):
        if not shown(keys[index]):
            continue
        if len(found) == wanted:
            return found, encode_token(found[-1])
        found.append(keys[index])
    return found, ""


def encode_token(*keys: str) -> str:
    """Write a token: a message whose texts are numbered from 1."""
    out = bytearray()
    for number, key in enumerate(keys):
        content = key.encode()
        out += bytes([_TAG + 8 * number])
        length = len(content)
        while length > _SEVEN_BITS:
            out.append(length & _SEVEN_BITS | _MORE)
            length >>= 7
        out.append(length)
        out += content
    return base64.urlsafe_b64encode(out).decode()


def decode_token(token: str, origin: Origin) -> str:
    """Read the text of a token, or refuse it."""
    key = token_key(token)
    if key is None:
        raise invalid_argument("Invalid page token", origin)
    return key


def token_key(token: str) -> str | None:
    """Read the first text of a token, None if it is none."""
    if len(token) > 2 * KEY_BYTES_MAX:
        return None
    try:
        content = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    length, place, shift = 0, 1, 0
    while place < len(content) and shift < 21:
        byte = content[place]
        length |= (byte & _SEVEN_BITS) << shift
        place, shift = place + 1, shift + 7
        if byte < _MORE:
            break
    text = content[place : place + length]
    if content[:1] != bytes([_TAG]) or len(text) != length:
        return None
    return text.decode("utf-8", "replace")

"""Built-in functions on Text and Party."""

from __future__ import annotations

import re

from cantata.lf.runtime.errors import InternalError
from cantata.lf.runtime.values import Cons, from_cons, to_cons

_PARTY = re.compile(r"[A-Za-z0-9:\-_ ]{1,255}", re.ASCII)


def explode(text: str) -> Cons:
    """Give the code points as texts."""
    return to_cons(text)


def to_code_points(text: str) -> Cons:
    """Give the code points as integers."""
    return to_cons([ord(char) for char in text])


def from_code_points(points: Cons) -> str:
    """Give the text of code points; one that is none, or a surrogate, crashes the engine."""
    chars = []
    for point in from_cons(points):
        if not 0 <= point <= 0x10FFFF or 0xD800 <= point <= 0xDFFF:
            raise InternalError(f"invalid code point 0x{point % 2**64:x}.")
        chars.append(chr(point))
    return "".join(chars)


def to_party(text: str) -> tuple[str] | None:
    """Give the party of that id, if the text is one."""
    return (text,) if _PARTY.fullmatch(text) else None

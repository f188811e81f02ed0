"""Functions of contract code on texts and lists."""

from __future__ import annotations

import hashlib
from typing import TypeVar

from cantata.lang.surface.errors import WrongType
from cantata.lang.surface.values import Party

T = TypeVar("T")

Text = str
"""Text of contract code is Python's `str`."""


def parse_party(text: str) -> Party | None:
    """Read a party; None if the text is none."""
    try:
        return Party(text)
    except WrongType:
        return None


def sha256(text: str) -> str:
    """Give the SHA-256 of the text's UTF-8 as lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def first(items: list[T]) -> T | None:
    """Give the first element of a list, None if it is empty."""
    return items[0] if items else None

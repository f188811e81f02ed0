"""Names of Daml-LF as Python identifiers: legal, unlike keywords, unique where they stand."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

_WORD_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ILLEGAL = re.compile(r"[^A-Za-z0-9_]")
_LEADING = re.compile(r"^__+")


class Scope:
    """The names that are taken in one place; each new one is made unlike all of them."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def allocate(self, wanted: str) -> str:
        """Take a name, with as many underscores behind it as it needs to be legal and new."""
        name = wanted
        while name in self._taken or keyword.iskeyword(name):
            name += "_"
        self._taken.add(name)
        return name

    def names(self) -> frozenset[str]:
        """Give all names that are taken."""
        return frozenset(self._taken)


def identifier(name: str) -> str:
    """Make an identifier that keeps the case: dots and dollars become underscores.

    Two underscores at the front would be private to a class in Python, so one of them remains.
    """
    plain = _LEADING.sub("_", _ILLEGAL.sub("_", name))
    return f"_{plain}" if plain[:1].isdigit() or not plain else plain


def snake(name: str) -> str:
    """Make a lower-case identifier with underscores between words.

    For example ``executeBefore`` becomes ``execute_before``, ``HoldingV1`` ``holding_v1``.
    """
    return identifier(_WORD_BOUNDARY.sub("_", name)).lower()

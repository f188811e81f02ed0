"""Recorded contract ids and places beside ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

SHORT = 10
"""Digits of a contract id that traces show."""

KNOWN = 16
"""Digits of a contract id by which the recording names those that no listed party saw."""

_CONTRACT_ID = re.compile(r"00[0-9a-f]{136}")
_SHORT = re.compile(r"(?<=on contract )00[0-9a-f]{8}(?![0-9a-f])")


class Names:
    """Translates ids both ways; what is not known stays as it is."""

    def __init__(self) -> None:
        self._ours: dict[str, str] = {}
        self._theirs: dict[str, str] = {}
        self._short: dict[str, str] = {}

    def learn(self, theirs: str, ours: str) -> None:
        """Note that a recorded contract, given in full or by its start, is one of ours."""
        self._ours[theirs[:KNOWN]] = ours
        self._theirs[ours] = theirs
        self._short[ours[:SHORT]] = theirs[:SHORT]

    def knows(self, theirs: str) -> bool:
        """Tell whether a recorded contract is one of ours."""
        return theirs[:KNOWN] in self._ours

    def ours(self, data: Any) -> Any:
        """Put our ids in place of recorded ones in JSON data."""
        return _walk(data, lambda theirs: self._ours.get(theirs[:KNOWN], theirs))

    def theirs(self, data: Any) -> Any:
        """Put recorded ids in place of ours in JSON data."""
        return _walk(data, lambda ours: self._theirs.get(ours, ours))

    def text(self, text: str) -> str:
        """Put recorded ids in place of ours in a text, shortened ones too."""
        full = _CONTRACT_ID.sub(lambda found: self._theirs.get(found[0], found[0]), text)
        return _SHORT.sub(lambda found: self._short.get(found[0], found[0]), full)


def _walk(data: Any, rename: Callable[[str], str]) -> Any:
    if isinstance(data, str):
        return rename(data) if _CONTRACT_ID.fullmatch(data) else data
    if isinstance(data, list):
        return [_walk(item, rename) for item in data]
    if isinstance(data, dict):
        return {key: _walk(item, rename) for key, item in data.items()}
    return data

"""Sets of parties, each set once."""

from __future__ import annotations

from typing import Any

from cantata.sandbox.engine.transaction.seeds import pack_parties

KNOWN_MAX = 100_000
"""Sets remembered; beyond it remembering starts again."""

NOBODY: frozenset[str] = frozenset()


class PartySets:
    """Gives equal sets of parties as one object, so that contracts share them."""

    __slots__ = ("_known", "_packed")

    def __init__(self) -> None:
        self._known: dict[frozenset[str], frozenset[str]] = {}
        self._packed: dict[frozenset[str], bytes] = {}

    def of_list(self, cells: Any) -> frozenset[str]:
        """Give the parties of a list of LF (cons cells) as a set."""
        if not cells:
            return NOBODY
        head, cells = cells
        if not cells:
            return self.one(frozenset((head,)))
        parties = [head]
        while cells:
            head, cells = cells
            parties.append(head)
        return self.one(frozenset(parties))

    def one(self, parties: frozenset[str]) -> frozenset[str]:
        """Give the one object for a set of parties."""
        known = self._known.get(parties)
        if known is None:
            if len(self._known) >= KNOWN_MAX:
                self._known.clear()
            known = self._known[parties] = parties
        return known

    def union(self, left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
        """Join two sets."""
        if right <= left:
            return left
        return right if left <= right else self.one(left | right)

    def packed(self, parties: frozenset[str]) -> bytes:
        """Write a set as `pack_parties` does, once."""
        packed = self._packed.get(parties)
        if packed is None:
            if len(self._packed) >= KNOWN_MAX:
                self._packed.clear()
            packed = self._packed[parties] = pack_parties(parties)
        return packed

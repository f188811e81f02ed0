"""Sets of parties, each set once."""

from __future__ import annotations

from typing import Any, NamedTuple

from cantata.sandbox.engine.transaction.seeds import pack_parties

KNOWN_MAX = 100_000
"""Sets remembered; beyond it remembering starts again."""

NOBODY: frozenset[str] = frozenset()


class Parties(NamedTuple):
    """Signatories and observers of a contract; observers may repeat signatories.

    `packed` is what ids of contracts are made of: stakeholders, then signatories before
    stakeholders, as `pack_parties` writes them.
    """

    signatories: frozenset[str]
    observers: frozenset[str]
    stakeholders: frozenset[str]
    packed: tuple[bytes, bytes]


class PartySets:
    """Gives equal sets of parties as one object, so that contracts share them.

    Short lists of LF are remembered as they are, so that those that come again cost one look-up.
    """

    __slots__ = ("_known", "_lists", "_packed", "_parties")

    def __init__(self) -> None:
        self._known: dict[frozenset[str], frozenset[str]] = {}
        self._packed: dict[frozenset[str], bytes] = {}
        self._lists: dict[Any, frozenset[str]] = {}
        self._parties: dict[tuple[Any, Any], Parties] = {}

    def of_contract(self, signatories: Any, observers: Any) -> Parties:
        """Give the parties of a contract from two lists of LF."""
        if not (_is_short(signatories) and _is_short(observers)):
            return self._of_contract(signatories, observers)
        lists = signatories, observers
        known = self._parties.get(lists)
        if known is None:
            known = _keep(self._parties, lists, self._of_contract(signatories, observers))
        return known

    def of_list(self, cells: Any) -> frozenset[str]:
        """Give the parties of a list of LF (cons cells) as a set."""
        if not cells:
            return NOBODY
        if not _is_short(cells):
            return self._of_list(cells)
        known = self._lists.get(cells)
        if known is None:
            known = _keep(self._lists, cells, self._of_list(cells))
        return known

    def one(self, parties: frozenset[str]) -> frozenset[str]:
        """Give the one object for a set of parties."""
        known = self._known.get(parties)
        return known if known is not None else _keep(self._known, parties, parties)

    def union(self, left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
        """Join two sets."""
        if right <= left:
            return left
        return right if left <= right else self.one(left | right)

    def packed(self, parties: frozenset[str]) -> bytes:
        """Write a set as `pack_parties` does, once."""
        packed = self._packed.get(parties)
        return packed if packed is not None else _keep(self._packed, parties, pack_parties(parties))

    def _of_contract(self, signatories: Any, observers: Any) -> Parties:
        signing, observing = self.of_list(signatories), self.of_list(observers)
        stakeholders = self.union(signing, observing)
        packed = self.packed(stakeholders)
        return Parties(signing, observing, stakeholders, (packed, self.packed(signing) + packed))

    def _of_list(self, cells: Any) -> frozenset[str]:
        parties = []
        while cells:
            head, cells = cells
            parties.append(head)
        return self.one(frozenset(parties))


def _is_short(cells: Any) -> bool:
    """Tell whether a list has at most three elements; hashing longer ones would nest too deep."""
    return not cells or not (cells := cells[1]) or not (cells := cells[1]) or not cells[1]


def _keep(known: dict[Any, Any], key: Any, value: Any) -> Any:
    if len(known) >= KNOWN_MAX:
        known.clear()
    known[key] = value
    return value

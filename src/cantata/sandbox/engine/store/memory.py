"""A store in memory: the log, the active contracts, and indexes by party and template."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Future
from heapq import merge
from operator import attrgetter
from typing import Any

from cantata.lf.model import Ref
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.store.contracts import ActiveContracts
from cantata.sandbox.engine.store.port import Active, Entry
from cantata.sandbox.engine.store.update import Update
from cantata.sandbox.engine.transaction import Create
from cantata.sandbox.engine.transaction.informees import all_witnesses

_place = attrgetter("place")
_offset = attrgetter("offset")


class MemoryStore:
    """Implements `Store`; what is read for parties costs what it gives, not what is stored."""

    def __init__(self) -> None:
        self._log: list[Update] = []
        self._offsets: list[int] = []
        self._archived: list[tuple[Active, ...]] = []
        self._by_id: dict[str, Update] = {}
        self._witnessed: dict[str, array[int]] = {}
        self._contracts = ActiveContracts()
        self._gone: dict[str, tuple[Active, int]] = {}
        self._entries: dict[str, list[Entry]] = {}
        self._end = 0

    def copy(self) -> MemoryStore:
        """Give a store with the same content that goes its own way from here."""
        other = MemoryStore()
        other._log, other._offsets = self._log.copy(), self._offsets.copy()
        other._archived, other._by_id = self._archived.copy(), self._by_id.copy()
        other._witnessed = {party: seen[:] for party, seen in self._witnessed.items()}
        other._contracts = self._contracts.copy()
        other._gone, other._end = self._gone.copy(), self._end
        other._entries = {kind: noted.copy() for kind, noted in self._entries.items()}
        return other

    def end(self) -> int:
        """Give the offset of the last update or entry, 0 before the first."""
        return self._end

    def append(
        self, update: Update, created: Iterable[Create], archived: Iterable[Contract]
    ) -> None:
        """Record an update with the contracts it leaves and takes."""
        assert update.offset > self.end(), "offsets grow"
        position = len(self._log)
        for party in all_witnesses(update.tree):
            positions = self._witnessed.get(party)
            if positions is None:
                positions = self._witnessed[party] = array("Q")
            positions.append(position)
        for node in created:
            self._contracts.add(Active(node.contract, update.offset, node.node_id))
        gone = tuple(map(self._contracts.drop, archived))
        for active in gone:
            self._gone[active.contract.contract_id] = active, position
        self._archived.append(gone)
        self._by_id[update.update_id] = update
        self._log.append(update)
        self._offsets.append(update.offset)
        self._end = update.offset

    def lookup(self, contract_id: str) -> Contract | None:
        """Give a contract that is active at the end of the log."""
        active = self._contracts.get(contract_id)
        return None if active is None else active.contract

    def with_key(self, key_hash: bytes) -> Iterator[Contract]:
        """Give the contracts active at the end whose keys have a hash, youngest first."""
        return self._contracts.with_key(key_hash)

    def templates(self, parties: Collection[str] | None) -> frozenset[Ref]:
        """Give the templates of which those parties have or had a stake in a contract."""
        return self._contracts.templates(parties)

    def active(
        self, parties: Collection[str] | None, templates: Collection[Ref], at: int
    ) -> Iterator[Active]:
        """Give the contracts of those templates active after offset `at`, oldest first."""
        wanted = frozenset(templates)
        streams = self._contracts.streams(parties, wanted)
        if at < self.end():
            streams.append(self._archived_since(parties, wanted, at))
        last = None
        for active in merge(*streams, key=_place):
            if active.offset > at:
                break
            if active is not last:
                last = active
                yield active

    def updates(self, parties: Collection[str] | None, after: int, until: int) -> Iterator[Update]:
        """Give the updates that those parties witness, offsets in (after, until], in order."""
        for position in self._positions(parties, after, until):
            yield self._log[position]

    def by_offset(self, offset: int) -> Update | None:
        """Give the update at an offset."""
        position = bisect_right(self._offsets, offset) - 1
        if position < 0 or self._offsets[position] != offset:
            return None
        return self._log[position]

    def by_id(self, update_id: str) -> Update | None:
        """Give the update of that id."""
        return self._by_id.get(update_id)

    def life(self, contract_id: str) -> tuple[Active | None, Update | None]:
        """Give a contract, also one that is gone, and the update that archived it."""
        gone = self._gone.get(contract_id)
        if gone is not None:
            return gone[0], self._log[gone[1]]
        return self._contracts.get(contract_id), None

    def note(self, kind: str, value: Any, offset: int | None = None) -> int:
        """Record something that is no update at an offset of its own, and give the offset."""
        offset = self._end + 1 if offset is None else offset
        assert offset > self._end, "offsets grow"
        self._end = offset
        self._entries.setdefault(kind, []).append(Entry(self._end, kind, value))
        return self._end

    def entries(self, kind: str, after: int, until: int) -> Iterator[Entry]:
        """Give what was noted of a kind, offsets in (after, until], in order."""
        noted = self._entries.get(kind, [])
        for place in range(bisect_right(noted, after, key=_offset), len(noted)):
            if noted[place].offset > until:
                break
            yield noted[place]

    def durable_end(self) -> int:
        """Give the end: nothing is kept longer than the process."""
        return self._end

    def sync(self) -> Future[int]:
        """Give a ticket that is fulfilled already."""
        ticket: Future[int] = Future()
        ticket.set_result(self._end)
        return ticket

    def pruned(self) -> int:
        """Give 0: a log in memory is never pruned."""
        return 0

    def _archived_since(
        self, parties: Collection[str] | None, templates: frozenset[Ref], at: int
    ) -> list[Active]:
        """Give contracts that were active at an earlier offset and are not any more."""
        mine = None if parties is None else frozenset(parties)
        gone = [
            active
            for position in self._positions(parties, at, self.end())
            for active in self._archived[position]
            if active.contract.template in templates
            and (mine is None or not mine.isdisjoint(active.contract.stakeholders))
        ]
        return sorted(gone, key=_place)

    def _positions(self, parties: Collection[str] | None, after: int, until: int) -> Iterable[int]:
        """Give the places in the log of the updates that parties witness, in order."""
        first = bisect_right(self._offsets, after)
        last = bisect_right(self._offsets, until)
        if parties is None:
            return range(first, last)
        positions: set[int] = set()
        for party in parties:
            seen = self._witnessed.get(party)
            if seen is not None:
                positions.update(seen[bisect_left(seen, first) : bisect_left(seen, last)])
        return sorted(positions)

"""A store in memory: the log, the active contracts, and indexes by party and template."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from heapq import merge
from operator import attrgetter

from cantata.lf.model import Ref
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.store.port import Active
from cantata.sandbox.engine.store.update import Update
from cantata.sandbox.engine.transaction import Create
from cantata.sandbox.engine.transaction.informees import all_witnesses

_Index = dict[Ref, dict[str, Active]]

_place = attrgetter("offset", "node_id")


class MemoryStore:
    """Implements `Store`; every operation costs what it returns, not what is stored."""

    def __init__(self) -> None:
        self._log: list[Update] = []
        self._archived: list[tuple[Active, ...]] = []
        self._offsets: list[int] = []
        self._by_id: dict[str, Update] = {}
        self._witnessed: dict[str, list[int]] = {}
        self._active: dict[str, Active] = {}
        self._by_template: _Index = {}
        self._by_party: dict[str, _Index] = {}

    def end(self) -> int:
        """Give the offset of the last update, 0 before the first."""
        return self._offsets[-1] if self._offsets else 0

    def append(self, update: Update) -> None:
        """Record an update and its contracts."""
        assert update.offset > self.end(), "offsets grow"
        self._by_id[update.update_id] = update
        position = len(self._log)
        for party in all_witnesses(update.transaction):
            self._witnessed.setdefault(party, []).append(position)
        transaction = update.transaction
        self._archived.append(tuple(self._drop(contract) for contract in transaction.archived))
        if transaction.created:
            self._add_created(update)
        self._log.append(update)
        self._offsets.append(update.offset)

    def lookup(self, contract_id: str) -> Contract | None:
        """Give a contract that is active at the end of the log."""
        active = self._active.get(contract_id)
        return None if active is None else active.contract

    def templates(self, parties: Collection[str] | None) -> frozenset[Ref]:
        """Give the templates of which those parties have or had a stake in a contract."""
        return frozenset(template for index in self._indexes(parties) for template in index)

    def active(
        self, parties: Collection[str] | None, templates: Collection[Ref], at: int
    ) -> Iterator[Active]:
        """Give the contracts of those templates active after offset `at`, oldest first."""
        wanted = frozenset(templates)
        indexes = self._indexes(parties)
        found = [
            index[template].values() for index in indexes for template in wanted & index.keys()
        ]
        streams: list[Iterable[Active]] = [list(contracts) for contracts in found]
        if at < self.end():
            streams.append(self._archived_since(parties, wanted, at))
        last = ""
        for active in merge(*streams, key=_place):
            if active.offset > at:
                break
            if active.contract.contract_id != last:
                last = active.contract.contract_id
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

    def _add_created(self, update: Update) -> None:
        alive = {contract.contract_id for contract in update.transaction.created}
        for node in update.transaction.effective():
            if isinstance(node, Create) and node.contract.contract_id in alive:
                active = Active(node.contract, update.offset, node.node_id, update.workflow_id)
                self._add(active)

    def _add(self, active: Active) -> None:
        contract_id, template = active.contract.contract_id, active.contract.template
        self._active[contract_id] = active
        self._by_template.setdefault(template, {})[contract_id] = active
        for party in active.contract.stakeholders:
            self._by_party.setdefault(party, {}).setdefault(template, {})[contract_id] = active

    def _drop(self, contract: Contract) -> Active:
        contract_id, template = contract.contract_id, contract.template
        del self._by_template[template][contract_id]
        for party in contract.stakeholders:
            del self._by_party[party][template][contract_id]
        return self._active.pop(contract_id)

    def _indexes(self, parties: Collection[str] | None) -> list[_Index]:
        if parties is None:
            return [self._by_template]
        return [self._by_party[party] for party in parties if party in self._by_party]

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
            seen = self._witnessed.get(party, [])
            positions.update(seen[bisect_left(seen, first) : bisect_left(seen, last)])
        return sorted(positions)

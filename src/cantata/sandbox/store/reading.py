"""Updates and entries read back: the recent ones from memory, older ones from their batches."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator
from typing import NamedTuple

from cantata.sandbox.engine.store import Active, Entry, Update
from cantata.sandbox.engine.transaction import Create, Exercise
from cantata.sandbox.store.disk import Disk
from cantata.sandbox.store.errors import CorruptStore
from cantata.sandbox.store.history import UPDATES
from cantata.sandbox.store.records import Head
from cantata.sandbox.store.state import State
from cantata.sandbox.store.tokens import NUL, SEPARATOR
from cantata.sandbox.store.values import decode

RECENT_MAX = 2_000
"""Updates and entries kept in memory after they are on disk."""

BATCHES_MAX = 4
"""Batches kept in memory after something was read from them."""


class Recent(NamedTuple):
    """An update with the contracts that it took."""

    update: Update
    archived: tuple[Active, ...]


class Reader:
    """Reads what has an offset; `state` says where it is."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._recent: OrderedDict[int, Recent | Entry] = OrderedDict()
        self._records: dict[int, list[str]] = {}

    def remember(self, offset: int, item: Recent | Entry, durable: int) -> None:
        """Keep something in memory, at least until it is on disk."""
        recent = self._recent
        recent[offset] = item
        while len(recent) > RECENT_MAX and next(iter(recent)) <= durable:
            recent.popitem(last=False)

    def update(self, offset: int, state: State) -> Update:
        """Give the update at an offset that has one."""
        recent = self._recent.get(offset)
        if isinstance(recent, Recent):
            return recent.update
        head, *created, nodes = self._find(offset, state, "u")
        return Head.read(head).update(created, nodes, state.symbols)

    def entry(self, offset: int, state: State) -> Entry:
        """Give the entry at an offset that has one."""
        recent = self._recent.get(offset)
        if isinstance(recent, Entry):
            return recent
        return Entry(*decode(self._find(offset, state, "e")[0], state.symbols))

    def archived(self, offset: int, state: State) -> Iterator[Active]:
        """Give the contracts that the update at an offset took."""
        recent = self._recent.get(offset)
        if isinstance(recent, Recent):
            yield from recent.archived
            return
        head = Head.read(self._find(offset, state, "u")[0])
        for contract_id, created_at, node_id in head.archived_places():
            retained = state.retained.get(contract_id)
            if retained is None:
                node = self.update(created_at, state).tree.nodes[node_id]
                assert isinstance(node, Create), (created_at, node_id)
                retained = Active(node.contract, created_at, node_id)
            yield retained

    def active_at(
        self, parties: Collection[str] | None, after: int, state: State
    ) -> Iterator[Active]:
        """Give contracts that were active after an offset and are not any more."""
        offsets = state.history.offsets(UPDATES, parties, after, state.end)
        for offset in list(offsets):
            for active in self.archived(offset, state):
                if active.offset <= after:
                    yield active

    def life(self, contract_id: str, state: State) -> tuple[Active | None, Update | None]:
        """Give a contract, however long gone, and the update that archived it."""
        born = state.contracts.get(contract_id) or state.retained.get(contract_id)
        died = None
        for offset in state.history.find(contract_id):
            if offset > state.pruned:
                update = self.update(offset, state)
                for node in update.tree.effective():
                    if isinstance(node, Create) and node.contract.contract_id == contract_id:
                        born = Active(node.contract, offset, node.node_id)
                    elif isinstance(node, Exercise) and node.contract_id == contract_id:
                        died = update if node.consuming else died
        return born, died

    def _find(self, offset: int, state: State, letter: str) -> list[str]:
        """Give the records of an offset, without their letters."""
        seq = state.history.batch(offset)
        if seq is None:
            raise CorruptStore(f"{self._disk.path}, offset {offset}", "no batch holds it")
        records = self._split(seq)
        start = _STARTS[letter].format(offset)
        for first, record in enumerate(records):
            if record.startswith(start):
                last = first
                while letter == "u" and records[last][0] != "n":
                    last += 1
                return [found[1:] for found in records[first : last + 1]]
        raise CorruptStore(f"{self._disk.path}, batch {seq}", f"offset {offset} is missing")

    def _split(self, seq: int) -> list[str]:
        """Give the records of a batch."""
        records = self._records.get(seq)
        if records is None:
            body = self._disk.batch(seq).body
            records = body.decode("utf-8", "surrogatepass").split(SEPARATOR)
            while len(self._records) >= BATCHES_MAX:
                del self._records[next(iter(self._records))]
            self._records[seq] = records
        return records


_STARTS = {"u": f"u{{}}{NUL}", "e": f"e(3{NUL}{{}}{NUL}"}

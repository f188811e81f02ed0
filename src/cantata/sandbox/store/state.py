"""The hot state: what the store answers from memory, and how records change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cantata.lf.model import Ref
from cantata.sandbox.engine.store import Active, ActiveContracts
from cantata.sandbox.store.history import UPDATES, History, Segment
from cantata.sandbox.store.records import active_text
from cantata.sandbox.store.symbols import Symbols
from cantata.sandbox.store.values import encode

_PARTIES_AT_ONCE = 1_000

Tables = dict[str, dict[str, Any]]


class State:
    """Everything that is kept in memory; a pure function of the records applied.

    `retained` are contracts that were active at the pruning offset and were archived later: the
    updates that created them are gone. `changes` counts what came since the last snapshot.
    """

    def __init__(self) -> None:
        self.symbols = Symbols()
        self.contracts = ActiveContracts()
        self.history = History()
        self.tables: Tables = {}
        self.retained: dict[str, Active] = {}
        self.end = 0
        self.pruned = 0
        self.changes = 0

    @property
    def size(self) -> int:
        """Give how many things a snapshot would hold, but for the history."""
        return len(self.contracts) + sum(map(len, self.tables.values()))

    def commit(
        self,
        offset: int,
        witnesses: Iterable[str],
        submitters: Iterable[str],
        identifiers: Iterable[str],
    ) -> None:
        """Apply an update to all but the contracts; `identifiers` are those that it is found by."""
        tail = self.history.tail
        self.changes += 1
        tail.add(UPDATES, offset)
        for party in witnesses:
            tail.add_witness(party, offset)
        for party in submitters:
            tail.add_submitter(party, offset)
        for identifier in identifiers:
            tail.add_key(identifier, offset)
        self.end = offset

    def retain(self, archived: Active) -> None:
        """Keep a contract that was just archived, if nothing else has it any more."""
        if archived.offset <= self.pruned:
            self.retained[archived.contract.contract_id] = archived

    def note(self, offset: int, kind: str) -> None:
        """Apply an entry."""
        self.changes += 1
        self.history.tail.add(kind, offset)
        self.end = offset

    def put(self, table: str, key: str, value: Any) -> None:
        """Set what a table has for a key; None takes the key out."""
        self.changes += 1
        if value is None:
            self.tables.get(table, {}).pop(key, None)
        else:
            self.tables.setdefault(table, {})[key] = value

    def prune(self, up_to: int, retained: Iterable[Active]) -> None:
        """Forget what is at or before an offset, but for contracts that are needed later."""
        self.pruned = up_to
        self.retained = {active.contract.contract_id: active for active in retained}
        self.history.drop(up_to)

    def freeze(self) -> Frozen:
        """Give what a snapshot is made of: contracts never change, tables are copied."""
        return Frozen(
            texts=self.symbols.texts[:],
            place=(self.end, self.pruned),
            tables={table: content.copy() for table, content in self.tables.items()},
            stakes=self.contracts.stakes(),
            retained=list(self.retained.values()),
            contracts=list(self.contracts),
            segments=list(self.history.segments),
        )


@dataclass(frozen=True, slots=True)
class Frozen:
    """A state at one moment; the last of its segments may go on growing."""

    texts: list[str]
    place: tuple[int, int]
    tables: Tables
    stakes: list[tuple[str, Ref]]
    retained: list[Active]
    contracts: list[Active]
    segments: list[Segment]

    def records(self) -> Iterator[str]:
        """Give records from which a `Loader` makes the state again, but for the history."""
        symbols = Symbols()
        symbols.learn(0, self.texts)
        yield "s" + symbols.written(0)
        yield "o" + encode(self.place, symbols)
        for table, content in sorted(self.tables.items()):
            for key, value in sorted(content.items()):
                yield "t" + encode((table, key, value), symbols)
        yield from self._stakes_by_template(symbols)
        for active in self.retained:
            yield "r" + active_text(active, symbols)
        for active in self.contracts:
            yield "l" + active_text(active, symbols)

    def _stakes_by_template(self, symbols: Symbols) -> Iterator[str]:
        by_template: dict[Ref, list[str]] = {}
        for party, template in self.stakes:
            by_template.setdefault(template, []).append(party)
        for template in sorted(by_template, key=str):
            parties = tuple(sorted(by_template[template]))
            for first in range(0, len(parties), _PARTIES_AT_ONCE):
                stakes = (template, parties[first : first + _PARTIES_AT_ONCE])
                yield "h" + encode(stakes, symbols)

"""The hot state: what the store answers from memory, and how records change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cantata.lf.model import Ref
from cantata.sandbox.engine.store import Active, ActiveContracts
from cantata.sandbox.store.history import History, Segment
from cantata.sandbox.store.records import Head, put_active, read_active
from cantata.sandbox.store.symbols import Symbols
from cantata.sandbox.store.tokens import joined
from cantata.sandbox.store.values import decode, encode

Tables = dict[str, dict[str, Any]]


class Entry(NamedTuple):
    """Something other than an update that has its own offset, for example a refused command."""

    offset: int
    kind: str
    value: Any


class State:
    """Everything that is kept in memory; a pure function of the records applied.

    `retained` are contracts that were active at the pruning offset and were archived later.
    """

    def __init__(self) -> None:
        self.symbols = Symbols()
        self.contracts = ActiveContracts()
        self.history = History()
        self.tables: Tables = {}
        self.retained: dict[str, Active] = {}
        self.end = 0
        self.pruned = 0

    def commit(
        self,
        offset: int,
        update_id: str,
        witnesses: Iterable[str],
        created: Iterable[Active],
        archived: Iterable[str],
        transient: Iterable[str],
    ) -> None:
        """Apply an update."""
        tail, contracts = self.history.tail, self.contracts
        tail.add("", offset)
        tail.add_key(update_id, offset)
        for party in witnesses:
            tail.add_witness(party, offset)
        for active in created:
            contracts.add(active)
            tail.add_key(active.contract.contract_id, offset)
        for contract_id in archived:
            gone = contracts.get(contract_id)
            if gone is None:
                raise KeyError(contract_id)
            contracts.drop(gone.contract)
            tail.add_key(contract_id, offset)
        for contract_id in transient:
            tail.add_key(contract_id, offset)
        self.end = offset

    def note(self, offset: int, kind: str) -> None:
        """Apply an entry."""
        self.history.tail.add(kind, offset)
        self.end = offset

    def put(self, table: str, key: str, value: Any) -> None:
        """Set what a table has for a key; None takes the key out."""
        if value is None:
            self.tables.get(table, {}).pop(key, None)
        else:
            self.tables.setdefault(table, {})[key] = value

    def prune(self, up_to: int, retained: Iterable[Active]) -> None:
        """Forget what is at or before an offset, but for contracts that are needed later."""
        self.pruned = up_to
        self.retained = {active.contract.contract_id: active for active in retained}
        self.history.drop(up_to)

    def apply(self, record: str) -> None:
        """Apply a record read from disk; the second record of an update changes nothing."""
        kind, text = record[0], record[1:]
        if kind == "n":
            return
        if kind == "u":
            head = Head(text, self.symbols)
            gone = [contract_id for contract_id, _, _ in head.archived]
            self.commit(
                head.offset, head.update_id, head.witnesses, head.created, gone, head.transient
            )
        else:
            _APPLY[kind](self, decode(text, self.symbols))

    def freeze(self) -> Frozen:
        """Give what a snapshot is made of: contracts never change, tables are copied."""
        return Frozen(
            texts=self.symbols.texts[:],
            place=(self.end, self.pruned),
            tables={table: content.copy() for table, content in self.tables.items()},
            stakes=[(party, tuple(templates)) for party, templates in self.contracts.stakes()],
            retained=list(self.retained.values()),
            contracts=list(self.contracts),
            segments=list(self.history.segments),
        )

    def restore(self, record: str) -> None:
        """Apply a record of a snapshot."""
        _RESTORE[record[0]](self, decode(record[1:], self.symbols))


@dataclass(frozen=True, slots=True)
class Frozen:
    """A state at one moment; the last of its segments may go on growing."""

    texts: list[str]
    place: tuple[int, int]
    tables: Tables
    stakes: list[tuple[str, tuple[Ref, ...]]]
    retained: list[Active]
    contracts: list[Active]
    segments: list[Segment]

    def records(self) -> Iterator[str]:
        """Give records from which `State.restore` makes the state again, but for the history."""
        symbols = Symbols()
        symbols.learn(0, self.texts)
        yield "s" + symbols.written(0)
        yield "o" + encode(self.place, symbols)
        for table, content in sorted(self.tables.items()):
            for key, value in sorted(content.items()):
                yield "t" + encode((table, key, value), symbols)
        for stake in self.stakes:
            yield "h" + encode(stake, symbols)
        for active in self.retained:
            yield "r" + active_text(active, symbols)
        for active in self.contracts:
            yield "c" + active_text(active, symbols)


def active_text(active: Active, symbols: Symbols) -> str:
    """Write a contract with its place."""
    tokens: list[str] = []
    put_active(active, tokens.append, symbols)
    return joined(tokens)


def _apply_put(state: State, fields: Sequence[Any]) -> None:
    state.put(*fields)


def _apply_entry(state: State, fields: Sequence[Any]) -> None:
    state.note(fields[0], fields[1])


def _apply_prune(state: State, fields: Sequence[Any]) -> None:
    state.prune(fields[0], map(read_active, fields[1]))


def _restore_stakes(state: State, fields: Sequence[Any]) -> None:
    party, templates = fields
    for template in templates:
        state.contracts.remember(party, template)


def _restore_retained(state: State, fields: Sequence[Any]) -> None:
    active = read_active(fields)
    state.retained[active.contract.contract_id] = active


def _restore_place(state: State, fields: Sequence[Any]) -> None:
    state.end, state.pruned = fields


def _learn(state: State, fields: Sequence[Any]) -> None:
    state.symbols.learn(*fields)


def _restore_contract(state: State, fields: Sequence[Any]) -> None:
    state.contracts.add(read_active(fields))


_APPLY = {
    "s": _learn,
    "t": _apply_put,
    "e": _apply_entry,
    "p": _apply_prune,
}
_RESTORE = {
    "s": _learn,
    "o": _restore_place,
    "t": _apply_put,
    "h": _restore_stakes,
    "r": _restore_retained,
    "c": _restore_contract,
}

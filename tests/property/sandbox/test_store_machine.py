"""Random transactions and restarts: a durable store answers as one in memory does.

The store's tables and entries are compared with plain dicts and lists.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cantata.sandbox.engine import Contract, MemoryStore
from cantata.sandbox.engine.store import Update
from cantata.sandbox.engine.transaction import Transaction
from cantata.sandbox.store import Entry, Options, SqliteStore
from tests.property.engine.trees import PARTIES, TEMPLATES, Builder, after

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.tuples(inner, inner) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=5,
)


class Twins(RuleBasedStateMachine):
    """Does the same on a `SqliteStore` and a `MemoryStore`."""

    options = Options()

    @initialize()
    def start(self) -> None:
        self.folder = TemporaryDirectory()
        self.path = str(Path(self.folder.name) / "ledger.db")
        self.store = SqliteStore(self.path, self.options)
        self.memory = MemoryStore()
        self.existing: dict[str, Contract] = {}
        self.table: dict[str, Any] = {}
        self.entries: list[Entry] = []
        self.updates: list[Update] = []

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    @rule(data=st.data(), acting=st.frozensets(st.sampled_from(PARTIES), min_size=1))
    def commit(self, data: st.DataObject, acting: frozenset[str]) -> None:
        offset = self.store.end() + 1
        builder = Builder(cast("st.DrawFn", data.draw), self.existing, offset * 1_000)
        transaction = builder.finish(builder.children(0, undone=False))
        update = Update(
            offset,
            f"1220{offset:064x}",
            transaction.tree,
            offset * 10,
            offset * 10 + 1,
            acting,
            f"command-{offset}",
            "user",
            "work\0flow",
            "",
        )
        for store in (self.store, self.memory):
            store.append(update, transaction.created, transaction.archived)
        self._follow(update, transaction)

    def _follow(self, update: Update, transaction: Transaction) -> None:
        self.existing = after(self.existing, transaction)
        self.updates.append(update)

    @rule(key=st.sampled_from(["a", "b", "c\0"]), value=plain)
    def put(self, key: str, value: Any) -> None:
        self.store.put("things", key, value)
        self.table[key] = value
        if value is None:
            del self.table[key]

    @rule(value=plain)
    def note(self, value: Any) -> None:
        offset = self.store.note("refused", value)
        self.entries.append(Entry(offset, "refused", value))

    @rule()
    def restart(self) -> None:
        before = self.store.state_hash()
        self.store.close()
        self.store = SqliteStore(self.path, self.options)
        assert self.store.state_hash() == before

    @rule()
    def snapshot(self) -> None:
        self.store.snapshot()

    @rule()
    def sync(self) -> None:
        self.store.sync().result(timeout=60)

    @precondition(lambda self: self.store.end() > self.store.pruned())
    @rule(data=st.data())
    def prune(self, data: st.DataObject) -> None:
        up_to = data.draw(st.integers(self.store.pruned(), self.store.end()))
        self.store.prune(up_to)

    @rule(key=st.sampled_from(["a", "b"]), value=plain)
    def try_and_go_back(self, key: str, value: Any) -> None:
        mark, before = self.store.mark(), self.store.state_hash()
        self.store.put("things", key, value)
        self.store.note("refused", value)
        self.store.roll_back(mark)
        assert self.store.state_hash() == before

    @invariant()
    def reads_are_the_same(self) -> None:
        store, memory, pruned = self.store, self.memory, self.store.pruned()
        assert dict(store.table("things")) == self.table
        wanted = [entry for entry in self.entries if entry.offset > pruned]
        assert list(store.entries("refused", 0, store.end())) == wanted
        for parties in (None, *[[party] for party in PARTIES], PARTIES[:2]):
            assert store.templates(parties) == memory.templates(parties)
            found = list(store.updates(parties, pruned, store.end()))
            assert found == list(memory.updates(parties, pruned, store.end()))
            for at in {pruned, (pruned + store.end()) // 2, store.end()}:
                active = list(store.active(parties, TEMPLATES, at))
                assert active == list(memory.active(parties, TEMPLATES, at))

    @invariant()
    def look_ups_are_the_same(self) -> None:
        for update in self.updates:
            expected = update if update.offset > self.store.pruned() else None
            assert self.store.by_id(update.update_id) == expected
            assert self.store.by_offset(update.offset) == expected
        for contract_id, contract in self.existing.items():
            assert self.store.lookup(contract_id) == contract
            born, died = self.store.life(contract_id)
            assert born is not None
            assert (born.contract, died) == (contract, None)


class EagerTwins(Twins):
    """Makes a snapshot whenever it can."""

    options = Options(snapshot_updates=1)


def test_a_restart_changes_nothing() -> None:
    run_state_machine_as_test(Twins, settings=settings(max_examples=20, stateful_step_count=20))


def test_snapshots_change_nothing() -> None:
    run_state_machine_as_test(
        EagerTwins, settings=settings(max_examples=12, stateful_step_count=20)
    )

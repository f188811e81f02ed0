"""The store as its users see it: what it keeps, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cantata.sandbox.engine import Create, MemoryStore, Update
from cantata.sandbox.store import (
    Options,
    SqliteStore,
    StoreClosed,
    StoreInUse,
    UnknownFormat,
)
from tests.faults.store.transfers import ISSUER, TOKEN, Transfers

HOLDERS = 5
UPDATES = 40


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "ledger.db")


@pytest.fixture
def store(path: str) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    yield store
    store.close()


def fill(store: SqliteStore | MemoryStore, updates: int = UPDATES) -> Transfers:
    transfers = Transfers(HOLDERS)
    for _ in range(updates):
        transfers.next(store)
    return transfers


def reopened(store: SqliteStore, options: Options | None = None) -> SqliteStore:
    store.close()
    return SqliteStore(store.path, options)


def assert_same_reads(store: SqliteStore, memory: MemoryStore, pruned: int = 0) -> None:
    """Compare all that the port offers, for offsets from the pruned one on."""
    end = memory.end()
    assert store.end() == end
    parties = [None, [ISSUER], *[[holder] for holder in sorted(_holders(memory))], ["nobody"]]
    for who in parties:
        assert store.templates(who) == memory.templates(who)
        for after in range(pruned, end + 1, 7):
            assert list(store.updates(who, after, end)) == list(memory.updates(who, after, end))
            found = list(store.active(who, [TOKEN], after))
            assert found == list(memory.active(who, [TOKEN], after))


def _holders(memory: MemoryStore) -> set[str]:
    return {active.contract.payload[1] for active in memory.active(None, [TOKEN], memory.end())}


def test_all_reads_survive_a_restart(store: SqliteStore) -> None:
    memory = MemoryStore()
    fill(store)
    fill(memory)
    assert_same_reads(store, memory)
    before = store.state_hash()
    again = reopened(store)
    assert again.state_hash() == before
    assert_same_reads(again, memory)
    again.verify()
    again.close()


def test_tickets_are_fulfilled_with_the_last_offset(store: SqliteStore) -> None:
    fill(store)
    assert store.sync().result(timeout=60) == UPDATES
    assert store.durable_end() == UPDATES


def test_updates_are_found_by_id_and_offset(store: SqliteStore) -> None:
    fill(store)
    again = reopened(store)
    for update in list(again.updates(None, 0, UPDATES)):
        assert again.by_id(update.update_id) == update
        assert again.by_offset(update.offset) == update
    assert again.by_offset(UPDATES + 1) is None
    assert again.by_offset(0) is None
    assert again.by_id("1220" + "0" * 64) is None
    again.close()


def test_the_life_of_contracts_is_known(store: SqliteStore) -> None:
    fill(store)
    again = reopened(store)
    for update in list(again.updates(None, 0, UPDATES)):
        for node in update.tree.nodes:
            if isinstance(node, Create):
                born, died = again.life(node.contract.contract_id)
                assert born is not None
                assert (born.contract, born.place) == (node.contract, (update.offset, node.node_id))
                is_active = again.lookup(node.contract.contract_id) is not None
                assert (died is None) == is_active
    assert again.life("00ff") == (None, None)
    again.close()


def test_tables_entries_and_blobs_survive(store: SqliteStore) -> None:
    fill(store, 3)
    store.put("users", "alice", ("admin", {"rights": ("actAs",)}, b"\0\1"))
    store.put("users", "bob", 1)
    store.put("users", "bob", None)
    refused = store.note("refused", ("command-4", 9))
    blob = store.put_blob(b"package" * 1000)
    assert store.blob(blob) == b"package" * 1000
    again = reopened(store)
    assert dict(again.table("users")) == {"alice": ("admin", {"rights": ("actAs",)}, b"\0\1")}
    assert dict(again.table("parties")) == {}
    ((offset, kind, value),) = again.entries("refused", 0, again.end())
    assert (offset, kind, value) == (refused, "refused", ("command-4", 9))
    assert again.end() == refused == 4
    assert again.blob(blob) == b"package" * 1000
    assert again.blob("00" * 32) is None
    again.close()


def test_what_belongs_together_is_one_batch(store: SqliteStore) -> None:
    transfers = fill(store, 2)
    store.sync().result(timeout=60)
    before = store._log.flusher.durable_seq
    with store.together():
        transfers.next(store)
        store.put("dedup", "command-3", 3)
        store.note("completion", "ok")
        waiting = store._log.flusher.durable_seq
    assert waiting == before
    assert store.sync().result(timeout=60) == 4
    assert store._log.flusher.durable_seq == before + 1


def test_a_snapshot_gives_the_same_state(store: SqliteStore) -> None:
    memory = MemoryStore()
    transfers, twin = fill(store), fill(memory)
    store.put("users", "alice", 1)
    store.snapshot()
    _wait_for_snapshot(store)
    for _ in range(10):
        transfers.next(store)
        twin.next(memory)
    before = store.state_hash()
    again = reopened(store)
    assert again._log.disk.snapshot() is not None
    assert again.state_hash() == before
    assert_same_reads(again, memory)
    again.close()


def test_snapshots_are_made_as_the_log_grows(path: str) -> None:
    store = SqliteStore(path, Options(snapshot_updates=10))
    memory = MemoryStore()
    transfers, twin = Transfers(HOLDERS), Transfers(HOLDERS)
    for _ in range(5):
        for _ in range(11):
            transfers.next(store)
            twin.next(memory)
        _wait_for_snapshot(store)
    before = store.state_hash()
    again = reopened(store)
    assert len(again._log.state.history.segments) > 2
    assert again.state_hash() == before
    assert_same_reads(again, memory)
    again.verify()
    again.close()


def test_pruning_forgets_history_and_keeps_contracts(store: SqliteStore) -> None:
    memory = MemoryStore()
    transfers, twin = fill(store), fill(memory)
    store.prune(25).result(timeout=60)
    assert store.pruned() == 25
    assert_same_reads(store, memory, pruned=25)
    assert [update.offset for update in store.updates(None, 0, 27)] == [26, 27]
    assert store.by_offset(25) is None
    for _ in range(10):
        transfers.next(store)
        twin.next(memory)
    assert_same_reads(store, memory, pruned=25)
    before = store.state_hash()
    again = reopened(store)
    assert (again.pruned(), again.state_hash()) == (25, before)
    assert_same_reads(again, memory, pruned=25)
    again.close()


def test_pruning_gives_room_back_after_a_restart(path: str) -> None:
    store = SqliteStore(path)
    transfers = Transfers(HOLDERS)
    for _ in range(UPDATES):
        transfers.next(store)
        store.sync().result(timeout=60)
    assert store._log.disk.first_seq() == 1
    store.prune(30).result(timeout=60)
    again = reopened(store)
    _wait_for_snapshot(again)
    again = reopened(again)
    assert again._log.disk.first_seq() == 31
    again.verify()
    again.close()


def test_pruning_is_refused_beyond_the_log(store: SqliteStore) -> None:
    fill(store)
    with pytest.raises(ValueError, match="not in 0 to 40"):
        store.prune(UPDATES + 1)


def test_going_back_undoes_everything_since(store: SqliteStore) -> None:
    transfers = fill(store)
    before, mark = store.state_hash(), store.mark()
    for _ in range(5):
        transfers.next(store)
    store.put("users", "alice", 1)
    store.roll_back(mark)
    assert store.state_hash() == before
    assert store.end() == UPDATES
    again = reopened(store)
    assert again.state_hash() == before
    again.close()


def test_a_file_has_one_user(store: SqliteStore, path: str) -> None:
    with pytest.raises(StoreInUse):
        SqliteStore(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("these are my notes, do not touch them\n" * 100)
    with pytest.raises(UnknownFormat):
        SqliteStore(str(other))
    assert other.read_text().startswith("these are my notes")


def test_a_closed_store_refuses(path: str) -> None:
    store = SqliteStore(path)
    transfers = fill(store)
    store.close()
    with pytest.raises(StoreClosed):
        transfers.next(store)
    with pytest.raises(StoreClosed):
        store.put("users", "alice", 1)


def test_in_memory_it_is_the_same() -> None:
    store, memory = SqliteStore(":memory:"), MemoryStore()
    fill(store)
    fill(memory)
    store.sync().result(timeout=60)
    assert_same_reads(store, memory)
    store.prune(25).result(timeout=60)
    assert_same_reads(store, memory, pruned=25)
    store.close()


def test_values_that_cannot_be_kept_change_nothing(store: SqliteStore) -> None:
    fill(store, 2)
    before = store.state_hash()
    with pytest.raises(TypeError):
        store.put("users", "alice", [1])
    with pytest.raises(TypeError):
        store.note("refused", 1.5)
    assert store.end() == 2
    again = reopened(store)
    assert dict(again.table("users")) == {}
    assert len(before) == 64
    again.close()


def _wait_for_snapshot(store: SqliteStore) -> None:
    """Wait for the snapshot in the making and what follows it."""
    snapshot = store._log._snapshot
    if snapshot is not None:
        snapshot._thread.join(timeout=60)
        assert not snapshot.is_running


def described(number: int) -> Update:
    """Give the update that a fresh log begins with, as an external party may have submitted it."""
    update = Transfers(HOLDERS).next(MemoryStore())
    return update._replace(
        offset=number,
        update_id=f"{number:068x}",
        trace_id="0123456789abcdef",
        external_hash=f"{number:064x}",
        workflow_id="work\0flow",
        submission_id="submission",
    )


@pytest.mark.parametrize("snapshot", [False, True])
def test_all_fields_of_an_update_survive(store: SqliteStore, snapshot: bool) -> None:
    updates = [described(number) for number in (1, 2)]
    for update in updates:
        node = update.tree.nodes[0]
        assert isinstance(node, Create)
        store.append(update, (), ())
    if snapshot:
        store.snapshot()
    store.sync().result(timeout=60)
    store = reopened(store)
    assert list(store.updates(None, 0, store.end())) == updates
    assert [store.by_hash(update.external_hash) for update in updates] == updates
    assert store.by_hash("00" * 32) is None
    store.close()


@pytest.mark.parametrize("snapshots", [0, 10])
def test_commands_are_found_without_reading_the_log(path: str, snapshots: int) -> None:
    options = Options(snapshot_updates=snapshots)
    store = SqliteStore(path, options)
    fill(store)
    store.sync().result(timeout=60)
    for _ in range(2):
        for update in store.updates(None, 0, store.end()):
            assert store.by_command("user", update.command_id, update.act_as) == update
        assert store.by_command("other", "command-1", frozenset((ISSUER,))) is None
        assert store.by_command("user", "command-1", frozenset(("else",))) is None
        everything = list(store.updates(None, 0, store.end()))
        assert list(store.submitted([ISSUER], 0, store.end())) == everything
        assert list(store.submitted([ISSUER, "nobody"], 3, 9)) == everything[3:9]
        assert list(store.submitted(None, 3, 9)) == everything[3:9]
        assert list(store.submitted(["nobody"], 0, store.end())) == []
        store = reopened(store, options)
    store.close()


def test_the_last_of_equal_commands_is_found(store: SqliteStore) -> None:
    first, second = described(1), described(2)
    store.append(first, (), ())
    store.append(second, (), ())
    assert store.by_command(first.user_id, first.command_id, first.act_as) == second

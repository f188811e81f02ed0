"""No room on the disk: commands are refused, reads go on, and with room again it goes on."""

from __future__ import annotations

import multiprocessing
import resource
from pathlib import Path

import pytest

from cantata.sandbox.engine import MemoryStore
from cantata.sandbox.store import (
    Options,
    SqliteStore,
    StoreFailed,
    StoreFull,
    StoreRecovered,
    StoreUnavailable,
)
from tests.faults.store.transfers import TOKEN, Transfers

HOLDERS = 10
UPDATES_MAX = 20_000
FILE_BYTES_MAX = 600_000


def fill(store: SqliteStore) -> StoreUnavailable:
    """Commit until it is refused, and give the refusal."""
    transfers = Transfers(HOLDERS)
    for _ in range(UPDATES_MAX):
        try:
            transfers.next(store)
        except StoreUnavailable as refused:
            return refused
        if transfers.number % 8 == 0:
            failed = store.sync().exception(timeout=60)
            if failed is not None:
                assert isinstance(failed, StoreUnavailable)
                return failed
    raise AssertionError("it was never full")


def assert_is_at(store: SqliteStore, end: int) -> MemoryStore:
    """Compare a store with a twin that got just the first `end` updates."""
    twin, transfers = MemoryStore(), Transfers(HOLDERS)
    for _ in range(end):
        transfers.next(twin)
    assert store.end() == store.durable_end() == end
    assert list(store.updates(None, 0, end)) == list(twin.updates(None, 0, end))
    found = list(store.active(None, [TOKEN], end))
    assert found == list(twin.active(None, [TOKEN], end))
    return twin


def goes_on(store: SqliteStore, updates: int) -> None:
    """Commit what comes next, and check all of it after a restart."""
    transfers = Transfers(HOLDERS)
    transfers.skip(store.end())
    for _ in range(updates):
        transfers.next(store)
    assert store.sync().result(timeout=60) == transfers.number
    store.close()
    again = SqliteStore(store.path)
    assert_is_at(again, transfers.number)
    again.verify()
    again.close()


def test_a_full_file_refuses_and_recovers(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "ledger.db"), Options(bytes_max=FILE_BYTES_MAX))
    store.put("users", "alice", 1)
    refused = fill(store)
    assert isinstance(refused, StoreFull)
    assert refused.is_definite
    assert "make room" in str(refused)
    end = store.durable_end()
    assert end > 100
    assert_is_at(store, end)
    for attempt in (lambda: store.put("users", "bob", 1), lambda: store.note("refused", 1)):
        with pytest.raises(StoreFull):
            attempt()
    assert dict(store.table("users")) == {"alice": 1}
    assert not store.recover()
    store._log.disk.writer.execute("PRAGMA max_page_count = 1000000")
    assert store.recover()
    goes_on(store, 50)


def test_the_first_command_after_recovery_is_told_to_come_again(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "ledger.db"), Options(bytes_max=FILE_BYTES_MAX))
    fill(store)
    store._log.disk.writer.execute("PRAGMA max_page_count = 1000000")
    with pytest.raises(StoreRecovered):
        store.put("users", "bob", 1)
    store.put("users", "bob", 1)
    assert store.sync().exception(timeout=60) is None
    store.close()


def test_everything_in_flight_is_refused_together(tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "ledger.db"), Options(bytes_max=FILE_BYTES_MAX))
    transfers = Transfers(HOLDERS)
    tickets = []
    try:
        for _ in range(UPDATES_MAX):
            transfers.next(store)
            tickets.append(store.sync())
    except StoreUnavailable:
        pass
    outcomes = [ticket.exception(timeout=60) is None for ticket in tickets]
    done = sum(outcomes)
    assert outcomes == [True] * done + [False] * (len(outcomes) - done)
    assert 0 < done < len(outcomes)
    assert_is_at(store, done)
    store.close()
    again = SqliteStore(str(tmp_path / "ledger.db"))
    assert_is_at(again, done)
    again.close()


def _limited(path: str) -> None:
    """In a process of its own: let the system refuse to make files longer."""
    store = SqliteStore(path)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES_MAX, hard))
    refused = fill(store)
    assert isinstance(refused, StoreFull | StoreFailed)
    end = store.durable_end()
    assert end > 100
    assert_is_at(store, end)
    assert not store.recover()
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert store.recover()
    assert_is_at(store, end)
    goes_on(store, 50)


def test_a_disk_that_refuses_is_survived(tmp_path: Path) -> None:
    processes = multiprocessing.get_context("forkserver")
    process = processes.Process(target=_limited, args=(str(tmp_path / "ledger.db"),))
    process.start()
    process.join(timeout=100)
    assert process.exitcode == 0

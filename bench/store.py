"""The durable store by itself: appending, one commit at a time, starting, and what a disk can do.

``python -m bench.store [UPDATES]``; updates are like those of one-step token transfers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from bench.conditions import updates_of
from cantata.sandbox.engine import MemoryStore
from cantata.sandbox.store import Options, SqliteStore
from tests.faults.store.transfers import Transfers

UPDATES = 50_000
HOLDERS = 1_000
COMMITS = 300
PROBE_BYTES = 4096
STARTS = 3


def main(arguments: list[str]) -> int:
    """Print the figures; the disk's own are taken before and after."""
    updates = updates_of(arguments, UPDATES)
    with TemporaryDirectory(dir=Path.cwd()) as folder:
        path = str(Path(folder) / "ledger.db")
        _show("4 KiB + fdatasync", _probe(Path(folder)))
        memory = _append(MemoryStore(), updates)[1]
        store = SqliteStore(path, Options(snapshot_updates=0))
        wall, cpu = _append(store, updates)
        print(f"append, durable: {updates / wall:,.0f} updates/s, group commit")
        print(f"  processor: {(cpu - memory) / updates * 1e6:.1f} µs each beyond a store in memory")
        _show("one update, durable", _commits(store))
        before, end = store.state_hash(), store.end()
        store.close()
        print(f"  {Path(path).stat().st_size / end:,.0f} bytes each")
        for _ in range(STARTS):
            started = perf_counter()
            store = SqliteStore(path, Options(snapshot_updates=0))
            print(f"start, replaying: {end / (perf_counter() - started):,.0f} updates/s")
            assert store.state_hash() == before, "the state has changed"
            store.close()
        _show("4 KiB + fdatasync", _probe(Path(folder)))
    return 0


def _append(store: SqliteStore | MemoryStore, updates: int) -> tuple[float, float]:
    transfers = Transfers(HOLDERS)
    wall, cpu = perf_counter(), process_time()
    for _ in range(updates):
        transfers.next(store)
    if isinstance(store, SqliteStore):
        store.sync().result()
    return perf_counter() - wall, process_time() - cpu


def _commits(store: SqliteStore) -> list[float]:
    transfers = Transfers(HOLDERS)
    transfers.skip(store.end())
    return [_timed(lambda: (transfers.next(store), store.sync().result())) for _ in range(COMMITS)]


def _probe(folder: Path) -> list[float]:
    """Overwrite a file that is there already, and sync, as the log of a store does."""
    with (folder / "probe").open("w+b", buffering=0) as file:
        file.write(bytes(PROBE_BYTES * COMMITS))
        os.fsync(file.fileno())
        file.seek(0)

        def write() -> None:
            file.write(b"x" * PROBE_BYTES)
            os.fdatasync(file.fileno())

        return [_timed(write) for _ in range(COMMITS)]


def _timed(action: Callable[[], object]) -> float:
    started = perf_counter()
    action()
    return perf_counter() - started


def _show(what: str, seconds: list[float]) -> None:
    cuts = quantiles(seconds, n=100)
    print(f"{what}: p50 {cuts[49] * 1e3:.2f} ms, p99 {cuts[98] * 1e3:.2f} ms")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

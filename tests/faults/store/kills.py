"""Kills a committing process again and again, and checks what is left each time.

``python -m tests.faults.store.kills 200`` does so 200 times.
"""

from __future__ import annotations

import multiprocessing
import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from cantata.sandbox.engine import MemoryStore
from cantata.sandbox.store import SqliteStore
from tests.faults.store.committer import HOLDERS, commit
from tests.faults.store.transfers import TOKEN, Transfers

LIFE_SECONDS_MAX = 0.25
START_SECONDS_MAX = 60
KILLS_PER_STORE = 20


class Kills:
    """A store, and a twin in memory that is told of everything found in it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._path, self._acknowledged = str(folder / "ledger.db"), folder / "acknowledged"
        self._chance = random.Random(seed)
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["tests.faults.store.committer"])
        self._twin, self._transfers = MemoryStore(), Transfers(HOLDERS)
        self.acknowledged = 0

    def kill_once(self) -> None:
        """Let a process commit for a moment, kill it, and check the store."""
        before = self._acknowledged.stat().st_size if self._acknowledged.exists() else 0
        process = self._processes.Process(
            target=commit,
            args=(self._path, str(self._acknowledged), self._chance.randrange(2**32)),
            daemon=True,
        )
        process.start()
        self._await_progress(process, before)
        Event().wait(self._chance.uniform(0, LIFE_SECONDS_MAX))
        assert process.is_alive(), "the process ended by itself"
        process.kill()
        process.join()
        self._check()

    def _await_progress(self, process: multiprocessing.process.BaseProcess, before: int) -> None:
        for _ in range(START_SECONDS_MAX * 200):
            if self._acknowledged.exists() and self._acknowledged.stat().st_size > before:
                return
            assert process.is_alive(), "the process ended by itself"
            Event().wait(0.005)
        raise AssertionError("no progress")

    def _check(self) -> None:
        store = SqliteStore(self._path)
        try:
            store.verify()
            self._follow(store)
            self._compare(store)
        finally:
            store.close()

    def _follow(self, store: SqliteStore) -> None:
        """Check that all that was acknowledged is there, and bring the twin up to date."""
        lines = self._acknowledged.read_text(encoding="utf-8").splitlines(keepends=True)
        acknowledged = dict(line.split() for line in lines if line.endswith("\n"))
        self.acknowledged = len(acknowledged)
        last = max(map(int, acknowledged))
        assert store.end() >= last, f"{last} was acknowledged, the log ends at {store.end()}"
        while self._twin.end() < store.end():
            update = self._transfers.next(self._twin)
            assert acknowledged.get(str(update.offset), update.update_id) == update.update_id

    def _compare(self, store: SqliteStore) -> None:
        """Check that the log is the twin's, each update once and in order, and so the contracts."""
        pruned, end = store.pruned(), store.end()
        assert list(store.updates(None, pruned, end)) == list(self._twin.updates(None, pruned, end))
        active = list(store.active(None, [TOKEN], end))
        assert active == list(self._twin.active(None, [TOKEN], end))
        expected = {f"command-{offset}": offset for offset in range(1, end + 1)}
        assert dict(store.table("commands")) == expected


def main() -> None:
    """Kill as often as the first argument says, with a new store now and then."""
    wanted, killed, acknowledged = int(sys.argv[1]), 0, 0
    while killed < wanted:
        with TemporaryDirectory() as folder:
            kills = Kills(Path(folder), seed=random.randrange(2**32))
            for _ in range(min(KILLS_PER_STORE, wanted - killed)):
                kills.kill_once()
                killed += 1
        acknowledged += kills.acknowledged
        print(f"{killed} kills, {acknowledged} updates acknowledged, none lost", flush=True)


if __name__ == "__main__":
    main()

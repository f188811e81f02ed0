"""Starting a sandbox on a long log: transactions read again in each second.

``python -m bench.restart [UPDATES]``; updates are like those of one-step token transfers, and the
time is that of the whole process until it can be reached, less that of one with an empty store.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from urllib.request import urlopen

from bench.conditions import conditions, updates_of
from cantata.sandbox.store import Options, SqliteStore
from tests.faults.store.transfers import Transfers

UPDATES = 100_000
HOLDERS = 1_000
ROUNDS = 3
SECONDS_MAX = 120
TARGET = 30_000
_POLL_SECONDS = 0.002


def main(arguments: list[str]) -> int:
    """Print the rates; give 1 if one of them is below the target."""
    updates = updates_of(arguments, UPDATES)
    print(conditions())
    failed = False
    with TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        empty = str(folder / "empty.db")
        for snapshot in (False, True):
            path = str(folder / f"ledger-{snapshot}.db")
            end = _fill(path, updates, snapshot=snapshot)
            base, full = [], []
            for _ in range(ROUNDS):
                base.append(_start(folder, empty, 0))
                full.append(_start(folder, path, end))
            seconds = max(median(full) - median(base), 1e-9)
            kind = "from a snapshot" if snapshot else "by replay"
            print(
                f"{kind}: {updates / seconds:,.0f} tx/s "
                f"({median(full):.2f} s to ready, {median(base):.2f} s when empty)"
            )
            failed |= updates / seconds < TARGET
    return int(failed)


def _fill(path: str, updates: int, *, snapshot: bool) -> int:
    """Make a log of so many updates; give its end."""
    store = SqliteStore(path, Options(snapshot_updates=0))
    transfers = Transfers(HOLDERS)
    for _ in range(updates):
        transfers.next(store)
        if transfers.number % 1_000 == 0:
            store.sync().result()
    store.sync().result()
    if snapshot:
        store.snapshot()
        while store.is_making_snapshot:
            sleep(_POLL_SECONDS)
    end = store.end()
    store.close()
    return end


def _start(folder: Path, store: str, end: int) -> float:
    """Give the seconds until a sandbox is ready with all of its log."""
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    command = [str(Path(sys.executable).with_name("cantata")), "sandbox", "--port", "0"]
    began = perf_counter()
    with subprocess.Popen(
        [*command, "--ready-file", str(ready), "--store", store],
        env=os.environ,
        stdout=subprocess.DEVNULL,
    ) as process:
        try:
            while not ready.exists():
                if process.poll() is not None or perf_counter() - began > SECONDS_MAX:
                    raise SystemExit("the sandbox did not become ready")
                sleep(_POLL_SECONDS)
            seconds = perf_counter() - began
            url = json.loads(ready.read_text(encoding="utf-8"))["url"]
            with urlopen(f"{url}/v2/state/ledger-end") as answer:
                assert json.load(answer)["offset"] >= end
            return seconds
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(SECONDS_MAX)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

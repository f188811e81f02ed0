"""Damaged files: a torn tail is cut, everything else is refused with its place, never misread."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cantata.sandbox.store import CorruptStore, Options, SqliteStore, UnknownFormat
from cantata.sandbox.store.wal import Promise, read_promise
from tests.faults.store.transfers import TOKEN, Transfers

FLIPS = 120
TEARS = 25
UPDATES = 60
HEADER_BYTES = 32


@dataclass(frozen=True)
class Copy:
    """Files of a store as a crash leaves them, and what they hold.

    `before` is the content without the last batch, which is all of the torn tail.
    """

    folder: Path
    content: str
    before: str

    @property
    def promise(self) -> Promise:
        return read_promise(self.folder / "ledger.db-wal")

    def again(self, target: Path) -> Path:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.folder, target)
        return target / "ledger.db"


def everything(store: SqliteStore) -> str:
    """Read all there is, and give it as text."""
    end, pruned = store.end(), store.pruned()
    return repr(
        (
            store.state_hash(),
            list(store.updates(None, pruned, end)),
            list(store.entries("refused", pruned, end)),
            list(store.active(None, [TOKEN], (pruned + end) // 2)),
            sorted(store.table("users").items()),
            store.blob(store.table("packages")["one"]),
        )
    )


def make(folder: Path, *, checkpointed: bool) -> Copy:
    """Make a store with all that a store can have, and copy it as if the power went now."""
    live, kept = folder / "live", folder / "kept"
    live.mkdir(parents=True)
    store = SqliteStore(str(live / "ledger.db"), Options(snapshot_updates=25))
    transfers = Transfers(10)
    store.put("packages", "one", store.put_blob(bytes(range(256)) * 50))
    for number in range(UPDATES):
        transfers.next(store)
        store.put("users", f"user-{number % 7}", (number, "rights"))
        store.note("refused", ("command", number)) if number % 10 == 0 else None
        transfers.number = store.end()
        store.sync().result(timeout=60)
    store.prune(20).result(timeout=60)
    if store._log._snapshot is not None:
        store._log._snapshot._thread.join(timeout=60)
    before = everything(store)
    if checkpointed:
        store.close()
        store = SqliteStore(str(live / "ledger.db"), Options(snapshot_updates=0))
        before = everything(store)
    else:
        store.put("users", "last", 1)
        store.sync().result(timeout=60)
    content = everything(store)
    shutil.copytree(live, kept)
    store.close()
    return Copy(kept, content, before)


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return make(tmp_path_factory.mktemp("crashed"), checkpointed=False)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return make(tmp_path_factory.mktemp("settled"), checkpointed=True)


def outcome(path: Path) -> str:
    """Open a damaged store and read all of it: its content, or "refused" with the place named."""
    try:
        store = SqliteStore(str(path))
        try:
            store.verify()
            return everything(store)
        finally:
            store.close()
    except (CorruptStore, UnknownFormat) as refused:
        named = str(path) in str(refused)
    return "refused" if named else "refused without a place"


def damage(path: Path, change: Callable[[bytearray], None]) -> None:
    content = bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)


def flip(place: int, bit: int) -> Callable[[bytearray], None]:
    def change(content: bytearray) -> None:
        content[place] ^= 1 << bit

    return change


def test_copies_are_whole(crashed: Copy, settled: Copy, tmp_path: Path) -> None:
    assert crashed.promise.frames > 10
    assert outcome(crashed.again(tmp_path / "a")) == crashed.content
    assert outcome(settled.again(tmp_path / "b")) == settled.content


@pytest.mark.parametrize("seed", range(4))
def test_flips_in_the_database_are_refused_or_harmless(
    settled: Copy, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    size = (settled.folder / "ledger.db").stat().st_size
    refused = 0
    for _ in range(FLIPS // 4):
        path = settled.again(tmp_path / "copy")
        place, bit = chance.randrange(size), chance.randrange(8)
        damage(path, flip(place, bit))
        found = outcome(path)
        assert found in {"refused", settled.content}, (place, bit)
        refused += found == "refused"
    assert refused > 5


def test_flips_in_the_first_bytes_are_refused_or_harmless(settled: Copy, tmp_path: Path) -> None:
    for place in range(0, 100, 3):
        path = settled.again(tmp_path / "copy")
        damage(path, flip(place, place % 8))
        assert outcome(path) in {"refused", settled.content}, place


def test_flips_in_the_write_ahead_log_are_refused(crashed: Copy, tmp_path: Path) -> None:
    chance = random.Random(7)
    promise = crashed.promise
    acknowledged = HEADER_BYTES + promise.frames * promise.frame_bytes
    size = (crashed.folder / "ledger.db-wal").stat().st_size
    for _ in range(FLIPS // 2):
        path = crashed.again(tmp_path / "copy")
        place, bit = chance.randrange(size), chance.randrange(8)
        damage(Path(f"{path}-wal"), flip(place, bit))
        found = outcome(path)
        if place < acknowledged:
            assert found == "refused", (place, bit)
        else:
            assert found in {crashed.content, crashed.before}, (place, bit)


@pytest.mark.parametrize("how", ["cut off", "zeroed", "old bytes"])
def test_a_torn_tail_is_cut(crashed: Copy, tmp_path: Path, how: str) -> None:
    chance = random.Random(11)
    promise = crashed.promise
    first = HEADER_BYTES + promise.frames * promise.frame_bytes
    size = (crashed.folder / "ledger.db-wal").stat().st_size
    for _ in range(TEARS):
        path = crashed.again(tmp_path / "copy")
        place = chance.randrange(first, size)

        def tear(content: bytearray, place: int = place) -> None:
            if how == "cut off":
                del content[place:]
            else:
                rest = len(content) - place
                content[place:] = bytes(rest) if how == "zeroed" else chance.randbytes(rest)

        damage(Path(f"{path}-wal"), tear)
        assert outcome(path) in {crashed.before, crashed.content}
        assert outcome(path) in {crashed.before, crashed.content}


def test_a_missing_batch_is_named(settled: Copy, tmp_path: Path) -> None:
    path = settled.again(tmp_path / "copy")
    connection = sqlite3.connect(path)
    ((last,),) = connection.execute("SELECT max(seq) FROM batches")
    connection.execute("DELETE FROM batches WHERE seq = ?", (last,))
    connection.commit()
    connection.close()
    with pytest.raises(CorruptStore, match=f"batch {last}"):
        SqliteStore(str(path), Options())

"""The log: records into batches on disk, the state that they make, and what is done about both.

It goes back to what is on disk when writing fails, and makes snapshots while it goes on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import RLock

from cantata.kernel.errors import CantataError
from cantata.sandbox.store.disk import Disk
from cantata.sandbox.store.errors import StoreRecovered
from cantata.sandbox.store.flusher import Flusher, OpenBatch, Ticket
from cantata.sandbox.store.loading import Loaded, load
from cantata.sandbox.store.reading import Reader
from cantata.sandbox.store.snapshots import Snapshot
from cantata.sandbox.store.state import State

SNAPSHOT_UPDATES = 50_000
"""Updates and other changes after which a snapshot is made, at the least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a store behaves. `bytes_max` bounds the file, 0 does not.

    `snapshot_updates` is the least number of updates and other changes between two snapshots, 0 for
    none at all.
    """

    bytes_max: int = 0
    snapshot_updates: int = SNAPSHOT_UPDATES


class Log:
    """Appends records; `state` and `reader` are of now and replaced when the log goes back.

    `ticket` is that of the last records. `lock` is held while records and state change.
    """

    state: State
    reader: Reader
    blobs: dict[str, bytes]
    ticket: Ticket

    def __init__(self, path: str, options: Options) -> None:
        self._options = options
        self.lock = RLock()
        self.disk = Disk(path, bytes_max=options.bytes_max)
        self.flusher = Flusher(self.disk, self._go_back)
        self._snapshot: Snapshot | None = None
        self._is_snapshot_wanted = False
        self._together: list[tuple[list[str], int]] | None = None
        self._generation = 0
        self._went_back_to: Loaded | None = None
        try:
            self._install(load(self.disk))
        except BaseException:
            self.disk.close()
            raise
        self.flusher.start()
        self._resume_pruning()

    def close(self) -> None:
        """Write what waits and close the file."""
        self._stop_snapshot()
        self.flusher.close()
        self.disk.close()

    def require(self, size: int = 0) -> None:
        """Refuse when no records of that many characters can be taken now."""
        self.flusher.require_open()
        failure = self.flusher.failure
        if failure is not None:
            if self.recover():
                raise StoreRecovered from failure
            raise failure.with_traceback(None)
        self.flusher.require_room(size)

    def write(self, records: list[str], offset: int = 0) -> None:
        """Append records that belong together and were applied to the state."""
        fresh = self.state.symbols.take_fresh()
        if fresh is not None:
            records.insert(0, "s" + fresh)
        if self._together is None:
            self._push(records, [offset])
        else:
            self._together.append((records, offset))

    @contextmanager
    def together(self) -> Iterator[None]:
        """Put everything written inside into one batch."""
        if self._together is not None:
            yield
            return
        self.require()
        generation, self._together = self._generation, []
        try:
            yield
        finally:
            held, self._together = self._together, None
            with self.lock:
                if held and generation == self._generation:
                    offsets = [offset for _, offset in held if offset] or [0]
                    self._push([text for texts, _ in held for text in texts], offsets)
                elif held:
                    self.ticket = Future()
                    self.ticket.set_exception(self.flusher.failure or StoreRecovered())

    def roll_back(self, mark: int) -> None:
        """Go back to a mark, as if nothing had been appended since; for tests of programs."""
        self.require()
        self.ticket.result()
        self._stop_snapshot()
        if mark < self.disk.first_seq() - 1:
            raise ValueError(f"the history after mark {mark} is pruned")
        self.alone(lambda: self.disk.cut(mark))
        self._install(load(self.disk))

    def alone(self, job: Callable[[], None]) -> None:
        """Do something while nothing is written, wait for it, and raise what it raises."""
        done: Future[None] = Future()

        def run() -> None:
            try:
                job()
            except (CantataError, sqlite3.Error) as error:
                done.set_exception(error)
            else:
                done.set_result(None)

        self.flusher.do(run)
        while not wait((done,), timeout=1).done:
            if self.flusher.failure is not None:
                raise self.flusher.failure
        done.result()

    def recover(self) -> bool:
        """Try to take records again after a failure; tell whether that is so. Cheap if healthy.

        Call it between submissions, on the thread that makes them.
        """
        flusher = self.flusher
        if flusher.failure is None:
            return True
        if not flusher.is_settled:
            return False
        try:
            self.disk.try_room()
            self._install(load(self.disk) if self._went_back_to is None else self._went_back_to)
        except (CantataError, sqlite3.Error):
            return False
        return True

    @property
    def is_making_snapshot(self) -> bool:
        """Tell whether a snapshot is being made or waits to be."""
        running = self._snapshot is not None and self._snapshot.is_running
        return running or self._is_snapshot_wanted

    def snapshot_if_due(self) -> None:
        """Begin a snapshot when enough has come since the last one."""
        least, state = self._options.snapshot_updates, self.state
        is_long = least and state.changes >= least and state.changes >= state.size
        if is_long or self._is_snapshot_wanted:
            self.snapshot()

    def snapshot(self) -> None:
        """Begin a snapshot now, or as soon as the one in the making is done."""
        running = self._snapshot
        self._is_snapshot_wanted = True
        if self._together is not None or (running is not None and running.is_running):
            return
        self._is_snapshot_wanted = False
        seq = self.flusher.close_batch()
        self.state.changes = 0
        self.state.history.cut(seq)
        if seq:
            self._snapshot = Snapshot(self.state.freeze(), seq, self.disk, self.flusher)
            self._snapshot.start(self._delete_pruned)

    def _push(self, records: list[str], offsets: list[int]) -> None:
        first = offsets[0]
        batch = self.flusher.add(records, first, offsets[-1])
        if first and batch.first == first:
            self.state.history.tail.add_batch(first, batch.seq)
        self.ticket = batch.ticket

    def _install(self, loaded: Loaded) -> None:
        """Show a state that was read from the disk, and go on from it."""
        with self.lock:
            self._show(loaded)
            self.flusher.reset(loaded.seq, loaded.digest, loaded.state.end)
            self.ticket = Future()
            self.ticket.set_result(loaded.state.end)

    def _show(self, loaded: Loaded) -> None:
        self.state, self.reader = loaded.state, Reader(self.disk)
        self.blobs = {}
        self._generation += 1

    def _go_back(self) -> list[OpenBatch]:
        """After a failed flush: drop what waits and show what is on disk, still refusing."""
        self._stop_snapshot()
        try:
            loaded = load(self.disk)
        except CantataError:
            loaded = None
        with self.lock:
            self._went_back_to = loaded
            if loaded is not None:
                self._show(loaded)
            self._generation += 1
            return self.flusher.drop()

    def _stop_snapshot(self) -> None:
        if self._snapshot is not None:
            self._snapshot.stop()
            self._snapshot = None

    def _delete_pruned(self) -> None:
        """Let the writing thread delete what is pruned and not needed for starting, by and by."""
        pruned, found = self.state.pruned, self.disk.snapshot()
        if not pruned or found is None:
            return
        before = found[0] + 1

        def step() -> None:
            with suppress(sqlite3.Error):
                if self.disk.prune(pruned, before):
                    self.flusher.do(step)

        self.flusher.do(step)

    def _resume_pruning(self) -> None:
        """Go on with deleting what was pruned before the program ended."""
        first, pruned = self.disk.first_seq(), self.state.pruned
        self._delete_pruned()
        if first and pruned and self.disk.batch(first).last <= pruned:
            self.snapshot()

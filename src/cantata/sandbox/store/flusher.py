"""Group commit: one thread writes what has gathered while it wrote what came before.

Whoever appends gets the ticket of the open batch: a future that is fulfilled with the last offset
on disk, or fails with the reason why nothing of the batch was recorded.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Condition, Thread

from cantata.sandbox.store.disk import Disk, make_batch
from cantata.sandbox.store.errors import (
    StoreBusy,
    StoreClosed,
    StoreFailed,
    StoreFull,
    StoreUnavailable,
)
from cantata.sandbox.store.tokens import SEPARATOR

BATCH_BYTES_MAX = 1024 * 1024
"""Size at which a batch is closed; a single record may be larger."""

WAITING_BYTES_MAX = 64 * 1024 * 1024
"""What may wait for the disk before appending is refused."""

Ticket = Future[int]
Job = Callable[[], None]


class OpenBatch:
    """Records that will be written together."""

    __slots__ = ("first", "last", "records", "seq", "size", "ticket")

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self.first = self.last = 0
        self.records: list[str] = []
        self.size = 0
        self.ticket: Ticket = Future()


class Flusher:
    """Owns the writing side of a disk while it runs.

    After a failure `on_failure` drops what waits, then `is_settled` turns true again; `failure`
    stays until `reset`.
    """

    def __init__(self, disk: Disk, on_failure: Callable[[], list[OpenBatch]]) -> None:
        self._disk, self._on_failure = disk, on_failure
        self._wake = Condition()
        self._batches: deque[OpenBatch] = deque()
        self._jobs: deque[Job] = deque()
        self._waiting = 0
        self._closing = False
        self._thread: Thread | None = None
        self.is_settled = True
        self.reset(0, b"", 0)

    def reset(self, seq: int, digest: bytes, offset: int) -> None:
        """Continue after a batch, as if nothing had failed; nothing may be waiting."""
        assert not self._batches, "nothing waits"
        self.durable_seq, self._digest, self.durable_offset = seq, digest, offset
        self._next_seq = seq + 1
        self.failure: StoreUnavailable | None = None
        self._is_open = False

    def start(self) -> None:
        """Begin to write."""
        self._thread = Thread(target=self._run, name="cantata-store", daemon=True)
        self._thread.start()

    def require_open(self) -> None:
        """Refuse to take records after closing."""
        if self._closing:
            raise StoreClosed

    def require_room(self, size: int) -> None:
        """Refuse to take records when too many wait already."""
        if self._waiting and self._waiting + size > WAITING_BYTES_MAX:
            raise StoreBusy(self._waiting)

    def add(self, records: Sequence[str], first: int, last: int) -> OpenBatch:
        """Put records that belong together into the open batch; offset 0 stands for none."""
        size = sum(map(len, records))
        with self._wake:
            batch = self._open()
            batch.records += records
            batch.size += size
            self._waiting += size
            batch.first, batch.last = batch.first or first, last or batch.last
            if batch.size >= BATCH_BYTES_MAX:
                self._is_open = False
            return batch

    def close_batch(self) -> int:
        """Let the next records begin a new batch; give the number of the last one before it."""
        with self._wake:
            self._is_open = False
            return self._next_seq - 1

    def do(self, job: Job) -> None:
        """Have something done by the writing thread, before the next batch."""
        with self._wake:
            if self.failure is None:
                self._jobs.append(job)
                self._wake.notify()

    def drop(self) -> list[OpenBatch]:
        """Forget everything that waits, and give the batches whose tickets are to fail."""
        with self._wake:
            dropped = [*self._batches]
            self._batches.clear()
            self._jobs.clear()
            self._waiting = 0
            self._is_open = False
            return dropped

    def close(self) -> None:
        """Write what waits and stop."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()

    def _open(self) -> OpenBatch:
        if not self._is_open:
            self._batches.append(OpenBatch(self._next_seq))
            self._next_seq += 1
            self._is_open = True
            self._wake.notify()
        return self._batches[-1]

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._jobs or self._batches or self._closing):
                    self._wake.wait()
                jobs, self._jobs = self._jobs, deque()
                batch = self._batches.popleft() if self._batches else None
                if batch is not None and not self._batches:
                    self._is_open = False
            if batch is None and not jobs:
                return
            try:
                for job in jobs:
                    job()
                if batch is not None:
                    self._write(batch)
            except Exception as error:  # noqa: BLE001 - whatever it is, nothing may be acknowledged
                self._fail(batch, error)

    def _write(self, batch: OpenBatch) -> None:
        body = SEPARATOR.join(batch.records).encode("utf-8", "surrogatepass")
        written = make_batch(batch.seq, batch.first, batch.last, body, self._digest)
        self._disk.write_batch(written)
        self._digest, self.durable_seq = written.digest, batch.seq
        self.durable_offset = batch.last or self.durable_offset
        with self._wake:
            self._waiting -= batch.size
        batch.ticket.set_result(self.durable_offset)

    def _fail(self, batch: OpenBatch | None, error: Exception) -> None:
        """Refuse everything that waits; the store goes back before the tickets say so."""
        self.is_settled = False
        self.failure = failure = _as_failure(error)
        doomed = self._on_failure()
        self.is_settled = True
        if batch is not None:
            batch.ticket.set_exception(failure)
        for each in doomed:
            each.ticket.set_exception(failure)


def _as_failure(error: Exception) -> StoreUnavailable:
    if isinstance(error, StoreUnavailable):
        return error
    if isinstance(error, sqlite3.Error) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
        return StoreFull(str(error))
    return StoreFailed(f"{type(error).__name__}: {error}")

"""Snapshots: the state as records, so that starting costs what came after it.

One is begun when as many changes came since the last one as contracts and rows of tables are live,
and at least a fixed number: so it costs a constant for each change. It is made by a thread of its
own from what never changes (contracts, copies of tables) and written in parts between batches.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from threading import Event, Thread, current_thread

from cantata.sandbox.store.disk import Disk
from cantata.sandbox.store.flusher import Flusher
from cantata.sandbox.store.history import Segment
from cantata.sandbox.store.state import Frozen
from cantata.sandbox.store.symbols import Symbols
from cantata.sandbox.store.tokens import SEPARATOR
from cantata.sandbox.store.values import encode

PART_BYTES = 256 * 1024
_RECORDS_AT_ONCE = 200
_PAUSE_MS = 2
_PATIENCE_MS = 50


class Snapshot:
    """One snapshot in the making, of the state after a batch."""

    def __init__(self, frozen: Frozen, seq: int, disk: Disk, flusher: Flusher) -> None:
        self._frozen, self._seq, self._disk, self._flusher = frozen, seq, disk, flusher
        self._stop = Event()
        self._thread = Thread(target=self._run, name="cantata-snapshot", daemon=True)
        self._on_written: Callable[[], None] = lambda: None
        self.is_running = True

    def start(self, on_written: Callable[[], None]) -> None:
        """Make it in a thread of its own; `on_written` is called once it counts."""
        self._on_written = on_written
        self._thread.start()

    def stop(self) -> None:
        """Give it up, unless it is finished; what was written of it does not count."""
        self._stop.set()
        if self._thread.is_alive() and self._thread is not current_thread():
            self._thread.join()

    def _run(self) -> None:
        try:
            segments = self._write_segments()
            parts = self._write_parts()
            self._do(lambda: self._finish(parts, segments))
        finally:
            self.is_running = False

    def _write_segments(self) -> tuple[int, ...]:
        symbols = Symbols()
        symbols.learn(0, self._frozen.texts)
        sealed = [segment for segment in self._frozen.segments if segment.seq]
        for segment in sealed:
            if not segment.is_saved:
                segment.seal()
                packed = segment.pack(lambda name: int(symbols.text(name)[1:]))
                self._do(partial(self._write_segment, segment, packed))
        return tuple(segment.seq for segment in sealed)

    def _write_segment(self, segment: Segment, packed: bytes) -> None:
        self._disk.write_segment(segment.seq, packed)
        segment.is_saved = True

    def _write_parts(self) -> int:
        parts, size, records = 0, 0, []
        for count, record in enumerate(self._frozen.records()):
            records.append(record)
            size += len(record)
            if size >= PART_BYTES:
                self._write_part(parts, records)
                parts, size, records = parts + 1, 0, []
            if count % _RECORDS_AT_ONCE == 0:
                self._stop.wait(_PAUSE_MS / 1_000)
            if self._stop.is_set():
                return parts
        self._write_part(parts, records)
        return parts + 1

    def _write_part(self, part: int, records: list[str]) -> None:
        body = SEPARATOR.join(records).encode("utf-8", "surrogatepass")
        self._do(lambda: self._disk.write_part(self._seq, part, body))

    def _finish(self, parts: int, segments: tuple[int, ...]) -> None:
        digest = self._disk.batch(self._seq).digest
        body = encode((parts, segments, digest), Symbols()).encode()
        self._disk.finish_snapshot(self._seq, body, min(segments, default=0))
        self._on_written()

    def _do(self, job: Callable[[], None]) -> None:
        """Have the writing thread do something once the batch is on disk; wait for it."""
        done = Event()

        def run() -> None:
            try:
                if not self._stop.is_set():
                    job()
            except sqlite3.Error:
                self._stop.set()
            finally:
                done.set()

        while self._flusher.durable_seq < self._seq and not self._stop.wait(_PAUSE_MS / 1_000):
            pass
        self._flusher.do(run)
        while not done.wait(_PATIENCE_MS / 1_000):
            if self._stop.is_set():
                return

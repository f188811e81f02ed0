"""The file: SQLite in WAL mode, and every statement that touches it."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from struct import pack
from typing import IO, NamedTuple

from cantata.sandbox.store.errors import (
    CorruptStore,
    StoreFailed,
    StoreInUse,
    StoreUnusable,
    UnknownFormat,
)
from cantata.sandbox.store.wal import read_promise

MEMORY = ":memory:"
FORMAT = 2
APPLICATION_ID = 0x43616E74
GENESIS = sha256(b"cantata store 1").digest()
"""What the chain of digests starts from."""

CHECKED_BYTES_MAX = 64 * 1024 * 1024
"""Size up to which SQLite's own structures are checked at each start."""

ROOM_BYTES = 256 * 1024
"""Room that must be there before a full store takes records again."""

_PAGE_BYTES = 8192
_CHECKPOINT_PAGES = 2048
_LAST_PART = -1
_PRUNED_AT_ONCE = 64
_MAGIC = b"SQLite format 3\0"
_WAL_VERSIONS = b"\2\2"

_SCHEMA = """
CREATE TABLE batches (
  seq INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL,
  body BLOB NOT NULL, previous BLOB NOT NULL, digest BLOB NOT NULL);
CREATE TABLE position (only INTEGER PRIMARY KEY CHECK (only = 1), seq INTEGER NOT NULL);
INSERT INTO position VALUES (1, 0);
CREATE TRIGGER follow AFTER INSERT ON batches
  BEGIN UPDATE position SET seq = new.seq; END;
CREATE TABLE snapshots (
  seq INTEGER NOT NULL, part INTEGER NOT NULL, body BLOB NOT NULL, digest BLOB NOT NULL,
  PRIMARY KEY (seq, part));
CREATE TABLE segments (seq INTEGER PRIMARY KEY, body BLOB NOT NULL, digest BLOB NOT NULL);
CREATE TABLE blobs (id TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE room (body BLOB)
"""


class Batch(NamedTuple):
    """Records written together; offsets are 0 where none of them has one."""

    seq: int
    first: int
    last: int
    body: bytes
    previous: bytes
    digest: bytes

    @property
    def place(self) -> str:
        """Say where in the file this is."""
        return f"batch {self.seq} (offsets {self.first} to {self.last})"


def make_batch(seq: int, first: int, last: int, body: bytes, previous: bytes) -> Batch:
    """Make a batch with its digest, which covers the digest before it."""
    return Batch(seq, first, last, body, previous, _digest(seq, first, last, body, previous))


class Disk:
    """One open file. Writing belongs to one thread at a time; reading goes on beside it."""

    def __init__(self, path: str, *, bytes_max: int = 0) -> None:
        self.path = path
        self._lock = None if path == MEMORY else _lock(path)
        try:
            with self.reading("opening"):
                self.writer = self._open(bytes_max)
                self.reader = self.writer if path == MEMORY else self._connect()
        except OSError as error:
            self._unlock()
            raise StoreUnusable(path, error.strerror or str(error)) from None
        except BaseException:
            self._unlock()
            raise

    def close(self) -> None:
        """Close the file; what was in its write-ahead log goes into it."""
        self.reader.close()
        self.writer.close()
        self._unlock()

    @contextmanager
    def reading(self, place: str) -> Iterator[None]:
        """Turn errors of SQLite while reading into refusals that name the place."""
        try:
            yield
        except sqlite3.Error as error:
            if _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise StoreInUse(self.path) from error
            if _code(error) in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}:
                raise StoreFailed(f"{place}: {error}") from error
            raise CorruptStore(f"{self.path}, {place}", str(error)) from error

    def write_batch(self, batch: Batch) -> None:
        """Write a batch and return when it is on disk."""
        self.writer.execute("INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?)", batch)

    def batch(self, seq: int) -> Batch:
        """Read a batch that must be there, and check it."""
        with self.reading(f"batch {seq}"):
            row = self.reader.execute("SELECT * FROM batches WHERE seq = ?", (seq,)).fetchone()
        if row is None:
            raise CorruptStore(f"{self.path}, batch {seq}", "it is missing")
        return self._checked(Batch(*row))

    def batches(self, after: int, digest: bytes) -> Iterator[Batch]:
        """Read the batches after one, whose digest is given, and check that none is missing."""
        with self.reading(f"the batches after {after}"):
            ((end,),) = self.reader.execute("SELECT seq FROM position").fetchall() or [(None,)]
        for seq in range(after + 1, self._whole(end) + 1):
            batch = self.batch(seq)
            if batch.previous != digest:
                raise CorruptStore(f"{self.path}, {batch.place}", "it does not follow the last one")
            digest = batch.digest
            yield batch
        with self.reading("the last batch"):
            ((last,),) = self.reader.execute("SELECT max(seq) FROM batches")
        if last is not None and last != end:
            raise CorruptStore(f"{self.path}, batch {max(last, end)}", "it is not the last one")

    def first_seq(self) -> int:
        """Give the number of the oldest batch that is kept, 0 for none."""
        with self.reading("the first batch"):
            ((first,),) = self.reader.execute("SELECT min(seq) FROM batches")
        return int(first or 0)

    def write_part(self, seq: int, part: int, body: bytes) -> None:
        """Write a part of the snapshot after a batch; it does not count before the last part."""
        row = (seq, part, body, sha256(body).digest())
        self.writer.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)", row)

    def finish_snapshot(self, seq: int, body: bytes, first_segment: int) -> None:
        """Write the last part, which makes a snapshot count, and forget what it replaces."""
        self.write_part(seq, _LAST_PART, body)
        self.writer.execute("DELETE FROM snapshots WHERE seq <> ?", (seq,))
        self.writer.execute("DELETE FROM segments WHERE seq < ?", (first_segment,))

    def write_segment(self, seq: int, body: bytes) -> None:
        """Write a segment of the history."""
        row = (seq, body, sha256(body).digest())
        self.writer.execute("INSERT OR REPLACE INTO segments VALUES (?, ?, ?)", row)

    def snapshot(self) -> tuple[int, bytes] | None:
        """Give the number of the batch of the newest snapshot and its last part."""
        with self.reading("the newest snapshot"):
            row = self.reader.execute(
                "SELECT seq, body, digest FROM snapshots WHERE part = ? ORDER BY seq DESC LIMIT 1",
                (_LAST_PART,),
            ).fetchone()
        if row is None:
            return None
        return row[0], self._body(f"the end of snapshot {row[0]}", row[1:])

    def part(self, seq: int, part: int) -> bytes:
        """Read a part of a snapshot."""
        place = f"part {part} of snapshot {seq}"
        with self.reading(place):
            row = self.reader.execute(
                "SELECT body, digest FROM snapshots WHERE seq = ? AND part = ?", (seq, part)
            ).fetchone()
        return self._body(place, row)

    def segment(self, seq: int) -> bytes:
        """Read a segment of the history."""
        with self.reading(f"segment {seq}"):
            row = self.reader.execute(
                "SELECT body, digest FROM segments WHERE seq = ?", (seq,)
            ).fetchone()
        return self._body(f"segment {seq}", row)

    def write_blob(self, blob_id: str, body: bytes) -> None:
        """Write bytes under their hash."""
        self.writer.execute("INSERT OR IGNORE INTO blobs VALUES (?, ?)", (blob_id, body))

    def blob(self, blob_id: str) -> bytes | None:
        """Read bytes by their hash."""
        with self.reading(f"blob {blob_id}"):
            row = self.reader.execute("SELECT body FROM blobs WHERE id = ?", (blob_id,)).fetchone()
        if row is None:
            return None
        if not isinstance(row[0], bytes) or sha256(row[0]).hexdigest() != blob_id:
            raise CorruptStore(f"{self.path}, blob {blob_id}", "its hash is another")
        return row[0]

    def prune(self, up_to: int, before: int) -> bool:
        """Delete some of the oldest batches, all of an offset at most `up_to`; tell if any is left.

        Batches from `before` on are needed for starting and stay.
        """
        ((keep,),) = self.writer.execute("SELECT min(seq) FROM batches WHERE last > ?", (up_to,))
        ((first,),) = self.writer.execute("SELECT min(seq) FROM batches")
        end = min(before, before if keep is None else keep)
        if first is None or first >= end:
            return False
        self.writer.execute(
            "DELETE FROM batches WHERE seq < ?", (min(end, first + _PRUNED_AT_ONCE),)
        )
        return True

    def cut(self, seq: int) -> None:
        """Delete every batch after one, for good."""
        with self.reading("going back"), transaction(self.writer) as writer:
            for table in ("batches", "snapshots", "segments"):
                writer.execute(f"DELETE FROM {table} WHERE seq > ?", (seq,))  # noqa: S608 - our own
            writer.execute("UPDATE position SET seq = ?", (seq,))

    def try_room(self) -> None:
        """Write something of the size that a store needs to go on, and take it away again."""
        self.writer.execute("INSERT INTO room VALUES (zeroblob(?))", (ROOM_BYTES,))
        self.writer.execute("DELETE FROM room")

    def check(self) -> None:
        """Have SQLite check its own structures; raise `CorruptStore` with its words."""
        with self.reading("its pages"):
            answers = [row[0] for row in self.reader.execute("PRAGMA quick_check(5)")]
        if answers != ["ok"]:
            raise CorruptStore(f"{self.path}, its pages", "; ".join(map(str, answers)))

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA busy_timeout = 1000")
        return connection

    def _open(self, bytes_max: int) -> sqlite3.Connection:
        wal = Path(self.path + "-wal")
        if self.path != MEMORY:
            _check_header(Path(self.path))
        promise = read_promise(wal)
        connection = self._connect()
        try:
            connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            if self.path != MEMORY:
                connection.execute("PRAGMA journal_mode = WAL")
                ((_, found, _),) = connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
                promise.check(wal, found)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA fullfsync = ON")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
            if bytes_max:
                connection.execute(f"PRAGMA max_page_count = {bytes_max // _PAGE_BYTES}")
            self._require_format(connection)
            self.reader = connection
            if self.path != MEMORY and Path(self.path).stat().st_size <= CHECKED_BYTES_MAX:
                self.check()
        except BaseException:
            connection.close()
            raise
        return connection

    def _require_format(self, connection: sqlite3.Connection) -> None:
        ((application,),) = connection.execute("PRAGMA application_id")
        ((version,),) = connection.execute("PRAGMA user_version")
        ((tables,),) = connection.execute("SELECT count(*) FROM sqlite_schema")
        if (application, version, tables) == (0, 0, 0):
            _create(connection)
        elif (application, version) != (APPLICATION_ID, FORMAT):
            raise UnknownFormat(self.path, f"application {application:#x}, version {version}")

    def _checked(self, batch: Batch) -> Batch:
        if not _is_whole(batch) or _digest(*batch[:5]) != batch.digest:
            raise CorruptStore(f"{self.path}, {batch.place}", "its digest is another")
        return batch

    def _body(self, place: str, row: tuple[object, object] | None) -> bytes:
        if row is None:
            raise CorruptStore(f"{self.path}, {place}", "it is missing")
        body, digest = row
        if not isinstance(body, bytes) or sha256(body).digest() != digest:
            raise CorruptStore(f"{self.path}, {place}", "its digest is another")
        return body

    def _whole(self, number: object) -> int:
        if not isinstance(number, int):
            raise CorruptStore(f"{self.path}, its position", f"{number!r} is no number")
        return number

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Do several statements or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables; a file without all of them counts as new."""
    with transaction(connection) as writer:
        for statement in _SCHEMA.strip().split(";\n"):
            writer.execute(statement)
        writer.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        writer.execute(f"PRAGMA user_version = {FORMAT}")


def _lock(path: str) -> IO[bytes]:
    """Hold a file beside the store for this process, or refuse."""
    try:
        file = Path(path + ".lock").open("ab")  # noqa: SIM115 - held until the store is closed
    except OSError as error:
        raise StoreUnusable(path, error.strerror or str(error)) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise StoreInUse(path) from error
    return file


def _check_header(path: Path) -> None:
    """Refuse a file that SQLite would not open as what it was."""
    if not path.exists() or not path.stat().st_size:
        return
    with path.open("rb") as file:
        header = file.read(100)
    if not header.startswith(_MAGIC):
        raise UnknownFormat(str(path), "it is no SQLite database")
    if header[18:20] != _WAL_VERSIONS:
        raise CorruptStore(f"{path}, byte 18", "the journal mode is not WAL")


def _is_whole(batch: Batch) -> bool:
    numbers, contents = batch[:3], batch[3:]
    return all(isinstance(number, int) for number in numbers) and all(
        isinstance(content, bytes) for content in contents
    )


def _digest(seq: int, first: int, last: int, body: bytes, previous: bytes) -> bytes:
    digest = sha256(previous)
    digest.update(pack(">qqq", seq, first, last))
    digest.update(body)
    return digest.digest()


def _code(error: sqlite3.Error) -> int:
    """Give the primary result code of SQLite."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF

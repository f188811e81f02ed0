"""Tells a torn tail of SQLite's write-ahead log from damage before it.

SQLite takes the log up to the first frame that is not right and forgets the rest. That is what
should happen to a tail that was being written when the power went. But a commit that is followed
by another frame of the same generation was on disk before that frame was begun: if SQLite does not
get so far, something acknowledged is damaged.
"""

from __future__ import annotations

from pathlib import Path
from struct import unpack, unpack_from
from typing import NamedTuple

from cantata.sandbox.store.errors import CorruptStore

_HEADER_BYTES = 32
_FRAME_HEADER_BYTES = 24
_MAGIC = 0x377F0682
_SALTS = slice(8, 16)


class Promise(NamedTuple):
    """How many frames of a log SQLite must find right, and where each begins."""

    frames: int
    frame_bytes: int

    def check(self, path: Path, found: int) -> None:
        """Refuse a log in which SQLite found fewer frames right."""
        if found < self.frames:
            at = _HEADER_BYTES + max(found, 0) * self.frame_bytes
            raise CorruptStore(
                f"{path}, frame {max(found, 0) + 1} at byte {at}",
                f"{self.frames} frames were committed",
            )


NOTHING = Promise(0, 0)


def read_promise(path: Path) -> Promise:
    """Read what a write-ahead log must hold, before SQLite opens it."""
    if not path.exists() or path.stat().st_size <= _HEADER_BYTES:
        return NOTHING
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
        if not any(header):
            return NOTHING
        frame_bytes = _frame_bytes(header, path)
        frames = committed = promised = 0
        while len(frame := file.read(_FRAME_HEADER_BYTES)) == _FRAME_HEADER_BYTES:
            frames += 1
            if frame[_SALTS] == header[16:24]:
                promised = committed
                if unpack_from(">I", frame, 4)[0]:
                    committed = frames
            file.seek(frame_bytes - _FRAME_HEADER_BYTES, 1)
    return Promise(promised, frame_bytes)


def _frame_bytes(header: bytes, path: Path) -> int:
    """Give the size of a frame from a header that is right, or refuse the log."""
    magic, _, page_bytes = unpack_from(">III", header)
    order = ">" if magic & 1 else "<"
    if magic & ~1 != _MAGIC or _checksum(header[:24], order) != unpack(">II", header[24:]):
        raise CorruptStore(f"{path}, byte 0", "the header of the write-ahead log is not right")
    return _FRAME_HEADER_BYTES + int(page_bytes)


def _checksum(content: bytes, order: str) -> tuple[int, int]:
    """Give SQLite's checksum of a log's header."""
    first = second = 0
    for one, two in zip(*[iter(unpack(f"{order}{len(content) // 4}I", content))] * 2, strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + two + first) & 0xFFFFFFFF
    return first, second

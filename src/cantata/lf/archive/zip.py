"""Zip files: entries unpacked one by one within bounds, and files written byte for byte alike."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from cantata.lf.archive.errors import InvalidDar, InvalidZipEntry, ZipBomb
from cantata.lf.archive.limits import LIMITS, Limits

_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_MAX_COMMENT = 0xFFFF

_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1
_UTF8 = 0x800


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the central directory; the place is that of its local header."""

    name: str
    flags: int
    method: int
    checksum: int
    packed_size: int
    size: int
    place: int


class ZipReader:
    """The entries of a zip file, unpacked on request; hostile content is refused, never run.

    Only stored and deflated entries, one disk, no encryption, no 64-bit extension: that is all a
    DAR needs. Two entries of one name are refused, as readers disagree on which one counts.
    """

    def __init__(self, data: bytes, *, limits: Limits = LIMITS) -> None:
        if len(data) > limits.dar_bytes:
            raise ZipBomb("the DAR's size in bytes", limits.dar_bytes)
        self._data = data
        self._limits = limits
        self._left = limits.unpacked_bytes
        self._entries = self._directory()

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names of all entries, in the order of the directory."""
        return tuple(self._entries)

    def read(self, name: str) -> bytes:
        """Unpack an entry; raise `InvalidZipEntry` or `ZipBomb`."""
        entry = self._entries.get(name)
        if entry is None:
            raise InvalidZipEntry(name, "does not exist")
        if entry.flags & _ENCRYPTED:
            raise InvalidZipEntry(name, "is encrypted")
        if entry.size > self._limits.entry_bytes:
            raise ZipBomb(f"the size in bytes of zip entry {name!r}", self._limits.entry_bytes)
        self._left -= entry.size
        if self._left < 0:
            raise ZipBomb("the unpacked size in bytes", self._limits.unpacked_bytes)
        content = self._unpack(entry)
        if len(content) != entry.size or zlib.crc32(content) != entry.checksum:
            raise InvalidZipEntry(name, "is damaged: its size or checksum is wrong")
        return content

    def _unpack(self, entry: _Entry) -> bytes:
        packed = self._packed(entry)
        if entry.method == _STORED:
            return packed
        if entry.method != _DEFLATED:
            raise InvalidZipEntry(entry.name, f"has the unknown compression {entry.method}")
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            # One byte more than stated is enough to see that the statement is false.
            return inflate.decompress(packed, entry.size + 1)
        except zlib.error:
            raise InvalidZipEntry(entry.name, "is damaged: it cannot be inflated") from None

    def _packed(self, entry: _Entry) -> bytes:
        """Find the packed content behind the entry's local header."""
        start = entry.place + _LOCAL.size
        header = self._data[entry.place : start]
        if len(header) < _LOCAL.size or not header.startswith(_LOCAL_MARK):
            raise InvalidZipEntry(entry.name, "is damaged: its header is missing")
        *_, name_size, extra_size = _LOCAL.unpack(header)
        start += name_size + extra_size
        packed = self._data[start : start + entry.packed_size]
        if len(packed) < entry.packed_size:
            raise InvalidZipEntry(entry.name, "is truncated")
        return packed

    def _directory(self) -> dict[str, _Entry]:
        """Read the central directory."""
        count, place = self._end()
        if count > self._limits.zip_entries:
            raise ZipBomb("the number of zip entries", self._limits.zip_entries)
        entries: dict[str, _Entry] = {}
        for _ in range(count):
            entry, place = self._central(place)
            if entry.name in entries:
                raise InvalidDar(f"two zip entries are named {entry.name!r}")
            entries[entry.name] = entry
        return entries

    def _end(self) -> tuple[int, int]:
        """Find the end record: number of entries and place of the directory."""
        at = self._data.rfind(_END_MARK, max(0, len(self._data) - _MAX_COMMENT - _END.size))
        record = self._data[at : at + _END.size]
        if at < 0 or len(record) < _END.size:
            raise InvalidDar("the file is no zip file", hint="a DAR is a zip file; check the path")
        _, disk, directory_disk, here, count, _size, place, _comment = _END.unpack(record)
        if disk or directory_disk or here != count or place == 0xFFFFFFFF:
            raise InvalidDar("the zip file is spread over several disks or uses 64-bit records")
        return count, place

    def _central(self, place: int) -> tuple[_Entry, int]:
        """Read one entry of the directory; give it and the place of the next."""
        names = place + _CENTRAL.size
        record = self._data[place:names]
        if len(record) < _CENTRAL.size or not record.startswith(_CENTRAL_MARK):
            raise InvalidDar("the directory of the zip file is damaged")
        (_, _, _, flags, method, _, _, checksum, packed_size, size, name_size, extra, comment,
         _, _, _, local) = _CENTRAL.unpack(record)  # fmt: skip
        raw = self._data[names : names + name_size]
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise InvalidDar("the name of a zip entry is not UTF-8") from None
        entry = _Entry(name, flags, method, checksum, packed_size, size, local)
        return entry, names + name_size + extra + comment


_VERSION = 20
_TIME, _DATE = 0, 1 << 5 | 1  # 1980-01-01 00:00:00, the earliest that the format can say


def write_zip(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """Write a zip file: entries in the given order, stored, dated 1980-01-01.

    Nothing is compressed, so that equal content gives equal bytes whatever the zlib in use.
    """
    body, directory = bytearray(), bytearray()
    count = 0
    for name, content in entries:
        raw = name.encode()
        common = (_VERSION, _UTF8, _STORED, _TIME, _DATE, zlib.crc32(content), len(content),
                  len(content), len(raw), 0)  # fmt: skip
        directory += _CENTRAL.pack(_CENTRAL_MARK, _VERSION, *common, 0, 0, 0, 0, len(body)) + raw
        body += _LOCAL.pack(_LOCAL_MARK, *common) + raw + content
        count += 1
    end = _END.pack(_END_MARK, 0, 0, count, count, len(directory), len(body), 0)
    return bytes(body + directory + end)

"""DARs: hostile zip files are refused within bounds, ours are complete and reproducible."""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from cantata.lf.archive import (
    ArchiveError,
    Limits,
    StoredPackage,
    read_dar,
    write_dar,
    write_package,
)
from cantata.lf.archive.errors import (
    IncompleteDar,
    InvalidDar,
    InvalidZipEntry,
    LimitExceeded,
    ZipBomb,
)
from cantata.lf.archive.manifest import (
    MANIFEST_NAME,
    Manifest,
    read_manifest,
    write_manifest,
)
from cantata.lf.archive.zip import ZipReader, write_zip
from cantata.lf.stable import MODULE_IDS, stable_packages
from tests.unit.lf.archive.samples import ping

ARCHIVE_ID = MODULE_IDS["DA.Internal.Template"]
MANIFEST = b"Manifest-Version: 1.0\nMain-Dalf: a.dalf\nDalfs: a.dalf, b.dalf\nFormat: daml-lf\n"


def _main() -> StoredPackage:
    return write_package(ping())


def _zip(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return buffer.getvalue()


def _dar(manifest: bytes = MANIFEST, **entries: bytes) -> bytes:
    dalfs = {"a.dalf": _main().archive, "b.dalf": stable_packages()[ARCHIVE_ID].archive}
    dalfs.update({f"{name}.dalf": content for name, content in entries.items()})
    return _zip({MANIFEST_NAME: manifest, **dalfs})


def test_reads_every_listed_package() -> None:
    dar = read_dar(_dar(extra=b"not listed, not read"))
    assert dar.main.id == _main().id
    assert list(dar.packages) == [_main().id, ARCHIVE_ID]


def test_entries_may_be_stored_and_a_package_listed_twice() -> None:
    manifest = MANIFEST.replace(b"b.dalf", b"b.dalf, c.dalf, b.dalf")
    entries = {"a.dalf": _main().archive, MANIFEST_NAME: manifest}
    entries["b.dalf"] = entries["c.dalf"] = stable_packages()[ARCHIVE_ID].archive
    assert len(read_dar(_zip(entries, zipfile.ZIP_STORED)).dependencies) == 1


@pytest.mark.parametrize(
    "data, error, code",
    [
        (b"", InvalidDar, "INVALID_DAR"),
        (b"PK\x05\x06", InvalidDar, "INVALID_DAR"),
        (_zip({}), InvalidZipEntry, "INVALID_ZIP_ENTRY"),
        (_dar(b"Format: daml-lf\n"), InvalidDar, "INVALID_DAR"),
        (_dar(MANIFEST.replace(b"daml-lf", b"jar")), InvalidDar, "INVALID_DAR"),
        (_dar(MANIFEST.replace(b": a.dalf, ", b": ")), InvalidDar, "INVALID_DAR"),
        (_dar(b"no colon\n" + MANIFEST), InvalidDar, "INVALID_DAR"),
        (_dar(MANIFEST.replace(b"a.dalf", b"\xff.dalf")), InvalidDar, "INVALID_DAR"),
        (_dar(MANIFEST.replace(b"b.dalf", b"c.dalf")), InvalidZipEntry, "INVALID_ZIP_ENTRY"),
        (_dar(b=b"not an archive"), ArchiveError, "DAR_PARSE_ERROR"),
        (_dar(b=_dar()), ArchiveError, "DAR_PARSE_ERROR"),
    ],
)
def test_bad_dar(data: bytes, error: type[ArchiveError], code: str) -> None:
    with pytest.raises(error) as caught:
        read_dar(data)
    assert caught.value.code == code


def test_every_truncation_is_refused() -> None:
    dar = _dar()
    for size in range(len(dar) - 1):
        with pytest.raises(ArchiveError):
            read_dar(dar[:size])


def test_duplicate_entries_are_refused() -> None:
    entries = [(MANIFEST_NAME, MANIFEST), ("a.dalf", b"1"), ("a.dalf", b"2")]
    with pytest.raises(InvalidDar, match=r"two zip entries are named 'a\.dalf'"):
        read_dar(write_zip(entries))


def test_zip_bombs_are_refused_before_they_unpack() -> None:
    bomb = _zip({MANIFEST_NAME: MANIFEST, "a.dalf": bytes(70 * 2**20)})
    assert len(bomb) < 100_000
    with pytest.raises(ZipBomb, match=r"size in bytes of zip entry 'a\.dalf'"):
        read_dar(bomb)
    with pytest.raises(ZipBomb, match="unpacked size"):
        read_dar(_dar(), limits=Limits(unpacked_bytes=200))
    with pytest.raises(ZipBomb, match="number of zip entries"):
        read_dar(_dar(), limits=Limits(zip_entries=2))
    with pytest.raises(ZipBomb, match="DAR's size"):
        read_dar(_dar(), limits=Limits(dar_bytes=100))
    with pytest.raises(LimitExceeded, match="number of packages"):
        read_dar(_dar(), limits=Limits(packages=1))


def test_stated_size_is_not_believed() -> None:
    """An entry that says 10 bytes and inflates to a million is unpacked to 11 and refused."""
    packed = zlib.compress(bytes(10**6), 9)[2:-4]
    data = bytearray(_zip({"x": bytes(10**6)}))
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, 10)
    assert len(packed) < 2_000
    with pytest.raises(InvalidZipEntry, match="damaged"):
        ZipReader(bytes(data)).read("x")


@pytest.mark.parametrize(
    "offset, format_, value, text",
    [
        (8, "<H", 1, "encrypted"),
        (10, "<H", 99, "unknown compression 99"),
        (16, "<L", 0, "checksum"),
        (42, "<L", 7, "header is missing"),
        (20, "<L", 10**6, "truncated"),
    ],
)
def test_bad_entry(offset: int, format_: str, value: int, text: str) -> None:
    data = bytearray(_zip({"x": b"content of the entry" * 10}))
    struct.pack_into(format_, data, data.rfind(b"PK\x01\x02") + offset, value)
    with pytest.raises(InvalidZipEntry, match=text):
        ZipReader(bytes(data)).read("x")


def test_written_dar_holds_the_closure_and_is_reproducible() -> None:
    dar = write_dar(_main(), stable_packages())
    assert dar == write_dar(_main(), dict(reversed(list(stable_packages().items()))))
    read = read_dar(dar)
    assert list(read.packages) == [_main().id, ARCHIVE_ID]
    with zipfile.ZipFile(io.BytesIO(dar)) as file:
        assert file.testzip() is None
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        name = f"cantata-ping-0.1.0-{_main().id}"
        assert file.namelist()[:2] == [MANIFEST_NAME, f"{name}/{name}.dalf"]
        assert file.read(f"{name}/{name}.dalf") == _main().archive


def test_missing_dependency_is_named() -> None:
    with pytest.raises(IncompleteDar, match=ARCHIVE_ID):
        write_dar(_main(), {})


def test_manifest_lines_are_short() -> None:
    manifest = Manifest("main" * 40, tuple(f"dependency-{n}" * 20 for n in range(10)))
    data = write_manifest(manifest, created_by="cantata", name="n")
    assert max(map(len, data.split(b"\n"))) == 72
    assert read_manifest(data) == manifest
    assert read_manifest(data.replace(b"\n", b"\r\n")) == manifest


def test_real_dars_decode(
    real_dars: tuple[Path, ...], real_packages: Mapping[str, StoredPackage]
) -> None:
    for path in real_dars:
        dar = read_dar(path.read_bytes(), known=real_packages)
        assert f"{dar.main.package.name}-{dar.main.package.version}" in path.name
        names = {stored.package.name for stored in dar.packages.values()}
        assert {"daml-prim", "daml-stdlib"} <= names
        rewritten = read_dar(write_dar(dar.main, dar.packages), known=real_packages)
        assert rewritten.main.id == dar.main.id


@pytest.mark.parametrize("name", ["dar-self-contained", "dar-stable-missing"])
def test_frozen_dars_decode(shared_data: Path, name: str) -> None:
    frozen = json.loads((shared_data / "lf" / "packages" / f"{name}.json").read_text())
    assert read_dar(base64.b64decode(frozen["dar"])).main.id == frozen["mainPackageId"]

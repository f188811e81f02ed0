"""DARs: a main package with all packages that it needs, in one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cantata.lf.archive.errors import LimitExceeded
from cantata.lf.archive.limits import LIMITS, Limits
from cantata.lf.archive.manifest import MANIFEST_NAME, read_manifest
from cantata.lf.archive.reader import read_stored
from cantata.lf.archive.stored import StoredPackage
from cantata.lf.archive.zip import ZipReader


@dataclass(frozen=True, slots=True)
class Dar:
    """The main package and the others that came with it, in the order of the manifest."""

    main: StoredPackage
    dependencies: tuple[StoredPackage, ...]

    @property
    def packages(self) -> Mapping[str, StoredPackage]:
        """Give all packages by id, the main package first."""
        return {stored.id: stored for stored in (self.main, *self.dependencies)}


def read_dar(data: bytes, *, limits: Limits = LIMITS) -> Dar:
    """Read a DAR: every package that its manifest lists, decoded and its id verified.

    Raise `ArchiveError`: INVALID_DAR (no zip file, no manifest, or a bad one), INVALID_ZIP_ENTRY
    (a listed package is missing or damaged), ZIP_BOMB, or what `read_archive` raises. Other
    entries are ignored.
    """
    entries = ZipReader(data, limits=limits)
    manifest = read_manifest(entries.read(MANIFEST_NAME))
    if len(manifest.dependencies) >= limits.packages:
        raise LimitExceeded("the number of packages in the DAR", limits.packages)
    main = read_stored(entries.read(manifest.main), limits=limits)
    dependencies: dict[str, StoredPackage] = {}
    for name in manifest.dependencies:
        stored = read_stored(entries.read(name), limits=limits)
        if stored.id != main.id:
            dependencies.setdefault(stored.id, stored)
    return Dar(main, tuple(dependencies.values()))

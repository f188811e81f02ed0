"""DARs: a main package with all packages that it needs, in one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cantata.lf.archive.errors import IncompleteDar, LimitExceeded
from cantata.lf.archive.limits import LIMITS, Limits
from cantata.lf.archive.manifest import (
    MANIFEST_NAME,
    Manifest,
    read_manifest,
    write_manifest,
)
from cantata.lf.archive.reader import NOTHING, read_stored
from cantata.lf.archive.stored import StoredPackage
from cantata.lf.archive.zip import ZipReader, write_zip


@dataclass(frozen=True, slots=True)
class Dar:
    """The main package and the others that came with it, in the order of the manifest."""

    main: StoredPackage
    dependencies: tuple[StoredPackage, ...]

    @property
    def packages(self) -> Mapping[str, StoredPackage]:
        """Give all packages by id, the main package first."""
        return {stored.id: stored for stored in (self.main, *self.dependencies)}


def read_dar(
    data: bytes, *, limits: Limits = LIMITS, known: Mapping[str, StoredPackage] = NOTHING
) -> Dar:
    """Read a DAR: every package that its manifest lists, decoded and its id verified.

    Packages that are `known` by their id are taken from there instead of being decoded again.

    Raise `ArchiveError`: INVALID_DAR (no zip file, no manifest, or a bad one), INVALID_ZIP_ENTRY
    (a listed package is missing or damaged), ZIP_BOMB, or what `read_archive` raises. Other
    entries are ignored.
    """
    entries = ZipReader(data, limits=limits)
    manifest = read_manifest(entries.read(MANIFEST_NAME))
    if len(manifest.dependencies) >= limits.packages:
        raise LimitExceeded("the number of packages in the DAR", limits.packages)
    main = read_stored(entries.read(manifest.main), limits=limits, known=known)
    dependencies: dict[str, StoredPackage] = {}
    for name in manifest.dependencies:
        stored = read_stored(entries.read(name), limits=limits, known=known)
        if stored.id != main.id:
            dependencies.setdefault(stored.id, stored)
    return Dar(main, tuple(dependencies.values()))


def write_dar(main: StoredPackage, available: Mapping[str, StoredPackage]) -> bytes:
    """Write the DAR of a package with exactly the packages that it needs, directly or not.

    `available` holds packages by id, the stable ones included (see `cantata.lf.stable`); one that
    is needed and not there raises `IncompleteDar`. Equal packages give equal bytes.
    """
    needed = dependency_closure(main, available)
    folder = _label(main)
    paths = {stored.id: f"{folder}/{_label(stored)}.dalf" for stored in (main, *needed)}
    manifest = write_manifest(
        Manifest(paths[main.id], tuple(paths[stored.id] for stored in needed)),
        created_by="cantata",
        name=f"{main.package.name}-{main.package.version}",
    )
    dalfs = [(paths[stored.id], stored.archive) for stored in (main, *needed)]
    return write_zip([(MANIFEST_NAME, manifest), *dalfs])


def dependency_closure(
    main: StoredPackage, available: Mapping[str, StoredPackage]
) -> tuple[StoredPackage, ...]:
    """Give all packages that a package needs, directly or not, by name, version and id."""
    found: dict[str, StoredPackage] = {}
    pending = [main]
    while pending:
        stored = pending.pop()
        for package_id in sorted(stored.package.imports - found.keys() - {main.id}):
            dependency = available.get(package_id)
            if dependency is None:
                raise IncompleteDar(package_id, stored.package.name)
            found[package_id] = dependency
            pending.append(dependency)
    return tuple(sorted(found.values(), key=_label))


def _label(stored: StoredPackage) -> str:
    return f"{stored.package.name}-{stored.package.version}-{stored.id}"

"""The packages of the participant, and which of them it has vetted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, ClassVar, NamedTuple

from cantata.kernel.errors import CantataError
from cantata.lf.archive import StoredPackage
from cantata.lf.archive.reader import read_stored
from cantata.lf.model import Package
from cantata.lf.runtime.cache.packages import PackageCache
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.packages.builtin import BUILT_IN, vetting_rank
from cantata.sandbox.participant.packages.installed import installed_packages, stable_packages
from cantata.sandbox.participant.topology import note_vetting
from cantata.sandbox.place import user_folder


class Vetting(NamedTuple):
    """When a vetted package may be used: microseconds since 1970, None for no bound."""

    valid_from: int | None = None
    valid_until: int | None = None

    def holds(self, now: int) -> bool:
        """Tell whether the package may be used at a time."""
        started = self.valid_from is None or self.valid_from <= now
        return started and (self.valid_until is None or now < self.valid_until)

    def next_change(self, now: int) -> int | None:
        """Give the next time at which that changes."""
        bounds = [each for each in self if each is not None and each > now]
        return min(bounds, default=None)


ALWAYS = Vetting()


class MissingArchive(CantataError):
    """The store lacks the bytes of a package that it lists."""

    code: ClassVar[str] = "CORRUPT_STORE"

    def __init__(self, blob_id: str) -> None:
        super().__init__(
            f"the ledger's store is damaged at blob {blob_id}: it is missing",
            hint="restore the file from a backup",
        )
        self.blob_id = blob_id


class PackageStore:
    """Packages by id with their bytes, and the vetted ones in the order of their vetting.

    Declared packages have no bytes: they can be used, but are not listed before a DAR brings them,
    except those that every participant has.
    """

    name: ClassVar[str] = "packages"

    def __init__(self, node: Participant) -> None:
        self._node = node
        self.stored: dict[str, StoredPackage] = dict(stable_packages())
        self.listed: dict[str, Package] = {
            package.id: package
            for package in (*(each.package for each in self.stored.values()), *BUILT_IN)
        }
        ranked = sorted(self.listed.values(), key=lambda package: vetting_rank(package.name))
        self.vetted: dict[str, Vetting] = {package.id: ALWAYS for package in ranked}
        self.serial = 1
        self.declared: dict[str, Package] = {}
        self._decoded: dict[str, StoredPackage] = {}
        self._next_change: int | None = None
        node.packages.add(self.listed.values())
        node.packages.vetted_at = self.vetted_at
        self.declare(installed_packages())

    def declare(self, packages: Iterable[Package]) -> None:
        """Make packages usable that have code but no bytes; real ones are kept."""
        for package in packages:
            if package.id not in self.stored:
                self.declared[package.id] = package
                self._node.packages.add([package])
                if package.id in self.listed:
                    self.listed[package.id] = package

    def add(self, packages: Iterable[StoredPackage], *, vet: bool) -> None:
        """Keep packages, the main one first, and vet them if wanted; known ones are left alone."""
        given = {each.id: each for each in packages}
        new = [each for each in given.values() if each.id not in self.stored]
        vetted = [each for each in given if each not in self.vetted] if vet else []
        if not new and not vetted:
            return
        self._decoded = {each.id: each for each in new}
        archives = [[each.id, self._node.store.put_blob(each.archive)] for each in new]
        self._node.record(self, {"add": archives, "vet": vetted})
        if vetted:
            note_vetting(self._node)

    def set_vetting(self, vetted: Mapping[str, Vetting]) -> None:
        """Replace what is vetted."""
        rows = [[package_id, *vetting] for package_id, vetting in vetted.items()]
        self._node.record(self, {"vetting": rows})
        note_vetting(self._node)

    def kept(self) -> Iterator[Mapping[str, Any]]:
        """Give changes that make these packages and this vetting."""
        known = stable_packages()
        added = [each for each in self.stored.values() if each.id not in known]
        yield {"add": [[each.id, sha256(each.archive).hexdigest()] for each in added], "vet": []}
        rows = [[package_id, *vetting] for package_id, vetting in self.vetted.items()]
        yield {"vetting": rows, "serial": self.serial}

    def apply(self, change: Mapping[str, Any]) -> None:
        """Take a change: packages added, or the whole vetting set."""
        if "vetting" in change:
            self.vetted = {row[0]: Vetting(*row[1:]) for row in change["vetting"]}
            self.serial = change.get("serial", self.serial + 1)
        else:
            self._add(change["add"])
            self.vetted.update(dict.fromkeys(change["vet"], ALWAYS))
            self.serial += bool(change["vet"])
        self._in_use(self._node.now())

    def refresh(self) -> None:
        """Take packages into use or out of use whose time has come."""
        if self._next_change is not None and self._next_change <= self._node.now():
            self._in_use(self._node.now())

    def vetted_at(self, time: int) -> list[str]:
        """Give the packages that may be used at a time; those without bytes always may."""
        always = [each for each in self._node.packages.vetted if each not in self.listed]
        return always + [each for each, vetting in self.vetted.items() if vetting.holds(time)]

    def package(self, package_id: str) -> Package | None:
        """Give a listed package."""
        return self.listed.get(package_id)

    def _add(self, archives: Sequence[Sequence[str]]) -> None:
        for package_id, blob_id in archives:
            stored = self._decoded.get(package_id) or self._read(blob_id)
            self.stored[package_id] = stored
            self.listed[package_id] = stored.package
            self.declared.pop(package_id, None)
            self._node.packages.add([stored.package], vet=False)
        self._decoded = {}

    def _read(self, blob_id: str) -> StoredPackage:
        """Read a package that was taken earlier; what is decoded once is found in the cache."""
        archive = self._node.store.blob(blob_id)
        if archive is None:
            raise MissingArchive(blob_id)
        folder = user_folder()
        if folder is None:
            return read_stored(archive)
        cache = PackageCache(folder)
        stored = read_stored(archive, known=cache)
        cache.add(stored)
        return stored

    def _in_use(self, now: int) -> None:
        """Tell the engine which listed packages it may use."""
        packages = self._node.packages
        in_use = packages.vetted
        for package_id in self.listed:
            vetting = self.vetted.get(package_id)
            wanted = vetting is not None and vetting.holds(now)
            if wanted and package_id not in in_use:
                packages.vet(package_id)
            elif not wanted and package_id in in_use:
                packages.unvet(package_id)
        changes = (vetting.next_change(now) for vetting in self.vetted.values())
        self._next_change = min((each for each in changes if each is not None), default=None)
        packages.refresh = None if self._next_change is None else self.refresh

"""Translated code on disk, by package."""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cantata.lf.model import Package
from cantata.lf.runtime.cache.folder import CacheFolder
from cantata.lf.runtime.cache.versions import stamp
from cantata.lf.runtime.translate.stored import Stored


class CodeCache:
    """Units of code by name, for each package; code refers to other packages by their ids.

    Code may hold parts of the packages that its own refers to, so that it is found only where they
    are the same: declared or real.
    """

    def __init__(self, folder: Path, packages: Mapping[str, Package]) -> None:
        self._folder = CacheFolder(folder)
        self._packages = packages

    def load(self, package: Package) -> dict[str, bytes]:
        """Give the stored units of a package, packed."""
        content = self._folder.read(self._file(package))
        units: dict[str, bytes] = {} if content is None else _load(content)
        return units

    def save(self, package: Package, units: dict[str, bytes]) -> None:
        """Store the units of a package."""
        self._folder.write(self._file(package), marshal.dumps(units))

    def _file(self, package: Package) -> str:
        """Name the file by what the package and all that it needs hold."""
        reached = {package.id: package}
        pending = [package]
        while pending:
            for package_id in pending.pop().imports - reached.keys():
                found = self._packages.get(package_id)
                if found is not None:
                    reached[package_id] = found
                    pending.append(found)
        extents = sorted((each.id, each.extent) for each in reached.values())
        digest = hashlib.sha256(repr(extents).encode()).hexdigest()[:8]
        return f"{package.id}.{digest}.{stamp()}.code"


def pack(stored: Stored) -> bytes:
    """Give a unit as bytes."""
    return marshal.dumps(stored)


def unpack(packed: bytes) -> Stored:
    """Give the unit that `pack` packed."""
    stored: Stored = _load(packed)
    return stored


def _load(data: bytes) -> Any:
    return marshal.loads(data)  # noqa: S302 - the folder is the user's own, its files are hashed

"""Translated code on disk, by package."""

from __future__ import annotations

import hashlib
import marshal
from pathlib import Path
from typing import Any

from cantata.lf.model import Package
from cantata.lf.runtime.cache.folder import CacheFolder
from cantata.lf.runtime.cache.versions import stamp
from cantata.lf.runtime.translate.stored import Stored

_KINDS = ("synonyms", "data_types", "values", "templates", "exceptions", "interfaces")


class CodeCache:
    """Units of code by name, for each package; code refers to other packages by their ids."""

    def __init__(self, folder: Path) -> None:
        self._folder = CacheFolder(folder)

    def load(self, package: Package) -> dict[str, bytes]:
        """Give the stored units of a package, packed."""
        content = self._folder.read(_file(package))
        units: dict[str, bytes] = {} if content is None else _load(content)
        return units

    def save(self, package: Package, units: dict[str, bytes]) -> None:
        """Store the units of a package."""
        self._folder.write(_file(package), marshal.dumps(units))


def pack(stored: Stored) -> bytes:
    """Give a unit as bytes."""
    return marshal.dumps(stored)


def unpack(packed: bytes) -> Stored:
    """Give the unit that `pack` packed."""
    stored: Stored = _load(packed)
    return stored


def _load(data: bytes) -> Any:
    return marshal.loads(data)  # noqa: S302 - the folder is the user's own, its files are hashed


def _file(package: Package) -> str:
    """Name the file; a declaration of a package has fewer definitions than the package itself."""
    counts = [
        (module.name, *(len(getattr(module, kind)) for kind in _KINDS))
        for module in package.modules.values()
    ]
    extent = hashlib.sha256(repr(sorted(counts)).encode()).hexdigest()[:8]
    return f"{package.id}.{extent}.{stamp()}.code"

"""Sets of packages that a program makes at each start, kept on disk as one file each."""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from cantata.lf.archive import StoredPackage
from cantata.lf.model import Package
from cantata.lf.runtime.cache.folder import CacheFolder
from cantata.lf.runtime.cache.packages import freeze, freeze_package, thaw, thaw_package
from cantata.lf.runtime.cache.versions import stamp

_Packages = tuple[Package, ...]
_StoredPackages = tuple[StoredPackage, ...]


class Bundles:
    """Gives what functions make; a second time from the folder, if the sources are the same.

    `made_by` names the Python packages whose sources decide what a function makes, besides those
    of `cantata.lf`. Without a folder everything is made anew.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = None if folder is None else CacheFolder(folder)

    def packages(
        self, name: str, made_by: Iterable[str], make: Callable[[], Iterable[Package]]
    ) -> _Packages:
        """Give packages without bytes."""
        return tuple(self._get(name, made_by, make, freeze_package, thaw_package))

    def stored(
        self, name: str, made_by: Iterable[str], make: Callable[[], Iterable[StoredPackage]]
    ) -> _StoredPackages:
        """Give packages with their bytes."""
        return tuple(self._get(name, made_by, make, freeze, thaw))

    def _get(
        self,
        name: str,
        made_by: Iterable[str],
        make: Callable[[], Iterable[Any]],
        write: Callable[[Any], Any],
        read: Callable[[Any], Any],
    ) -> Iterable[Any]:
        if self._folder is None:
            return make()
        file = _file(name, tuple(made_by))
        content = self._folder.read(file)
        if content is not None:
            return map(read, marshal.loads(content))  # noqa: S302 - the user's own, and hashed
        made = tuple(make())
        try:
            self._folder.write(file, marshal.dumps(tuple(map(write, made))))
        except RecursionError:
            return made
        return made


def _file(name: str, made_by: tuple[str, ...]) -> str:
    key = f"{name}\0{stamp()}\0{stamp(made_by)}"
    return f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.bundle"

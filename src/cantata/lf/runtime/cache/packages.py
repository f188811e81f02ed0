"""Decoded packages on disk: their definitions are read when they are first looked at."""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from cantata.lf.archive import StoredPackage
from cantata.lf.model import Module, Package
from cantata.lf.runtime.cache.flat import Code, Reader, Writer
from cantata.lf.runtime.cache.folder import CacheFolder
from cantata.lf.runtime.cache.versions import stamp

_KINDS = ("synonyms", "data_types", "values", "templates", "exceptions", "interfaces")


class PackageCache(Mapping[str, StoredPackage]):
    """Packages by id, for the `known` packages of `read_dar` and `read_stored`.

    The readers verify a package's bytes against its id before they look here, and only packages
    that were decoded in full are added; so what is found here was accepted before.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = CacheFolder(folder)
        self._loaded: dict[str, StoredPackage] = {}

    def add(self, stored: StoredPackage) -> None:
        """Keep a package for the next start; one whose types are too deep to compare is left."""
        if stored.id in self:
            return
        try:
            content = marshal.dumps(freeze(stored))
        except RecursionError:
            return
        self._folder.write(_file(stored.id), content)

    def __getitem__(self, package_id: str) -> StoredPackage:
        found = self._loaded.get(package_id)
        if found is None:
            content = self._folder.read(_file(package_id))
            if content is None:
                raise KeyError(package_id)
            found = self._loaded[package_id] = thaw(_load(content))
        return found

    def __contains__(self, package_id: object) -> bool:
        try:
            return isinstance(package_id, str) and bool(self[package_id])
        except KeyError:
            return False

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded)

    def __len__(self) -> int:
        return len(self._loaded)


class LazyDefinitions(Mapping[str, Any]):
    """Definitions by name, read when they are first looked at."""

    def __init__(self, reader: Reader, codes: dict[str, bytes]) -> None:
        self._reader = reader
        self._codes = codes
        self._read: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        found = self._read.get(name)
        if found is None:
            found = self._read[name] = self._reader.read(_load(self._codes[name]))
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._codes

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)


def _load(data: bytes) -> Any:
    return marshal.loads(data)  # noqa: S302 - the folder is the user's own, its files are hashed


def _file(package_id: str) -> str:
    return f"{package_id}.{stamp()}.package"


def freeze(stored: StoredPackage) -> Any:
    """Give a package with its bytes as plain data for marshal."""
    start = stored.archive.index(stored.payload)
    return freeze_package(stored.package), stored.archive, start, len(stored.payload)


def thaw(frozen: Any) -> StoredPackage:
    """Give the package that `freeze` took, its definitions to be read when looked at."""
    package, archive, start, size = frozen
    return StoredPackage(thaw_package(package), archive[start : start + size], archive)


def freeze_package(package: Package) -> Any:
    """Give a package without bytes as plain data for marshal."""
    writer = Writer()
    modules = {
        module.name: tuple(
            {
                name: marshal.dumps(writer.write(definition))
                for name, definition in getattr(module, kind).items()
            }
            for kind in _KINDS
        )
        for module in package.modules.values()
    }
    head = (package.id, package.name, package.version, package.lf_minor)
    rest = (tuple(sorted(package.imports)), package.upgraded_package_id)
    shared = (tuple(writer.texts), tuple(marshal.dumps(code) for code in writer.pool))
    return head, rest, modules, shared


def thaw_package(frozen: Any) -> Package:
    """Give the package that `freeze_package` took."""
    (package_id, name, version, lf_minor), (imports, upgraded), modules, (texts, pool) = frozen
    reader = Reader(texts, _Pool(pool))
    return Package(
        id=package_id,
        name=name,
        version=version,
        lf_minor=lf_minor,
        modules={module: _module(module, reader, kinds) for module, kinds in modules.items()},
        imports=frozenset(imports),
        upgraded_package_id=upgraded,
    )


class _Pool(Sequence[Code]):
    """Sequences of shared values, unpacked when they are needed."""

    def __init__(self, packed: tuple[bytes, ...]) -> None:
        self._packed = packed

    def __len__(self) -> int:
        return len(self._packed)

    def __getitem__(self, at: Any) -> Any:
        return _load(self._packed[at])


def _module(name: str, reader: Reader, kinds: tuple[dict[str, bytes], ...]) -> Module:
    lazy = {
        kind: cast("Any", LazyDefinitions(reader, codes))
        for kind, codes in zip(_KINDS, kinds, strict=True)
    }
    return Module(name=name, **lazy)

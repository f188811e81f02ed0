"""The contract packages of a ledger under test: compiled from Python or read from DARs."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import ModuleType

from cantata.kernel.errors import CantataError
from cantata.lang.build import compile_package
from cantata.lang.build.sources import contract_files
from cantata.lf.archive import read_dar
from cantata.lf.model import Package, Ref
from cantata.lf.stable import stable_packages
from cantata.testing.names import package_of

Source = ModuleType | str | Path | bytes
"""A contract package: its Python module or package, their dotted name, a path, a DAR's bytes."""


class NotLoaded(CantataError):
    """A contract class whose package the ledger does not have."""

    code = "PACKAGE_NOT_LOADED"

    def __init__(self, cls: type, package_name: str, version: str) -> None:
        super().__init__(
            f"the ledger has no package {package_name} {version}, which {cls.__qualname__} is of",
            hint=f"give Ledger(…) the module or package around {cls.__module__}",
        )
        self.package_name = package_name
        self.version = version


class NoSource(CantataError):
    """A contract package that is not where it should be."""

    code = "NO_CONTRACT_SOURCE"

    def __init__(self, source: object) -> None:
        super().__init__(
            f"there is no contract package at {source!r}",
            hint="name a Python module or package, a path, or a DAR file",
        )
        self.source = source


class Catalog:
    """Packages by id, and contract classes by reference."""

    def __init__(self) -> None:
        self.packages: dict[str, Package] = {}
        self._ids: dict[tuple[str, str], str] = {}

    def load(self, source: Source) -> list[Package]:
        """Compile or read a package with all that it depends on; give what was new."""
        new = [package for package in _packages(source) if package.id not in self.packages]
        for package in new:
            self.packages[package.id] = package
            self._ids[package.name, package.version] = package.id
        return new

    def ref(self, cls: type) -> Ref:
        """Give the reference of a contract class, or raise `NotLoaded`."""
        info = package_of(cls)
        package_id = info.id or self._ids.get((info.name, info.version))
        if package_id is None or package_id not in self.packages:
            raise NotLoaded(cls, info.name, info.version)
        return Ref(package_id, info.module, cls.__name__)


def path_of(source: ModuleType | str) -> Path:
    """Give the file or folder of a Python module or package, or raise `NoSource`."""
    name = source if isinstance(source, str) else source.__name__
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        spec = None
    if spec is None or spec.origin is None:
        raise NoSource(source)
    origin = Path(spec.origin)
    return origin.parent if spec.submodule_search_locations else origin


def _packages(source: Source) -> Iterable[Package]:
    if isinstance(source, bytes):
        return [stored.package for stored in read_dar(source).packages.values()]
    path = source if isinstance(source, Path) else path_of(source)
    if path.suffix == ".dar":
        return _packages(path.read_bytes())
    return _compiled(path.resolve())


@cache
def _compiled(path: Path) -> tuple[Package, ...]:
    compiled = compile_package(contract_files([path]))
    stable = (stored.package for stored in stable_packages().values())
    return (*stable, *compiled.dependencies.values(), compiled.package)

"""Where generated modules go: one Python package per LF package, one module per LF module."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from cantata.lf.codegen.names import Scope, identifier, snake
from cantata.lf.model import Package, Packages

_PACKAGE_ID_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Home:
    """The dotted path of a generated module below the output folder."""

    segments: tuple[str, ...]
    is_package: bool

    @property
    def path(self) -> PurePosixPath:
        """Give the file of the module below the output folder."""
        if self.is_package:
            return PurePosixPath(*self.segments, "__init__.py")
        return PurePosixPath(*self.segments[:-1], f"{self.segments[-1]}.py")


def lay_out_modules(packages: Packages, ids: Iterable[str]) -> dict[tuple[str, str], Home]:
    """Give each module of some packages, by package id and name, a home of its own."""
    folders = _folders(packages, sorted(ids))
    homes: dict[tuple[str, str], tuple[str, ...]] = {}
    taken: set[tuple[str, ...]] = set()
    for package, folder in folders.items():
        for module in sorted(packages[package].modules):
            path = (folder, *(_segment(part) for part in module.split(".")))
            while path in taken:
                path = (*path[:-1], f"{path[-1]}_")
            taken.add(path)
            homes[package, module] = path
    inner = {path[:length] for path in taken for length in range(1, len(path))}
    return {key: Home(path, path in inner) for key, path in homes.items()}


def package_folders(homes: Iterable[Home]) -> list[PurePosixPath]:
    """Give every folder that needs an ``__init__.py`` of its own."""
    homes = list(homes)
    written = {home.segments for home in homes if home.is_package}
    inner = {h.segments[:n] for h in homes for n in range(1, len(h.segments))}
    return [PurePosixPath(*path) for path in sorted(inner - written)]


def _folders(packages: Packages, ids: list[str]) -> dict[str, str]:
    """Name the folder of each package: name and version, with the id where that is not unique."""
    names = {package_id: _folder(packages[package_id]) for package_id in ids}
    shared = Scope()
    folders = {}
    for package_id, name in names.items():
        unique = list(names.values()).count(name) == 1
        wanted = name if unique else f"{name}_{package_id[:_PACKAGE_ID_SHOWN]}"
        folders[package_id] = shared.allocate(wanted)
    return folders


def _folder(package: Package) -> str:
    return identifier(f"{package.name}_{package.version}").lower()


def _segment(part: str) -> str:
    return Scope().allocate(snake(part))

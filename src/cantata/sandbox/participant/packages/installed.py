"""Packages that are there at each start: the network's stable ones, and those of entry points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from cantata.lf.archive import StoredPackage
from cantata.lf.model import Package
from cantata.lf.runtime.cache.bundles import Bundles
from cantata.sandbox.place import user_folder

GROUP = "cantata.packages"
STABLE = "stable"

_COMPILER = "cantata.lang"


@cache
def installed_packages() -> tuple[Package, ...]:
    """Give the packages of all entry points, each a function that gives packages by id.

    What it gives must follow from the sources of its Python package and of the compiler.
    """
    found: dict[str, Package] = {}
    bundles = Bundles(user_folder())
    for entry in sorted(entry_points(group=GROUP)):
        made_by = (_COMPILER, _owner(entry))
        packages = bundles.packages(f"{entry.name}={entry.value}", made_by, lambda: _load(entry))  # noqa: B023 - called at once
        found.update((package.id, package) for package in packages)
    return tuple(found.values())


@cache
def stable_packages() -> Mapping[str, StoredPackage]:
    """Give the stable packages by id."""
    stored = Bundles(user_folder()).stored(STABLE, (), _stable)
    return {each.id: each for each in stored}


def _stable() -> Iterable[StoredPackage]:
    from cantata.lf.stable import stable_packages as made  # noqa: PLC0415 - rarely needed

    return made().values()


def _load(entry: EntryPoint) -> Iterable[Package]:
    declared: Mapping[str, Package] | Iterable[Package] = entry.load()()
    return declared.values() if isinstance(declared, Mapping) else declared


def _owner(entry: EntryPoint) -> str:
    """Name the Python package whose sources decide what an entry point gives."""
    module = entry.module
    return module.rpartition(".")[0] or module

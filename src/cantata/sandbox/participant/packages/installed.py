"""Packages that installed Python distributions bring, by the entry points `cantata.packages`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import entry_points

from cantata.lf.model import Package

GROUP = "cantata.packages"


@cache
def installed_packages() -> tuple[Package, ...]:
    """Give the packages of all entry points, each a function that gives packages by id."""
    found: dict[str, Package] = {}
    for entry in sorted(entry_points(group=GROUP)):
        declared: Mapping[str, Package] | Iterable[Package] = entry.load()()
        packages = declared.values() if isinstance(declared, Mapping) else declared
        found.update((package.id, package) for package in packages)
    return tuple(found.values())

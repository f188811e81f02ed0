"""The packages of the recording: real DARs, and what is declared of others."""

from __future__ import annotations

from pathlib import Path

from cantata.contracts.declared import declared_packages
from cantata.lf.archive import Dar, StoredPackage, read_dar
from cantata.lf.runtime.runtime import Runtime
from cantata.sandbox.engine import Engine, PackageSet

PING = "canton-builtin-admin-workflow-ping"


def read_dars(paths: tuple[Path, ...]) -> dict[str, Dar]:
    """Read DARs by file name; packages that several hold are decoded once."""
    known: dict[str, StoredPackage] = {}
    dars = {}
    for path in paths:
        dar = dars[path.name] = read_dar(path.read_bytes(), known=known)
        known.update(dar.packages)
    return dars


def engine_of(dars: dict[str, Dar]) -> Engine:
    """Give an engine with all packages of the DARs, and ping as it is declared here."""
    packages = PackageSet()
    for dar in dars.values():
        packages.add(stored.package for stored in dar.packages.values())
    packages.add(package for package in declared_packages().values() if package.name == PING)
    return Engine(Runtime(packages.packages), packages)

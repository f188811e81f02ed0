"""Fixtures: an engine over the packages of the recorded participant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cantata.contracts.declared import declared_packages
from cantata.lf.archive import StoredPackage, read_dar
from cantata.lf.runtime.runtime import Runtime
from cantata.sandbox.engine import Engine, PackageSet

PING = "canton-builtin-admin-workflow-ping"


@pytest.fixture(scope="session")
def engine(shared_data: Path) -> Engine:
    """An engine with the recorded participant's test packages and ping; real DARs if at hand."""
    known: dict[str, StoredPackage] = {}
    folders = [shared_data / "participant/packages"]
    if os.environ.get("CANTATA_DARS"):
        folders.append(Path(os.environ["CANTATA_DARS"]))
    for folder in folders:
        for file in sorted(folder.rglob("*.dar")):
            known.update(read_dar(file.read_bytes(), known=known).packages)
    packages = PackageSet()
    packages.add(stored.package for stored in known.values())
    packages.add(package for package in declared_packages().values() if package.name == PING)
    return Engine(Runtime(packages.packages), packages)

"""Real DARs of the network keep every rule, alone and together."""

from __future__ import annotations

from pathlib import Path

import pytest

from cantata.lf.archive import Dar, read_dar
from cantata.lf.check import check_lineages, check_packages
from cantata.lf.check.dar import _check_closure, _check_versions
from cantata.lf.model import Package, Packages


@pytest.fixture(scope="module")
def dars(real_dars: tuple[Path, ...]) -> dict[str, Dar]:
    return {path.name: read_dar(path.read_bytes()) for path in real_dars}


def _packages(dar: Dar) -> Packages:
    return Packages(stored.package for stored in dar.packages.values())


def test_all_packages_keep_every_rule(dars: dict[str, Dar]) -> None:
    packages: dict[str, Package] = {}
    for dar in dars.values():
        packages |= _packages(dar)
    known = Packages(packages.values())
    assert check_packages(known.values(), known) == ()
    assert check_lineages(known) == ()


def test_dars_are_closed_and_of_allowed_versions(dars: dict[str, Dar]) -> None:
    for name, dar in dars.items():
        packages = _packages(dar)
        assert _check_versions(packages) == (), name
        assert _check_closure(dar.main.package, packages) == (), name

"""Packages that the engine's validator accepted: every builtin, every scenario's contracts."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path

import pytest

from cantata.lf.archive import Dar, read_archive, read_dar
from cantata.lf.check import check_dar, check_lineages, check_package, check_packages
from cantata.lf.check.builtins import BUILTIN_TYPES
from cantata.lf.model import Package, Packages
from cantata.lf.stable import stable_packages

STABLE = tuple(stored.package for stored in stable_packages().values())


@pytest.mark.parametrize("name", ["builtins", "evaluation"])
def test_cases_are_well_typed(name: str, shared_data: Path) -> None:
    package = read_archive((shared_data / "lf" / f"{name}.dalf").read_bytes())
    assert check_package(package, Packages(STABLE)) == ()


def test_every_tested_builtin_has_a_type(shared_data: Path) -> None:
    lines = (shared_data / "lf" / "builtins.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["builtin"] for line in lines} <= BUILTIN_TYPES.keys()


def test_packages_of_the_scenarios_are_right(shared_data: Path) -> None:
    folder = shared_data / "lf" / "ledger-packages"
    packages = [_read(path) for path in sorted(folder.iterdir())]
    assert packages
    assert check_packages(packages, Packages((*STABLE, *packages))) == ()


def test_stable_packages_are_right() -> None:
    assert check_packages(STABLE, Packages(STABLE)) == ()


def _read(path: Path) -> Package:
    data = path.read_bytes()
    if path.suffix == ".json":
        data = b64decode(json.loads(data)["dalf"])
    return read_archive(data)


def test_dars_that_a_participant_took_are_right(shared_data: Path) -> None:
    dars = _participant_dars(shared_data)
    assert all(check_dar(dar.main.package, ()) == () for dar in dars.values())


def test_upgrades_are_judged_as_by_a_participant(shared_data: Path) -> None:
    dars = _participant_dars(shared_data)
    one, two, three = (dars[f"oracle-up-{n}.0.0"].main.package for n in (1, 2, 3))
    assert check_lineages(Packages((one, two))) == ()
    rules = [violation.rule for violation in check_lineages(Packages((one, two, three)))]
    assert rules == ["RecordFieldsMissing"]


def _participant_dars(shared_data: Path) -> dict[str, Dar]:
    folder = shared_data / "participant" / "packages"
    return {path.stem: read_dar(path.read_bytes()) for path in sorted(folder.glob("*.dar"))}

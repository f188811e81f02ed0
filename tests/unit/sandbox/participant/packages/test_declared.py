"""DARs whose packages are only declared here: the participant adds what these need in turn."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from cantata import settlement, tokens
from cantata.contracts.declared import declared_packages
from cantata.lang.build import build_dar, compile_package
from cantata.lang.build.sources import contract_files
from cantata.lf.archive.dar import read_dar
from cantata.lf.stable import stable_packages
from cantata.sandbox.participant.packages.service import inspect


@pytest.mark.parametrize("slice_", [settlement, tokens], ids=["settlement", "tokens"])
def test_a_dar_without_declared_packages(slice_: ModuleType) -> None:
    folder = Path(slice_.__path__[0]) / "contract"
    dar = build_dar(compile_package(contract_files([folder])), (), without_declared=True)
    declared = declared_packages()
    assert {package.id for package in dar.left_out} <= declared.keys()
    taken = inspect(dar.content, stable_packages(), declared)
    assert taken.packages.keys() == read_dar(dar.content).packages.keys()

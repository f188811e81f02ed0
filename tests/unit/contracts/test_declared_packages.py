"""What is declared of the network's packages is what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from cantata.contracts.declared import declared_packages
from cantata.lf.archive import Dar, read_dar
from cantata.lf.declared import compare_declaration
from cantata.lf.model import Package, Packages

IDS = {
    "splice-api-token-metadata-v1": "4ded6b66",
    "splice-api-token-holding-v1": "718a0f77",
    "splice-api-token-transfer-instruction-v1": "55ba4deb",
    "splice-api-token-allocation-v1": "93c942ae",
    "splice-api-token-allocation-instruction-v1": "275064aa",
    "splice-api-token-allocation-request-v1": "6fe84853",
    "splice-api-token-burn-mint-v1": "9cc2cbc8",
    "splice-api-featured-app-v1": "7804375f",
    "canton-builtin-admin-workflow-ping": "de2cc2f9",
}


@pytest.fixture(scope="module")
def by_name() -> dict[str, Package]:
    return {package.name: package for package in declared_packages().values()}


@pytest.fixture(scope="module")
def dars(real_dars: tuple[Path, ...]) -> dict[str, Dar]:
    read = [read_dar(path.read_bytes()) for path in real_dars]
    return {dar.main.package.name: dar for dar in read}


def test_all_packages_are_declared_with_their_real_ids(by_name: dict[str, Package]) -> None:
    assert {name: package.id[:8] for name, package in by_name.items()} == IDS


@pytest.mark.parametrize("name", IDS)
def test_a_declaration_equals_the_real_package(
    by_name: dict[str, Package], dars: dict[str, Dar], name: str
) -> None:
    dar = dars.get(name)
    if dar is None:
        pytest.skip(f"no DAR of {name} below CANTATA_DARS")
    packages = Packages(stored.package for stored in dar.packages.values())
    assert dar.main.id == by_name[name].id
    assert compare_declaration(by_name[name], dar.main.package, packages) == ()

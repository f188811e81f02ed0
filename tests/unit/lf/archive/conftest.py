"""Real packages, each decoded once for all tests of archives."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cantata.lf.archive import StoredPackage, read_dar


@pytest.fixture(scope="session")
def real_packages(real_dars: tuple[Path, ...]) -> Mapping[str, StoredPackage]:
    """All distinct packages of the DARs of CANTATA_DARS by id; skips without them."""
    packages: dict[str, StoredPackage] = {}
    for path in real_dars:
        packages.update(read_dar(path.read_bytes(), known=packages).packages)
    return packages

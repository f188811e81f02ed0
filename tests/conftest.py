"""What all tests share: fixed example generation, and the folders outside the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

os.environ.setdefault("CANTATA_CACHE", str(ROOT / ".cache" / "cantata"))

# The same examples on each run, however slow or busy the machine is. `HYPOTHESIS_PROFILE=explore`
# looks for new ones.
settings.register_profile(
    "fixed",
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
)
settings.register_profile(
    "explore", parent=settings.get_profile("fixed"), derandomize=False, max_examples=1_000
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The root of the project's checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared material beside the checkout; skips without it."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"no shared material at ../shared (looked for {folder})")
    return folder


@pytest.fixture(scope="session")
def shared_data(shared: Path) -> Path:
    """The frozen answers below the shared material; skips without them."""
    folder = shared / "data"
    if not folder.is_dir():
        pytest.skip(f"no frozen answers at ../shared/data (looked for {folder})")
    return folder


@pytest.fixture(scope="session")
def real_dars() -> tuple[Path, ...]:
    """The DARs of the folder named by CANTATA_DARS, by name; skips without it."""
    folder = os.environ.get("CANTATA_DARS")
    if not folder:
        pytest.skip("set CANTATA_DARS to a folder with DARs of digital-asset/cn-quickstart")
    found = tuple(sorted(Path(folder).rglob("*.dar")))
    if not found:
        pytest.skip(f"no *.dar below CANTATA_DARS={folder}")
    return found

"""Fixtures of the tests on real Amulet: the DARs and one replay of the whole recording."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from cantata.lf.archive import Dar
from tests.ledger.amulet.recording import lines
from tests.ledger.amulet.run import Run
from tests.ledger.amulet.world import engine_of, read_dars

AMULET = "splice-amulet"


@pytest.fixture(scope="session")
def recording(shared_data: Path) -> Path:
    """The folder of the recorded exchanges."""
    return shared_data / "amulet"


@pytest.fixture(scope="session")
def uploaded(recording: Path, real_dars: tuple[Path, ...]) -> tuple[Path, ...]:
    """The DARs that the recorded participant had, as far as they are here."""
    wanted = {
        row["requestBody"]["$sha256"]
        for row in lines(recording / "bootstrap.jsonl")
        if row["path"] == "/v2/packages"
    }
    return tuple(path for path in real_dars if sha256(path.read_bytes()).hexdigest() in wanted)


@pytest.fixture(scope="session")
def dars(uploaded: tuple[Path, ...]) -> dict[str, Dar]:
    """Those DARs, read."""
    found = read_dars(uploaded)
    if not any(dar.main.package.name == AMULET for dar in found.values()):
        pytest.skip(f"the {AMULET} DAR of the recording is not below CANTATA_DARS")
    return found


@pytest.fixture(scope="session")
def run(recording: Path, dars: dict[str, Dar]) -> Run:
    """The recording, played once."""
    return Run.of(recording, engine_of(dars)).play()

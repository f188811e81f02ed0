"""Real Amulet on a sandbox process: one play of the whole recording."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from tests.api.amulet.later import instant, moved
from tests.api.amulet.play import Play
from tests.api.process import SANDBOX, running
from tests.ledger.amulet.recording import lines
from tests.ledger.amulet.state import State


@pytest.fixture(scope="session")
def play(
    shared_data: Path, real_dars: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Play]:
    """The recording, played once; skips without the DARs that it cannot do without."""
    recording, scratch = shared_data / "amulet", tmp_path_factory.mktemp("amulet")
    contents = (path.read_bytes() for path in real_dars)
    dars = {sha256(content).hexdigest(): content for content in contents}
    if not dars.keys() & _uploaded(recording):
        pytest.skip("none of the DARs that the recording uploads is below CANTATA_DARS")
    times = State.read(recording / "state").times.values()
    begin = min(instant(each.effective_at) for each in times)
    with running(scratch, "--control", command=SANDBOX) as sandbox:
        later = moved(recording, scratch / "recording", begin, datetime.now(UTC))
        yield Play(sandbox, later, dars).run()


def _uploaded(recording: Path) -> set[str]:
    return {
        row["requestBody"]["$sha256"]
        for row in lines(recording / "bootstrap.jsonl")
        if row["path"] == "/v2/packages"
    }

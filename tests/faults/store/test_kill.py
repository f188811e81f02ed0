"""Killed at any instant, a store loses nothing that was acknowledged and doubles nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.store.kills import Kills

KILLS = int(os.environ.get("CANTATA_KILLS", "15"))


@pytest.mark.slow
def test_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    kills = Kills(tmp_path, seed=4)
    for _ in range(KILLS):
        kills.kill_once()
    assert kills.acknowledged > KILLS

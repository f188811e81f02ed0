"""Killed at any instant under load, a sandbox loses nothing acknowledged and doubles nothing."""

from __future__ import annotations

import os

import pytest

from tests.faults.server.kills import rounds

KILLS = int(os.environ.get("CANTATA_KILLS", "200"))
SHARES = 4


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_kills_lose_nothing_and_double_nothing(share: int) -> None:
    wanted = len(range(share, KILLS, SHARES))
    killed = acknowledged = 0
    for kills in rounds(wanted, seed=1_000 * share):
        killed += kills.killed
        acknowledged += len(kills.knowledge.acknowledged)
    assert killed == wanted
    assert acknowledged >= wanted

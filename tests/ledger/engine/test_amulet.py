"""Real Amulet on our ledger: the trees, views and projections that a participant recorded.

Acceptance statements R25 and R26; needs the DARs of the public repository cn-quickstart.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cantata.sandbox.engine import EventFormat, Filters
from tests.ledger.engine.amulet import Replay, amulet_engine, nodes_of, recorded, theirs

REPLAYED_MIN = 48


def assert_same_active_contracts(replay: Replay, folder: Path, skipped: list[int]) -> None:
    """Compare what each party holds in the end, apart from what was not replayed."""
    untouched = set(replay.ours)
    for offset, views in recorded(folder).items():
        if offset in skipped:
            untouched -= {node["contractId"] for node in nodes_of(views).values()}
    for path in sorted(folder.glob("acs-*.json")):
        content = json.loads(path.read_text("utf-8"))
        event_format = EventFormat({content["party"]: Filters()})
        ours = {
            replay.theirs[event.contract.contract_id]
            for event in replay.ledger.active_contracts(event_format)
        }
        assert ours & untouched == contract_ids(content) & untouched, path.name


def contract_ids(content: Any) -> set[str]:
    """Find the ids of created contracts anywhere in an answer."""
    if isinstance(content, list):
        return {found for item in content for found in contract_ids(item)}
    if not isinstance(content, dict):
        return set()
    if "createArgument" in content:
        return {content["contractId"]}
    return {found for item in content.values() for found in contract_ids(item)}


@pytest.mark.slow
def test_recorded_transactions_have_the_same_trees(
    real_dars: tuple[Path, ...], shared_data: Path
) -> None:
    replay = Replay(amulet_engine(real_dars))
    played, compared, skipped = 0, 0, []
    for offset, views in recorded(shared_data / "amulet" / "state").items():
        our_offset = replay.play(views)
        if our_offset is None:
            skipped.append(offset)
            continue
        played += 1
        for view in views:
            assert replay.events(our_offset, view) == list(theirs(view, replay.codec)), (
                offset,
                view.party,
            )
            compared += 1
    assert_same_active_contracts(replay, shared_data / "amulet" / "state", skipped)
    print(f"{played} transactions replayed, {compared} views agree, not replayed: {skipped}")
    assert played >= REPLAYED_MIN

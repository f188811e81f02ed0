"""Real Amulet over HTTP: every recorded exchange gets the answer that a participant gave."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.api.amulet.play import REGISTRY, Play
from tests.api.amulet.trees import Seen, contracts, updates

LISTED = Path(__file__).with_name("differences.json")


def test_exchanges_are_answered_as_recorded(play: Play) -> None:
    reasons = listed(play)
    differ = {n for n, found in play.found.items() if found}
    equal = len(play.found) - len(differ)
    print(f"\n{equal} of {len(play.rows)} exchanges equal, {len(reasons)} listed:")
    for reason in dict.fromkeys(reasons.values()):
        print(f"  {sum(each == reason for each in reasons.values())}: {reason}")
    unexpected = {n: play.found[n] for n in sorted(differ - reasons.keys())}
    assert not unexpected, f"not listed: {unexpected}"
    assert sorted(reasons.keys() & play.found.keys() - differ) == [], "listed, and equal"


def test_every_party_sees_the_recorded_trees(play: Play) -> None:
    seen = list(updates(play))
    print(f"\n{equal(seen)} of {len(seen)} transactions and lists of transactions equal")
    assert_equal(seen)


def test_every_party_has_the_recorded_contracts(play: Play) -> None:
    seen = list(contracts(play))
    print(f"\n{equal(seen)} of {len(seen)} contracts and lists of contracts equal")
    assert_equal(seen)


def listed(play: Play) -> dict[int, str]:
    """Give the exchanges that cannot be compared or differ, with the reason."""
    groups: list[dict[str, Any]] = json.loads(LISTED.read_text(encoding="utf-8"))
    reasons = {row.n: groups[0]["reason"] for row in play.rows if row.caller == REGISTRY}
    for group in groups:
        if group.get("without", "") not in play.dars:
            reasons |= dict.fromkeys(group.get("exchanges", ()), group["reason"])
    return reasons


def equal(seen: Iterable[Seen]) -> int:
    """Count what is equal."""
    return sum(each.ours == each.theirs for each in seen)


def assert_equal(seen: list[Seen]) -> None:
    """Compare everything and show the first that differs."""
    assert seen
    for each in seen:
        assert each.ours == each.theirs, each.what

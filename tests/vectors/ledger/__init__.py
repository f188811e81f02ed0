"""Ledger scenarios: the same tree or the same error at every step."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.vectors.ledger.scenario import run_scenario
from tests.vectors.replay import Check

PLACE = "lf/ledger"


def checks(data: Path) -> Iterator[Check]:
    """Give one check for each scenario."""
    for path in sorted((data / PLACE).glob("*.json")):
        yield Check(f"ledger/{path.name}", partial(run_scenario, path))

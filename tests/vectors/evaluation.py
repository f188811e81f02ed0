"""Area "evaluation": frozen expressions of data/lf/evaluation.jsonl."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.vectors.expressions import Cases
from tests.vectors.replay import Check

PLACE = "lf/evaluation.jsonl"


def checks(data: Path) -> Iterator[Check]:
    """Give the checks of all cases."""
    yield from Cases(data / PLACE).checks()

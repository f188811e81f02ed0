"""Area "builtins": frozen expressions of data/lf/builtins.jsonl."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.vectors.expressions import Cases
from tests.vectors.replay import Check

PLACE = "lf/builtins.jsonl"


def checks(data: Path) -> Iterator[Check]:
    """Give the checks of all cases."""
    yield from Cases(data / PLACE).checks()

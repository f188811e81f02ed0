"""A participant for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.sandbox.participant.stage import Stage, staged


@pytest.fixture
def stage(shared: Path) -> Iterator[Stage]:
    """A participant without a network."""
    with staged(shared) as ready:
        yield ready

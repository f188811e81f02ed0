"""Fixtures of the engine's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from cantata.sandbox.engine import Mode
from tests.ledger.engine.stage import Stage


@pytest.fixture
def stage(shared_data: Path) -> Stage:
    """A fresh ledger by the rules of protocol 35."""
    return Stage(shared_data / "lf" / "ledger-packages")


@pytest.fixture
def stage34(shared_data: Path) -> Stage:
    """A fresh ledger by the rules of protocol 34."""
    return Stage(shared_data / "lf" / "ledger-packages", Mode.NO_KEY)

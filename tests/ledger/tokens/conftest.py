"""Fixtures of the token tests: an instrument of two decimals with three holders."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cantata.testing import Ledger
from tests.ledger.tokens.stage import CONTRACTS, Stage


@pytest.fixture(scope="session")
def token_ledger() -> Ledger:
    """A ledger with the token package."""
    return Ledger(CONTRACTS)


@pytest.fixture
def stage(token_ledger: Ledger) -> Iterator[Stage]:
    """An instrument with a cap of a million, 100 and 50 of it Alice's, undone after the test."""
    with token_ledger.anchor():
        stage = Stage.on(token_ledger)
        stage.mint(stage.alice, "100")
        stage.mint(stage.alice, "50")
        yield stage


@pytest.fixture
def judged(token_ledger: Ledger) -> Iterator[Stage]:
    """An instrument whose seizures Carol approves; Alice has 100 and 50."""
    with token_ledger.anchor():
        stage = Stage.on(token_ledger, approver=token_ledger.party("Carol"))
        stage.mint(stage.alice, "100")
        stage.mint(stage.alice, "50")
        yield stage

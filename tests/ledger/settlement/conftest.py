"""Fixtures of the settlement tests: a venue, and two instruments of two issuers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cantata.testing import Ledger
from tests.ledger.settlement.market import Market
from tests.ledger.tokens.stage import CONTRACTS


@pytest.fixture(scope="session")
def market_ledger() -> Ledger:
    """A ledger with the packages of tokens and settlement, and one of somebody who forges."""
    return Ledger(CONTRACTS, "cantata.settlement.contract", "tests.ledger.settlement.forgery")


@pytest.fixture
def market(market_ledger: Ledger) -> Iterator[Market]:
    """Alice sells Bob 10 shares for 250 dollars, at a venue; both have what they owe."""
    with market_ledger.anchor():
        yield Market.on(market_ledger)

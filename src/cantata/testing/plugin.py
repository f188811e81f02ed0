"""The pytest plugin: a ledger for each test, with the contracts that the test asks for.

    @pytest.mark.contracts("cantata.tokens.contract")
    def test_mint(ledger: Ledger) -> None: ...

Packages are compiled once in a test run; what a test does to its ledger is undone after it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cantata.testing.ledger import Ledger

_LEDGERS = pytest.StashKey[dict[tuple[object, ...], Ledger]]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers", "contracts(*sources): contract packages of the test's ledger fixture"
    )
    config.stash[_LEDGERS] = {}


@pytest.fixture
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """Give a ledger with the packages of the marker `contracts`, undone after the test."""
    marker = request.node.get_closest_marker("contracts")
    sources: tuple[object, ...] = marker.args if marker is not None else ()
    known = request.config.stash[_LEDGERS]
    if sources not in known:
        known[sources] = Ledger(*marker.args if marker is not None else ())
    shared = known[sources]
    with shared.anchor():
        yield shared

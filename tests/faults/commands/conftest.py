"""Fixtures of the tests on bad commands: a desk that takes JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.command_desk import Desk


@pytest.fixture(scope="session")
def token_desk() -> Desk:
    """A desk with the token package and its contracts."""
    return Desk.of_tokens()


@pytest.fixture
def desk(token_desk: Desk) -> Iterator[Desk]:
    """The desk with an instrument, holdings, offers and consents, undone after the test."""
    with token_desk.ledger.anchor():
        yield token_desk


@pytest.fixture(scope="session")
def oracle_desk(shared_data: Path) -> Desk:
    """A desk with the packages of the recorded participant, without contracts."""
    return Desk.of_dars(sorted((shared_data / "participant" / "packages").glob("oracle-*.dar")))

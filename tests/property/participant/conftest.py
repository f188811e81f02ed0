"""The sandboxes of the state machines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cantata.testing.server import Sandbox, dar_of
from tests.property.participant.book import Book

BOARD = Path(__file__).with_name("board.py")


@pytest.fixture
def book(sandbox: Sandbox) -> Iterator[Book]:
    """A sandbox with the contracts of `board`, undone after the test."""
    sandbox.upload(dar_of(BOARD))
    opened = Book(sandbox)
    yield opened
    opened.close()

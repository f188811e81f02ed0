"""The sandbox of the pytest plugin, instead of the one that other tests of the API share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cantata.testing.server import Sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Iterator[Sandbox]:
    """A sandbox under control, undone after the test."""
    with shared_sandbox.anchor():
        yield shared_sandbox

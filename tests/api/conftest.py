"""Sandboxes for the tests of the API, one a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.process import SAMPLE, Sandbox, running
from tests.api.scene import Scene
from tests.api.tokens import AUTH


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox in memory, without authentication."""
    with running(tmp_path_factory.mktemp("sandbox")) as started:
        yield started


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The server with the sample services of `tests.api.sample`."""
    with running(tmp_path_factory.mktemp("sample"), command=SAMPLE) as started:
        yield started


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox in memory that wants tokens."""
    with running(tmp_path_factory.mktemp("guarded"), "--auth", AUTH) as started:
        yield started


@pytest.fixture(scope="module")
def scene(guarded: Sandbox, shared: Path) -> Scene:
    """A ledger with tokens, parties, contracts and users."""
    return Scene(guarded, shared)

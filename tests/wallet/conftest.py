"""Sandboxes and stages for the scenarios of the wallet SDK."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.process import SANDBOX, Sandbox, running
from tests.integration.world import (
    database_server,
    database_settings,
    template_database,
    token_dar,
)
from tests.wallet.play import Stage

__all__ = ("database_server", "database_settings", "template_database", "token_dar")

SECRET = "a secret of these tests that is long enough"
USER = "wallet"
ADMINISTRATOR = "participant_admin"
"""The user that a participant has from the beginning."""


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A folder from which scenarios are run."""
    return Stage(tmp_path_factory.mktemp("stage"))


@pytest.fixture
def sandbox(stage: Stage, tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox in memory, without authentication."""
    with running(tmp_path, command=SANDBOX) as started:
        yield started


@pytest.fixture
def guarded(stage: Stage, tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox in memory that wants tokens signed with `SECRET`."""
    how = f"hs256-unsafe:{SECRET},lifetime=3600"
    with running(tmp_path, "--auth", how, command=SANDBOX) as started:
        yield started

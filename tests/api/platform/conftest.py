"""The platform for tests: application, worker and ingestion on a real database and ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cantata.storage.settings import DatabaseSettings
from tests.api.platform.running import Platform, running_platform
from tests.api.process import Sandbox
from tests.integration.world import (
    database_server,
    database_settings,
    empty_database,
    empty_settings,
    sandbox,
    shared_sandbox,
    template_database,
    token_dar,
)

__all__ = (
    "database_server",
    "database_settings",
    "empty_settings",
    "sandbox",
    "shared_sandbox",
    "template_database",
    "token_dar",
)


@pytest.fixture(scope="module")
def module_settings(database_server: str, template_database: str) -> Iterator[DatabaseSettings]:
    """A database for the tests of a module."""
    with empty_database(database_server, template_database) as settings:
        yield settings


@pytest.fixture(scope="module")
def platform(
    tmp_path_factory: pytest.TempPathFactory,
    module_settings: DatabaseSettings,
    shared_sandbox: Sandbox,
) -> Iterator[Platform]:
    """The platform with limits that no test reaches."""
    folder: Path = tmp_path_factory.mktemp("platform")
    with running_platform(folder, module_settings, shared_sandbox.url) as started:
        yield started

"""A real PostgreSQL and a real sandbox for the tests of this folder."""

from __future__ import annotations

from tests.integration.world import (
    database_server,
    database_settings,
    shared_sandbox,
    template_database,
    token_dar,
)

__all__ = (
    "database_server",
    "database_settings",
    "shared_sandbox",
    "template_database",
    "token_dar",
)

"""A real PostgreSQL and a real sandbox for tests of the books; the others run a whole platform."""

from __future__ import annotations

from tests.integration.world import (
    database_server,
    database_settings,
    sandbox,
    template_database,
    token_dar,
)

__all__ = (
    "database_server",
    "database_settings",
    "sandbox",
    "template_database",
    "token_dar",
)

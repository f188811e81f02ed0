"""A real PostgreSQL for the tests of this folder; the sandbox is the one that can be disturbed."""

from __future__ import annotations

from tests.integration.world import (
    database_server,
    database_settings,
    template_database,
    token_dar,
)

__all__ = ("database_server", "database_settings", "template_database", "token_dar")

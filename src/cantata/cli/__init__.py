"""The `cantata` command: nouns and verbs over everything that the packages below can do."""

from __future__ import annotations

from cantata.cli.app import main

__all__ = ["main"]

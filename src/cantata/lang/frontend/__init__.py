"""The front end of the contract language: from Python source to the typed intermediate form."""

from __future__ import annotations

from cantata.lang.frontend.program import check, diagnose

__all__ = ["check", "diagnose"]

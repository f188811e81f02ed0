"""Lowering: from the typed intermediate form of the contract language to Daml-LF."""

from __future__ import annotations

from cantata.lang.lower.modules import lower_package

__all__ = ["lower_package"]

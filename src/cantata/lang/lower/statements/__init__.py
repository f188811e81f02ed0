"""Lowering of statements: rebinding, early return and loops as plain expressions."""

from __future__ import annotations

from cantata.lang.lower.statements.blocks import body

__all__ = ["body"]

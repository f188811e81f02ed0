"""Typed Python for foreign packages: a generator, and what generated code imports."""

from __future__ import annotations

from cantata.lf.codegen.errors import CodegenRefused
from cantata.lf.codegen.generate import IllegalPrefix, generate

__all__ = ["CodegenRefused", "IllegalPrefix", "generate"]

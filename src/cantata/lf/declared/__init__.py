"""Declared packages: whether what source declares of the network's packages is what they are."""

from __future__ import annotations

from cantata.lf.declared.compare import compare_declaration
from cantata.lf.declared.difference import Difference

__all__ = ["Difference", "compare_declaration"]

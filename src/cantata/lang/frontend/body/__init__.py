"""Bodies of contract code: statements and expressions, checked and typed."""

from __future__ import annotations

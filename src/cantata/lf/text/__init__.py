"""Daml-LF as text for people: types, expressions and definitions."""

from __future__ import annotations

from cantata.lf.text.definitions import show_definitions
from cantata.lf.text.expressions import show_expression
from cantata.lf.text.types import Label, short_label, show_ref, show_type

__all__ = [
    "Label",
    "short_label",
    "show_definitions",
    "show_expression",
    "show_ref",
    "show_type",
]

"""A translated unit as it is kept: code, what its names stand for, places of its lines."""

from __future__ import annotations

from types import CodeType
from typing import TypeAlias

from cantata.lf.runtime.translate.context import Place
from cantata.lf.runtime.translate.links import Link
from cantata.lf.runtime.translate.units import Unit

Stored: TypeAlias = tuple[CodeType, dict[str, Link], dict[int, Place]]


def compile_unit(unit: Unit) -> Stored:
    """Compile a unit's source."""
    code = compile(unit.source, f"<{unit.name}>", "exec", dont_inherit=True, optimize=2)
    return code, unit.links, unit.places

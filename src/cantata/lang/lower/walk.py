"""Walks over the intermediate form: the parts of an expression, whatever its form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache

from cantata.lang.ir import expressions as ix

_SKIPPED = frozenset({"type", "span", "variable", "target", "ref", "interface", "op"})


def operands(expr: ix.Expr) -> Iterator[ix.Expr]:
    """Give the expressions directly inside an expression, patterns and generators left out."""
    form: type = type(expr)
    for name in _parts(form):
        yield from _expressions(getattr(expr, name))


@cache
def _parts(form: type) -> tuple[str, ...]:
    return tuple(part.name for part in fields(form) if part.name not in _SKIPPED)


def _expressions(part: object) -> Iterator[ix.Expr]:
    if isinstance(part, ix.Node):
        yield part  # type: ignore[misc]  # every node is one of the forms of Expr
    elif isinstance(part, tuple):
        for item in part:
            yield from _expressions(item)
    elif isinstance(part, ix.Generator):
        yield part.source
        yield from part.conditions

"""Plain traversals of expressions: names, sizes."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from cantata.lf.model import Alternative, Binding, EVar, Expr

_PARTS = (Expr, Binding, Alternative, tuple)


def nodes(expr: Expr) -> Iterator[Expr]:
    """Give an expression and all expressions inside it, in no particular order."""
    pending: list[Any] = [expr]
    while pending:
        part = pending.pop()
        if isinstance(part, tuple):
            pending.extend(item for item in part if isinstance(item, _PARTS))
            continue
        if isinstance(part, Expr):
            yield part
        pending.extend(_children(part))


def _children(part: Any) -> Iterator[Any]:
    for name in _slots(part.__class__):
        child = getattr(part, name)
        if isinstance(child, _PARTS):
            yield child


@cache
def _slots(form: Hashable) -> tuple[str, ...]:
    """Give the fields of a form that can hold expressions."""
    assert isinstance(form, type)
    assert is_dataclass(form)
    return tuple(
        field.name
        for field in fields(form)
        if any(word in str(field.type) for word in ("Expr", "Binding", "Alternative"))
    )


def names(expr: Expr) -> set[str]:
    """Give the names of all variables that occur, bound ones included."""
    return {node.name for node in nodes(expr) if isinstance(node, EVar)}


def size(expr: Expr, limit: int) -> int:
    """Count expressions, but stop at `limit`."""
    count = 0
    for _ in nodes(expr):
        count += 1
        if count >= limit:
            break
    return count

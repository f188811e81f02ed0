"""The size and depth of what interning tables stand for, bounded.

Entries share earlier entries, so n of them can stand for a type of 2^n nodes or n levels. Whoever
walks such a value must be able to trust that it ends soon.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from cantata.lf.archive.errors import LimitExceeded
from cantata.lf.archive.limits import Limits
from cantata.lf.archive.traverse import children, module_expressions
from cantata.lf.model import Expr, KArrow, Kind, Module, TApp, TForall, TStruct, TSyn, Type

T = TypeVar("T")


def measure_kinds(table: Sequence[Kind], limits: Limits) -> None:
    """Refuse a table of kinds in which an entry stands for too much."""
    _measure(table, _inside_kind, limits, "kind")


def measure_types(table: Sequence[Type], limits: Limits) -> None:
    """Refuse a table of types in which an entry stands for too much."""
    _measure(table, _inside_type, limits, "type")


def measure_expressions(table: Sequence[Expr], modules: Sequence[Module], limits: Limits) -> None:
    """Refuse a table of expressions in which an entry, or what modules use of it, is too much."""
    known = _measure(table, children, limits, "expression")
    total = 0
    for module in modules:
        for expr in module_expressions(module):
            size, _ = _extent(expr, children, known, limits, "expression")
            total += size
            if total > limits.package_nodes:
                raise LimitExceeded("the size of a package's expressions", limits.package_nodes)


def _inside_kind(kind: Kind) -> Iterable[Kind]:
    return (kind.param, kind.result) if isinstance(kind, KArrow) else ()


def _inside_type(type_: Type) -> Iterable[Type]:
    match type_:
        case TApp(fun, arg):
            return fun, arg
        case TForall(_, _, body):
            return (body,)
        case TStruct(fields):
            return [field for _, field in fields]
        case TSyn(_, args):
            return args
        case _:
            return ()


def _measure(
    table: Sequence[T], inside: Callable[[T], Iterable[T]], limits: Limits, what: str
) -> dict[int, tuple[int, int]]:
    """Compute size and depth of each entry from those of the entries that it contains."""
    known: dict[int, tuple[int, int]] = {}
    for entry in table:
        known[id(entry)] = _extent(entry, inside, known, limits, what)
    return known


def _extent(
    entry: T,
    inside: Callable[[T], Iterable[T]],
    known: dict[int, tuple[int, int]],
    limits: Limits,
    what: str,
) -> tuple[int, int]:
    """Give size and depth of one value written out."""
    size = depth = 0
    pending = [(entry, 1)]
    while pending:
        node, level = pending.pop()
        shared = known.get(id(node))
        if shared is not None:
            size += shared[0]
            depth = max(depth, level + shared[1] - 1)
        else:
            size += 1
            depth = max(depth, level)
            pending += [(child, level + 1) for child in inside(node)]
        if size > limits.expanded_nodes:
            raise LimitExceeded(f"the size of an interned {what}", limits.expanded_nodes)
        if depth > limits.expanded_depth:
            raise LimitExceeded(f"the depth of an interned {what}", limits.expanded_depth)
    return size, depth

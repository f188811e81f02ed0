"""Lists, comprehensions and aggregates."""

from __future__ import annotations

import ast

from cantata.lang.diagnostics import expressions as rules
from cantata.lang.frontend.body.conditions import condition
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.body.conversion import check, fit
from cantata.lang.frontend.body.operators import ZERO, is_ordered
from cantata.lang.frontend.symbols import source_of, span_of
from cantata.lang.frontend.world import show
from cantata.lang.ir.expressions import (
    Aggregate,
    Apply,
    Comprehension,
    Expr,
    Generator,
    ListDisplay,
    Literal,
    Sorted,
)
from cantata.lang.ir.operations import Aggregation, Op
from cantata.lang.ir.patterns import Variable
from cantata.lang.ir.types import BOOL, DECIMAL, INT, RELTIME, UNIT, TList, Type


def display(body: Body, node: ast.List, expected: Type | None) -> Expr | None:
    """Type ``[a, b, *more]``."""
    element = expected.element if isinstance(expected, TList) else None
    parts: list[Expr | None] = []
    for item in node.elts:
        starred = isinstance(item, ast.Starred)
        inner = item.value if isinstance(item, ast.Starred) else item
        wanted = element if not starred else (TList(element) if element is not None else None)
        value = check(body, inner, wanted, "this list")
        parts.append(value)
        if element is None and value is not None:
            element = _element_of(body, inner, value) if starred else value.type
    if element is None or element == UNIT:
        if all(part is not None for part in parts):
            body.add(node, rules.CANNOT_INFER, source=source_of(node))
        return None
    known = [part for part in parts if part is not None]
    return _joined(node, known, TList(element)) if len(known) == len(parts) else None


def _joined(node: ast.List, parts: list[Expr], type_: TList) -> Expr:
    """Make displays of the plain stretches and concatenate them with the starred lists."""
    span = span_of(node)
    pieces: list[Expr] = []
    plain: list[Expr] = []
    for item, part in zip(node.elts, parts, strict=True):
        if not isinstance(item, ast.Starred):
            plain.append(part)
            continue
        if plain:
            pieces.append(ListDisplay(type=type_, span=span, items=tuple(plain)))
            plain = []
        pieces.append(part)
    if plain or not pieces:
        pieces.append(ListDisplay(type=type_, span=span, items=tuple(plain)))
    whole = pieces[0]
    for piece in pieces[1:]:
        whole = Apply(type=type_, span=span, op=Op.CONCAT_LIST, operands=(whole, piece))
    return whole


def _element_of(body: Body, node: ast.expr, value: Expr) -> Type | None:
    if isinstance(value.type, TList):
        return value.type.element
    body.add(node, rules.ITERATE, type=show(value.type))
    return None


def comprehension(
    body: Body, node: ast.ListComp | ast.GeneratorExp, expected: Type | None
) -> Comprehension | None:
    """Type ``[element for x in xs if condition]``; its names are its own."""
    wanted = expected.element if isinstance(expected, TList) else None
    with body.scope():
        generators = [_generator(body, part) for part in node.generators]
        element = body.infer(node.elt, wanted)
        if element is not None and wanted is not None:
            element = fit(body, node.elt, element, wanted, "this list")
    known = [part for part in generators if part is not None]
    if element is None or len(known) != len(generators):
        return None
    if element.type == UNIT:
        body.add(node.elt, rules.CANNOT_INFER, source=source_of(node.elt))
        return None
    return Comprehension(
        type=TList(element.type), span=span_of(node), element=element, generators=tuple(known)
    )


def _generator(body: Body, part: ast.comprehension) -> Generator | None:
    source = body.infer(part.iter)
    type_ = _element_of(body, part.iter, source) if source is not None else None
    if part.is_async or not isinstance(part.target, ast.Name):
        why, instead = "the language has no tuples", "name one variable"
        body.add(part.target, rules.COLLECTION, what="this loop variable", why=why, instead=instead)
        return None
    local = body.declare(part.target.id, type_)
    conditions: list[Expr] = []
    missing = False
    for test in part.ifs:
        found = condition(body, test)
        missing = missing or found.expr is None
        if found.expr is not None:
            conditions.append(found.expr)
        body.flow.narrowed.update(found.when_true)
    if source is None or local.variable is None or missing:
        return None
    return Generator(local.variable, source, tuple(conditions))


def iterable(body: Body, node: ast.expr, expected: Type | None = None) -> tuple[Expr, bool] | None:
    """Type the argument of an aggregate: a list, or a generator (then lazy, and pure)."""
    if isinstance(node, ast.GeneratorExp):
        with body.pure("a generator"):
            lazy = comprehension(body, node, expected)
        return (lazy, True) if lazy is not None else None
    value = body.infer(node, expected)
    if value is None or _element_of(body, node, value) is None:
        return None
    return value, False


def any_all(body: Body, node: ast.Call, name: str) -> Expr | None:
    """Type ``any(xs)`` and ``all(xs)``."""
    if len(node.args) != 1 or node.keywords:
        _wrong(body, node, name, f"{name}(condition for x in xs)")
        return None
    found = iterable(body, node.args[0], TList(BOOL))
    if found is None:
        return None
    if found[0].type != TList(BOOL):
        body.add(node.args[0], rules.CONDITION, type=show(found[0].type))
        return None
    aggregation = Aggregation.ANY if name == "any" else Aggregation.ALL
    return Aggregate(
        type=BOOL, span=span_of(node), aggregation=aggregation, source=found[0], lazy=found[1]
    )


def total(body: Body, node: ast.Call) -> Expr | None:
    """Type ``sum(xs)`` of int and ``sum(xs, Decimal("0"))``, ``sum(xs, RelTime(0))``."""
    if not 1 <= len(node.args) <= 2 or any(word.arg != "start" for word in node.keywords):
        _wrong(body, node, "sum", 'sum(xs, Decimal("0"))')
        return None
    found = iterable(body, node.args[0])
    starts = [*node.args[1:], *(word.value for word in node.keywords)]
    start = body.infer(starts[0]) if starts else None
    if found is None or (starts and start is None):
        return None
    source, lazy = found
    element = source.type.element if isinstance(source.type, TList) else UNIT
    kinds = {
        INT: (Aggregation.SUM_INT, "0"),
        DECIMAL: (Aggregation.SUM_DECIMAL, 'Decimal("0")'),
        RELTIME: (Aggregation.SUM_RELTIME, "RelTime.of()"),
    }
    kind = kinds.get(element) if element in (INT, DECIMAL, RELTIME) else None
    if kind is None:
        body.add(node.args[0], rules.OPERAND, operator="sum", left=show(element), right="a start")
        return None
    is_zero = isinstance(start, Literal) and start.value in (0, ZERO) and start.type == element
    if not is_zero and (start is not None or element != INT):
        body.add(node, rules.SUM, type=show(element), start=kind[1])
        return None
    return Aggregate(
        type=element, span=span_of(node), aggregation=kind[0], source=source, lazy=lazy
    )


def extreme(body: Body, node: ast.Call, name: str) -> Expr | None:
    """Type ``min(a, b)`` and ``min(xs, default=x)``, likewise ``max``."""
    words = {word.arg: word.value for word in node.keywords}
    if len(node.args) > 1 and not words:
        return _extreme_of(body, node, name)
    if len(node.args) != 1 or words.keys() - {"default"}:
        _wrong(body, node, name, f"{name}(a, b) or {name}(xs, default=x)")
        return None
    found = iterable(body, node.args[0])
    if found is None:
        return None
    if "default" not in words:
        body.add(node, rules.DEFAULT_VALUE, name=name)
        return None
    source, lazy = found
    element = source.type.element if isinstance(source.type, TList) else UNIT
    if not is_ordered(element):
        body.add(node.args[0], rules.ORDER, type=show(element))
        return None
    default = check(body, words["default"], element, f"the default of {name}")
    if default is None:
        return None
    return Aggregate(
        type=element,
        span=span_of(node),
        aggregation=Aggregation.MIN if name == "min" else Aggregation.MAX,
        source=source,
        lazy=lazy,
        default=default,
    )


def _extreme_of(body: Body, node: ast.Call, name: str) -> Expr | None:
    values = [body.infer(argument) for argument in node.args]
    best = values[0]
    op = Op.MIN if name == "min" else Op.MAX
    for argument, value in zip(node.args[1:], values[1:], strict=True):
        if best is None or value is None:
            return None
        if not is_ordered(best.type):
            body.add(node, rules.ORDER, type=show(best.type))
            return None
        other = fit(body, argument, value, best.type, name)
        if other is None:
            return None
        best = Apply(type=best.type, span=span_of(node), op=op, operands=(best, other))
    return best


def arranged(body: Body, node: ast.Call) -> Expr | None:
    """Type ``sorted(xs, key=lambda x: …, reverse=True)``."""
    words = {word.arg: word.value for word in node.keywords}
    if len(node.args) != 1 or words.keys() - {"key", "reverse"}:
        body.add(node, rules.SORT, detail="")
        return None
    reverse = words.get("reverse")
    if reverse is not None and not (
        isinstance(reverse, ast.Constant) and isinstance(reverse.value, bool)
    ):
        body.add(reverse, rules.SORT, detail="reverse is a literal")
        return None
    source = body.infer(node.args[0])
    element = _element_of(body, node.args[0], source) if source is not None else None
    if source is None or element is None:
        return None
    if "key" not in words:
        if not is_ordered(element):
            body.add(node, rules.ORDER, type=show(element))
            return None
        return _sorted(node, source, None, None)
    keyed = _key(body, words["key"], element)
    return None if keyed is None else _sorted(node, source, *keyed)


def _sorted(node: ast.Call, source: Expr, variable: Variable | None, key: Expr | None) -> Sorted:
    words = {word.arg: word.value for word in node.keywords}
    reverse = words.get("reverse")
    return Sorted(
        type=source.type,
        span=span_of(node),
        source=source,
        variable=variable,
        key=key,
        reverse=isinstance(reverse, ast.Constant) and reverse.value is True,
    )


def _key(body: Body, node: ast.expr, element: Type) -> tuple[Variable, Expr] | None:
    if not isinstance(node, ast.Lambda) or len(node.args.args) != 1 or _is_odd(node.args):
        body.add(node, rules.SORT, detail="the key is a lambda of one parameter")
        return None
    with body.scope(), body.pure("the key of sorted"):
        local = body.declare(node.args.args[0].arg, element)
        key = body.infer(node.body)
    if key is None or local.variable is None:
        return None
    if not is_ordered(key.type):
        body.add(node.body, rules.ORDER, type=show(key.type))
        return None
    return local.variable, key


def _is_odd(arguments: ast.arguments) -> bool:
    return bool(
        arguments.posonlyargs
        or arguments.kwonlyargs
        or arguments.vararg
        or arguments.kwarg
        or arguments.defaults
    )


def _wrong(body: Body, node: ast.Call, name: str, expected: str) -> None:
    detail = f"{len(node.args)} by position"
    body.add(node, rules.ARGUMENTS, name=name, detail=detail, expected=expected)

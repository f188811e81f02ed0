"""Where a value of one type is wanted: the implicit conversions, and refusal of all others."""

from __future__ import annotations

import ast

from cantata.lang.diagnostics import expressions as rules
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.symbols import source_of
from cantata.lang.frontend.world import show
from cantata.lang.ir.expressions import CoerceContractId, Expr, Inject, Some, ToInterface
from cantata.lang.ir.types import (
    DECIMAL,
    INT,
    PARTY,
    TEXT,
    NamedKind,
    TContractId,
    TNamed,
    TOptional,
    Type,
)


def check(body: Body, node: ast.expr, expected: Type | None, place: str) -> Expr | None:
    """Type an expression that must be of a type; None after a finding."""
    expr = body.infer(node, expected)
    if expr is None or expected is None:
        return expr
    return fit(body, node, expr, expected, place)


def fit(body: Body, node: ast.AST, expr: Expr, expected: Type, place: str) -> Expr | None:
    """Convert an expression to a type, or report that it does not fit."""
    converted = convert(body, expr, expected)
    if converted is None:
        refuse(body, node, expr.type, expected, place)
    return converted


def refuse(body: Body, node: ast.AST, actual: Type, expected: Type, place: str) -> None:
    """Report a value of a wrong type."""
    if isinstance(actual, TOptional) and actual.element == expected:
        body.add(node, rules.MAYBE_NONE, source=source_of(node))
        return
    body.add(
        node,
        rules.TYPE,
        actual=show(actual),
        place=place,
        expected=show(expected),
        instead=_instead(actual, expected),
    )


def convert(body: Body, expr: Expr, expected: Type) -> Expr | None:
    """Apply the implicit conversion to a type, None if there is none."""
    if expr.type == expected:
        return expr
    match expected:
        case TOptional(element) if not isinstance(expr.type, TOptional):
            inner = convert(body, expr, element)
            return inner and Some(type=expected, span=expr.span, value=inner)
        case TNamed(kind=NamedKind.INTERFACE) if _is_a(body, expr.type, expected):
            return ToInterface(type=expected, span=expr.span, value=expr)
        case TNamed(ref=ref, kind=NamedKind.VARIANT):
            found = body.world.constructor_of(expr.type)
            if found is not None and found.variant is not None and found.variant.ref == ref:
                return Inject(type=expected, span=expr.span, constructor=found.name, payload=expr)
        case TContractId(target):
            if isinstance(expr.type, TContractId) and _is_a(body, expr.type.target, target):
                return CoerceContractId(type=expected, span=expr.span, value=expr)
    return None


def _is_a(body: Body, source: Type, target: TNamed) -> bool:
    return isinstance(source, TNamed) and body.world.is_a(source, target)


def _instead(actual: Type, expected: Type) -> str:
    hints: dict[tuple[Type, Type], str] = {
        (INT, DECIMAL): 'write Decimal("2") for a literal, to_decimal(n) otherwise',
        (DECIMAL, INT): "write to_int(x)",
        (PARTY, TEXT): 'write f"{party}"',
        (INT, TEXT): 'write f"{n}"',
        (DECIMAL, TEXT): 'write f"{x}"',
        (TEXT, PARTY): "take a Party, or use parse_party(text)",
    }
    if isinstance(actual, TContractId) and isinstance(expected, TContractId):
        return f"write coerce(cid, {show(expected.target)}) if it is one"
    return hints.get((actual, expected), f"give {show(expected)}")

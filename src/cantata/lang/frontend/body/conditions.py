"""Conditions: truth values, and what they tell about optionals."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cantata.lang.diagnostics import expressions as rules
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.body.conversion import convert, fit, refuse
from cantata.lang.frontend.body.flow import Narrowed, Path
from cantata.lang.frontend.body.names import original, path_of
from cantata.lang.frontend.symbols import source_of, span_of
from cantata.lang.frontend.world import show
from cantata.lang.ir.expressions import (
    Apply,
    Case,
    Conditional,
    Expr,
    IsNone,
    Literal,
    Logic,
)
from cantata.lang.ir.operations import Op
from cantata.lang.ir.patterns import PNone, PSome, Variable
from cantata.lang.ir.types import BOOL, TOptional, Type

Facts = dict[Path, Narrowed]


@dataclass(frozen=True, slots=True)
class Condition:
    """A truth value and what is known when it is True, and when it is False."""

    expr: Expr | None
    when_true: Facts = field(default_factory=dict)
    when_false: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoneTest:
    """``x is None`` on a path: the Optional, where it is, and a variable for the payload."""

    scrutinee: Expr
    path: Path
    payload: Variable
    negated: bool


def condition(body: Body, node: ast.expr) -> Condition:
    """Type a condition."""
    match node:
        case ast.BoolOp(op=op, values=values):
            return _logic(body, node, values, conjunction=isinstance(op, ast.And))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = condition(body, operand)
            if inner.expr is None:
                return Condition(None, inner.when_false, inner.when_true)
            negation = Apply(type=BOOL, span=span_of(node), op=Op.NOT, operands=(inner.expr,))
            return Condition(negation, inner.when_false, inner.when_true)
        case ast.Compare(ops=[ast.Is() | ast.IsNot() as op], left=left, comparators=[other]):
            return _identity(body, node, left, other, negated=isinstance(op, ast.IsNot))
    expr = body.infer(node, BOOL)
    if expr is not None and expr.type != BOOL:
        body.add(node, rules.CONDITION, type=show(expr.type))
        expr = None
    return Condition(expr)


def truth(body: Body, node: ast.expr, _expected: Type | None) -> Expr | None:
    """Type ``and``, ``or``, ``not`` and ``is``."""
    return condition(body, node).expr


def none_test(body: Body, node: ast.expr) -> NoneTest | None:
    """Recognize ``x is None`` or ``x is not None`` on a local name or a field of one."""
    match node:
        case ast.Compare(
            ops=[ast.Is() | ast.IsNot() as op],
            left=left,
            comparators=[ast.Constant(value=None)],
        ):
            path = path_of(body, left)
            if path is None or path in body.flow.narrowed:
                return None
            scrutinee = original(body, left)
            if scrutinee is None or not isinstance(scrutinee.type, TOptional):
                return None
            payload = Variable(path[-1], scrutinee.type.element)
            return NoneTest(scrutinee, path, payload, isinstance(op, ast.IsNot))
    return None


@contextmanager
def knowing(body: Body, facts: Facts) -> Iterator[None]:
    """Let facts hold inside."""
    before = body.flow.narrowed
    body.flow.narrowed = {**before, **facts}
    try:
        yield
    finally:
        body.flow.narrowed = before


def _identity(
    body: Body, node: ast.Compare, left: ast.expr, other: ast.expr, *, negated: bool
) -> Condition:
    if not (isinstance(other, ast.Constant) and other.value is None):
        body.infer(left)
        body.infer(other)
        body.add(node, rules.IS)
        return Condition(None)
    value = original(body, left)
    path = path_of(body, left)
    if value is None:
        return Condition(None)
    if not isinstance(value.type, TOptional):
        body.add(node, rules.UNUSED_NARROWING, source=source_of(left))
        return Condition(None)
    expr = IsNone(type=BOOL, span=span_of(node), value=value, negated=negated)
    facts = {path: Narrowed(value.type.element, None)} if path else {}
    return Condition(expr, facts, {}) if negated else Condition(expr, {}, facts)


def _logic(body: Body, node: ast.expr, values: list[ast.expr], *, conjunction: bool) -> Condition:
    """Fold ``a and b and c`` from the right; what the left tells is known on the right."""
    if len(values) == 1:
        return condition(body, values[0])
    test = none_test(body, values[0])
    if test is not None and test.negated is conjunction:
        payload = {test.path: Narrowed(test.payload.type, test.payload)}
        with knowing(body, payload):
            rest = _logic(body, node, values[1:], conjunction=conjunction)
        facts = {test.path: Narrowed(test.payload.type, None)}
        return _combined(_case(node, test, rest.expr), facts, rest, conjunction=conjunction)
    first = condition(body, values[0])
    known = first.when_true if conjunction else first.when_false
    with knowing(body, known):
        rest = _logic(body, node, values[1:], conjunction=conjunction)
    expr = None
    if first.expr is not None and rest.expr is not None:
        expr = Logic(
            type=BOOL,
            span=span_of(node),
            conjunction=conjunction,
            left=first.expr,
            right=rest.expr,
        )
    return _combined(expr, known, rest, conjunction=conjunction)


def _combined(expr: Expr | None, known: Facts, rest: Condition, *, conjunction: bool) -> Condition:
    if conjunction:
        return Condition(expr, {**known, **rest.when_true}, {})
    return Condition(expr, {}, {**known, **rest.when_false})


def _case(node: ast.expr, test: NoneTest, rest: Expr | None) -> Expr | None:
    """Make ``x is not None and rest`` one look at the Optional, likewise ``x is None or rest``."""
    if rest is None:
        return None
    answer = Literal(type=BOOL, span=span_of(node), value=not test.negated)
    return Case(
        type=BOOL,
        span=span_of(node),
        scrutinee=test.scrutinee,
        alternatives=((PSome(test.payload), rest), (PNone(), answer)),
    )


def conditional(body: Body, node: ast.IfExp, expected: Type | None) -> Expr | None:
    """Type ``a if condition else b``."""
    test = none_test(body, node.test)
    if test is not None:
        known: Facts = {test.path: Narrowed(test.payload.type, test.payload)}
        facts = (known, {}) if test.negated else ({}, known)
        then, otherwise = _branches(body, node, facts, expected)
        if then is None or otherwise is None:
            return None
        some, none = (then, otherwise) if test.negated else (otherwise, then)
        return Case(
            type=then.type,
            span=span_of(node),
            scrutinee=test.scrutinee,
            alternatives=((PSome(test.payload), some), (PNone(), none)),
        )
    tested = condition(body, node.test)
    then, otherwise = _branches(body, node, (tested.when_true, tested.when_false), expected)
    if tested.expr is None or then is None or otherwise is None:
        return None
    return Conditional(
        type=then.type,
        span=span_of(node),
        condition=tested.expr,
        then=then,
        otherwise=otherwise,
    )


def _branches(
    body: Body, node: ast.IfExp, facts: tuple[Facts, Facts], expected: Type | None
) -> tuple[Expr | None, Expr | None]:
    """Type both branches and bring them to one type: the expected one, or the wider of both."""
    if expected is None and _is_none(node.body) != _is_none(node.orelse):
        plain, known = (node.orelse, facts[1]) if _is_none(node.body) else (node.body, facts[0])
        with knowing(body, known):
            value = body.infer(plain)
        if value is None:
            return None, None
        expected = value.type if isinstance(value.type, TOptional) else TOptional(value.type)
    with knowing(body, facts[0]):
        then = body.infer(node.body, expected)
    with knowing(body, facts[1]):
        otherwise = body.infer(node.orelse, expected or (then.type if then else None))
    if then is None or otherwise is None:
        return None, None
    return _unified(body, node, then, otherwise, expected)


def _unified(
    body: Body, node: ast.IfExp, then: Expr, otherwise: Expr, expected: Type | None
) -> tuple[Expr | None, Expr | None]:
    if then.type == otherwise.type:
        return then, otherwise
    if expected is not None:
        return (
            fit(body, node.body, then, expected, "this branch"),
            fit(body, node.orelse, otherwise, expected, "this branch"),
        )
    wider = convert(body, then, otherwise.type)
    if wider is not None:
        return wider, otherwise
    other = convert(body, otherwise, then.type)
    if other is None:
        refuse(body, node.orelse, otherwise.type, then.type, "the other branch")
        return None, None
    return then, other


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None

"""Lowering of conditional expressions: what is evaluated depends on a value."""

from __future__ import annotations

from collections.abc import Callable

from cantata.lang.ir import expressions as ix
from cantata.lang.lower import build
from cantata.lang.lower.code import Code
from cantata.lang.lower.context import Context, Handler
from cantata.lang.lower.expressions.patterns import pattern as lower_pattern
from cantata.lang.lower.join import join
from cantata.lf import model as lf


def conditional(context: Context, node: ix.Conditional) -> Code:
    """Lower ``then if condition else otherwise``."""
    return _choose(
        context,
        node,
        lambda: context.lower(node.then),
        lambda: context.lower(node.otherwise),
        node.condition,
    )


def logic(context: Context, node: ix.Logic) -> Code:
    """Lower ``left and right`` and ``left or right``."""

    def known() -> Code:
        return Code(lf.EBool(not node.conjunction))

    def right() -> Code:
        return context.lower(node.right)

    then, otherwise = (right, known) if node.conjunction else (known, right)
    return _choose(context, node, then, otherwise, node.left)


def is_none(context: Context, node: ix.IsNone) -> Code:
    """Lower ``value is None`` and ``value is not None``."""
    value = context.lower(node.value)
    test = build.is_none(value.value, yes=lf.EBool(not node.negated), no=lf.EBool(node.negated))
    return Code(test, value.fallible, value.steps)


def case(context: Context, node: ix.Case) -> Code:
    """Lower a choice by constructor."""
    scrutinee = context.lower(node.scrutinee)
    patterns: list[lf.Pattern] = []
    bodies: list[Code] = []
    for pattern, body in node.alternatives:
        with context.branch():
            patterns.append(lower_pattern(context, pattern, node.scrutinee.type))
            bodies.append(context.lower(body))

    def combine(exprs: list[lf.Expr]) -> lf.Expr:
        return lf.ECase(scrutinee.value, tuple(map(lf.Alternative, patterns, exprs)))

    return join(context, scrutinee, bodies, context.type(node.type), combine)


def _choose(
    context: Context,
    node: ix.Conditional | ix.Logic,
    then: Callable[[], Code],
    otherwise: Callable[[], Code],
    condition: ix.Expr,
) -> Code:
    head = context.lower(condition)
    with context.branch():
        first = then()
    with context.branch():
        second = otherwise()

    def combine(exprs: list[lf.Expr]) -> lf.Expr:
        return build.branch(head.value, exprs[0], exprs[1])

    return join(context, head, [first, second], context.type(node.type), combine)


HANDLERS: dict[type, Handler] = {
    ix.Conditional: conditional,
    ix.Logic: logic,
    ix.IsNone: is_none,
    ix.Case: case,
}
"""What lowers each form of this module."""

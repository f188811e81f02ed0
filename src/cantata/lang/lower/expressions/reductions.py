"""Lowering of ``any all sum min max``: lists reduced to one value."""

from __future__ import annotations

from collections.abc import Callable

from cantata.lang.ir import expressions as ix
from cantata.lang.ir import patterns as ip
from cantata.lang.ir import types as it
from cantata.lang.ir.operations import Aggregation
from cantata.lang.lower import build
from cantata.lang.lower.code import Code, Operand, bind, in_order, pure
from cantata.lang.lower.context import Context, Handler
from cantata.lang.lower.folds import Folding, fold_generators
from cantata.lang.lower.join import join
from cantata.lf import model as lf

EMPTY_LIST = "cantata/empty-list"
"""Error id of the least or greatest of nothing."""


def aggregate(context: Context, node: ix.Aggregate) -> Code:
    """Lower a reduction; an eager one is a lazy one over the elements of a complete list."""
    if node.lazy:
        assert isinstance(node.source, ix.Comprehension), node.source
        return _REDUCERS[node.aggregation](context, node, node.source)
    assert isinstance(node.source.type, it.TList), node.source.type
    variable = ip.Variable("x", node.source.type.element)
    elements = ix.Comprehension(
        type=node.source.type,
        span=node.span,
        element=ix.Read(type=variable.type, span=node.span, variable=variable),
        generators=(ix.Generator(variable, node.source, ()),),
    )
    return _REDUCERS[node.aggregation](context, node, elements)


def _stopping(answer: bool) -> Callable[[Context, ix.Aggregate, ix.Comprehension], Code]:
    known = lf.EBool(answer)

    def reduce(context: Context, _: ix.Aggregate, source: ix.Comprehension) -> Code:
        def stop(done: lf.Expr, inner: Code) -> Code:
            def combine(exprs: list[lf.Expr]) -> lf.Expr:
                return build.branch(done, *(exprs if answer else reversed(exprs)))

            return join(context, Code(done), [Code(known), inner], lf.BOOL, combine)

        folding = Folding(lf.BOOL, lambda _: context.lower(source.element), stop)
        return fold_generators(context, source.generators, lf.EBool(not answer), folding)

    return reduce


def _sum(
    type_: lf.Type, zero: lf.Expr, name: str, types: tuple[lf.Type, ...], *, spans: bool = False
) -> Callable[[Context, ix.Aggregate, ix.Comprehension], Code]:
    def reduce(context: Context, node: ix.Aggregate, source: ix.Comprehension) -> Code:
        def visit(done: lf.Expr) -> Code:
            item = context.lower(source.element)
            value = build.microseconds(item.value) if spans else item.value
            added = build.call(name, types, done, value)
            return Code(context.located(node.span, added), fallible=True, steps=item.steps)

        total = fold_generators(context, source.generators, zero, Folding(type_, visit))
        value = build.reltime(total.value) if spans else total.value
        return Code(value, total.fallible, total.steps)

    return reduce


def _extreme(name: str) -> Callable[[Context, ix.Aggregate, ix.Comprehension], Code]:
    def reduce(context: Context, node: ix.Aggregate, source: ix.Comprehension) -> Code:
        type_ = context.type(node.type)
        first, default = _first_and_default(context, node, source)

        def visit(done: lf.Expr) -> Code:
            item = bind(context.names, context.lower(source.element), type_, "item")
            best = context.names.variable("best")
            better = build.branch(
                build.call(name, (type_,), item.value, best), lf.ESome(type_, item.value), done
            )
            alternatives = (
                lf.Alternative(lf.PNone(), lf.ESome(type_, item.value)),
                lf.Alternative(lf.PSome(best.name), better),
            )
            return Code(lf.ECase(done, alternatives), steps=item.steps)

        folding = Folding(lf.optional(type_), visit)
        found = fold_generators(context, source.generators, lf.ENone(type_), folding, first)
        best = context.names.variable("best")
        alternatives = (
            lf.Alternative(lf.PSome(best.name), best),
            lf.Alternative(lf.PNone(), pure(default)),
        )
        value = lf.ECase(found.value, alternatives)
        return Code(value, found.fallible or default.fallible, found.steps)

    return reduce


def _first_and_default(
    context: Context, node: ix.Aggregate, source: ix.Comprehension
) -> tuple[Code, Code]:
    """Give the first source and the default, evaluated in this order before any element."""
    first = context.operand(source.generators[0].source)
    if node.default is None:
        missing = build.fail(context.type(node.type), EMPTY_LIST, "the list has no elements")
        return first.code, Code(context.located(node.span, missing), fallible=True)
    default = context.operand(node.default)
    if default.code.total:
        return first.code, default.code
    bound = bind(context.names, default.code, default.type, "default")
    row = in_order(context.names, [first, Operand(bound, default.type)])
    return Code(row.values[0], row.fallible, row.steps), Code(row.values[1])


_REDUCERS: dict[Aggregation, Callable[[Context, ix.Aggregate, ix.Comprehension], Code]] = {
    Aggregation.ANY: _stopping(answer=True),
    Aggregation.ALL: _stopping(answer=False),
    Aggregation.SUM_INT: _sum(lf.INT64, lf.EInt64(0), "ADD_INT64", ()),
    Aggregation.SUM_DECIMAL: _sum(lf.DECIMAL, build.ZERO, "ADD_NUMERIC", (lf.TNat(10),)),
    Aggregation.SUM_RELTIME: _sum(lf.INT64, lf.EInt64(0), "ADD_INT64", (), spans=True),
    Aggregation.MIN: _extreme("LESS"),
    Aggregation.MAX: _extreme("GREATER"),
}

HANDLERS: dict[type, Handler] = {ix.Aggregate: aggregate}
"""What lowers each form of this module."""

"""Folds over lists: the one form that every loop of the contract language becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cantata.lang.ir import expressions as ix
from cantata.lang.ir import types as it
from cantata.lang.lower import build
from cantata.lang.lower.code import Code, Step, pure, update
from cantata.lang.lower.context import Context
from cantata.lang.lower.join import join
from cantata.lf import model as lf


@dataclass(frozen=True, slots=True)
class Folding:
    """A fold: what it accumulates, and what it does with an element.

    `visit` gets the accumulator and gives its next value. `stop`, if there is one, wraps what
    happens for an element, so that nothing is evaluated once the answer is known.
    """

    type: lf.Type
    visit: Callable[[lf.Expr], Code]
    stop: Callable[[lf.Expr, Code], Code] | None = None


def fold(
    context: Context,
    element: tuple[str, lf.Type],
    source: Code,
    start: lf.Expr,
    folding: Folding,
) -> Code:
    """Fold a list from first to last; `element` is the binder for elements and their type.

    A pure step becomes a FOLDL of values. A step with effects becomes a FOLDL that builds one
    Update, in which each element's effects follow those of the elements before it.
    """
    done = context.names.variable("done")
    inner = folding.visit(done)
    if folding.stop is not None:
        inner = folding.stop(done, inner)
    if not inner.effectful:
        step = lf.EAbs(((done.name, folding.type), element), pure(inner))
        value = build.fold_left(element[1], folding.type, step, start, source.value)
        return Code(value, source.fallible or not inner.total, source.steps)
    type_ = lf.update(folding.type)
    so_far = context.names.variable("so_far")
    first = Step(done.name, folding.type, so_far, effect=True, fallible=False)
    body = update(inner.after((first,)), folding.type)
    step = lf.EAbs(((so_far.name, type_), element), body)
    begin = lf.UPure(folding.type, start)
    chain = build.fold_left(element[1], type_, step, begin, source.value)
    name = context.names.fresh("result")
    run = Step(name, folding.type, chain, effect=True, fallible=source.fallible)
    return Code(lf.EVar(name), steps=(*source.steps, run))


def fold_generators(
    context: Context,
    generators: Sequence[ix.Generator],
    start: lf.Expr,
    folding: Folding,
    first: Code | None = None,
) -> Code:
    """Fold what nested generators give, in the order of the nested loops they stand for.

    `first` is the source of the first generator, if it has been lowered already.
    """
    generator, *others = generators
    source = first or context.lower(generator.source)
    with context.branch():
        binder = context.parameter(generator.variable)

        def visit(done: lf.Expr) -> Code:
            return _filtered(context, generator.conditions, done, folding.type, reach)

        def reach(done: lf.Expr) -> Code:
            if others:
                return fold_generators(context, others, done, folding)
            return folding.visit(done)

        element = (binder, context.type(generator.variable.type))
        return fold(context, element, source, start, Folding(folding.type, visit, folding.stop))


def _filtered(
    context: Context,
    conditions: Sequence[ix.Expr],
    done: lf.Expr,
    type_: lf.Type,
    reach: Callable[[lf.Expr], Code],
) -> Code:
    if not conditions:
        return reach(done)
    condition, *others = conditions
    head = context.lower(condition)
    inner = _filtered(context, others, done, type_, reach)

    def combine(exprs: list[lf.Expr]) -> lf.Expr:
        return build.branch(head.value, exprs[0], exprs[1])

    return join(context, head, [inner, Code(done)], type_, combine)


def element_type(context: Context, list_type: it.Type) -> lf.Type:
    """Give the type of the elements of a list."""
    assert isinstance(list_type, it.TList), list_type
    return context.type(list_type.element)

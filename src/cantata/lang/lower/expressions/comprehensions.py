"""Lowering of comprehensions and sorting: lists made from lists."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.lang.ir import expressions as ix
from cantata.lang.lower import build, prelude
from cantata.lang.lower.code import Code, pure
from cantata.lang.lower.context import Context, Handler
from cantata.lang.lower.folds import Folding, element_type, fold_generators
from cantata.lf import model as lf


def comprehension(context: Context, node: ix.Comprehension) -> Code:
    """Lower a list comprehension.

    If nothing in it can abort, nobody sees the order and the list is built from its end. If
    something can, it is built from its start, backwards, and turned round.
    """
    element = element_type(context, node.type)
    if _total(context, node):
        value = _from_end(context, node.generators, node.element, lf.ENil(element), element)
        return Code(value)
    backwards = _backwards(context, node.generators, node.element, element)
    value = build.reverse(element, backwards.value)
    return Code(value, backwards.fallible, backwards.steps)


def sorted_list(context: Context, node: ix.Sorted) -> Code:
    """Lower a stable sort: keys first, then the package's own merge sort."""
    source = context.lower(node.source)
    value = element_type(context, node.source.type)
    key = value if node.key is None else context.type(node.key.type)
    entry = prelude.keyed(key, value)
    x, entries = context.names.variable("x"), context.names.variable("entries")
    with context.branch():
        code = Code(x)
        if node.key is not None:
            assert node.variable is not None, "a key needs a variable"
            context.values[node.variable] = x
            code = context.lower(node.key)
        pair = lf.EStructCon((("key", code.value), ("value", x)))
        push = Code(lf.ECons(entry, (pair,), entries), code.fallible, code.steps)
    body = pure(push)
    step = lf.EAbs(((entries.name, lf.list_of(entry)), (x.name, value)), body)
    pairs = build.fold_left(value, lf.list_of(entry), step, lf.ENil(entry), source.value)
    fallible = source.fallible or not code.total
    ordered = _sort(context, key, value, pairs if node.reverse else build.reverse(entry, pairs))
    return Code(_values(context, entry, value, ordered, node.reverse), fallible, source.steps)


def _sort(context: Context, key: lf.Type, value: lf.Type, pairs: lf.Expr) -> lf.Expr:
    context.scope.prelude.needed = True
    return lf.EApp(
        lf.ETyApp(lf.EVal(prelude.sort(context.scope.package_id)), (key, value)), (pairs,)
    )


def _values(
    context: Context, entry: lf.Type, value: lf.Type, ordered: lf.Expr, backwards: bool
) -> lf.Expr:
    pair, rest = context.names.variable("entry"), context.names.variable("rest")
    list_type = lf.list_of(value)
    body = lf.ECons(value, (lf.EStructProj("value", pair),), rest)
    if backwards:
        step = lf.EAbs(((rest.name, list_type), (pair.name, entry)), body)
        return build.fold_left(entry, list_type, step, lf.ENil(value), ordered)
    step = lf.EAbs(((pair.name, entry), (rest.name, list_type)), body)
    return build.fold_right(entry, list_type, step, lf.ENil(value), ordered)


def _total(context: Context, node: ix.Comprehension) -> bool:
    fallibility = context.scope.fallibility
    parts = [node.element]
    for generator in node.generators:
        parts += [generator.source, *generator.conditions]
    return not any(fallibility.expression(part) for part in parts)


def _from_end(
    context: Context,
    generators: Sequence[ix.Generator],
    element: ix.Expr,
    end: lf.Expr,
    type_: lf.Type,
) -> lf.Expr:
    generator, *others = generators
    source = pure(context.lower(generator.source))
    list_type = lf.list_of(type_)
    with context.branch():
        binder = context.parameter(generator.variable)
        rest = context.names.variable("rest")
        if others:
            body = _from_end(context, others, element, rest, type_)
        else:
            item = context.lower(element)
            push = Code(lf.ECons(type_, (item.value,), rest), item.fallible, item.steps)
            body = pure(push)
        for condition in reversed(generator.conditions):
            test = context.lower(condition)
            choice = build.branch(test.value, body, rest)
            body = pure(Code(choice, test.fallible, test.steps))
    from_type = context.type(generator.variable.type)
    step = lf.EAbs(((binder, from_type), (rest.name, list_type)), body)
    return build.fold_right(from_type, list_type, step, end, source)


def _backwards(
    context: Context, generators: Sequence[ix.Generator], element: ix.Expr, type_: lf.Type
) -> Code:
    def visit(done: lf.Expr) -> Code:
        item = context.lower(element)
        return Code(lf.ECons(type_, (item.value,), done), item.fallible, item.steps)

    folding = Folding(lf.list_of(type_), visit)
    return fold_generators(context, generators, lf.ENil(type_), folding)


HANDLERS: dict[type, Handler] = {ix.Comprehension: comprehension, ix.Sorted: sorted_list}
"""What lowers each form of this module."""

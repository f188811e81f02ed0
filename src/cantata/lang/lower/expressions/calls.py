"""Lowering of calls: functions, methods of interfaces, views and stakeholders."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.lang.ir import expressions as ix
from cantata.lang.ir import types as it
from cantata.lang.lower.code import Code, Operands, Step, in_order
from cantata.lang.lower.context import Context, Handler
from cantata.lf import model as lf


def call_function(context: Context, node: ix.CallFunction) -> Code:
    """Lower a call of a module-level function."""
    operands = [context.operand(node.arguments[index]) for index in node.order]
    row = in_order(context.names, operands)
    function = lf.EVal(context.ref(node.ref))
    value = _apply(function, _restore(row, node.order))
    if node.effects:
        return run(context, node, value, row)
    if not context.scope.fallibility.function(node.ref):
        return Code(value, row.fallible, row.steps)
    return Code(context.located(node.span, value), fallible=True, steps=row.steps)


def call_method(context: Context, node: ix.CallMethod) -> Code:
    """Lower a call of a method on an interface value."""
    operands = [
        context.operand(node.receiver),
        *(context.operand(node.arguments[index]) for index in node.order),
    ]
    row = in_order(context.names, operands)
    receiver, *arguments = row.values
    rest = Operands(row.steps, tuple(arguments), row.fallible)
    method = lf.ECallInterface(context.ref(node.interface), node.method, receiver)
    value = _apply(method, _restore(rest, node.order))
    if node.effects:
        return run(context, node, value, row, fallible=True)
    return Code(context.located(node.span, value), fallible=True, steps=row.steps)


def run(
    context: Context, node: ix.Node, bound: lf.Expr, row: Operands, *, fallible: bool = False
) -> Code:
    """Run an update as a step and give its result."""
    name = context.names.fresh()
    step = Step(
        name,
        context.type(node.type),
        context.located(node.span, bound),
        effect=True,
        fallible=fallible or row.fallible,
    )
    return Code(lf.EVar(name), steps=(*row.steps, step))


def view_of(context: Context, node: ix.ViewOf) -> Code:
    """Lower the view of an interface value."""
    value = context.lower(node.value)
    view = lf.EViewInterface(_interface(context, node.value.type), value.value)
    return Code(context.located(node.span, view), fallible=True, steps=value.steps)


def parties_of(context: Context, node: ix.PartiesOf) -> Code:
    """Lower the signatories or observers of an interface value."""
    value = context.lower(node.value)
    form = lf.EObserverInterface if node.observers else lf.ESignatoryInterface
    parties = form(_interface(context, node.value.type), value.value)
    return Code(context.located(node.span, parties), fallible=True, steps=value.steps)


def _interface(context: Context, type_: it.Type) -> lf.Ref:
    assert isinstance(type_, it.TNamed), type_
    return context.ref(type_.ref)


def _apply(function: lf.Expr, arguments: Sequence[lf.Expr]) -> lf.Expr:
    return lf.EApp(function, tuple(arguments)) if arguments else function


def _restore(row: Operands, order: Sequence[int]) -> list[lf.Expr]:
    by_position = dict(zip(order, row.values, strict=True))
    return [by_position[index] for index in range(len(order))]


HANDLERS: dict[type, Handler] = {
    ix.CallFunction: call_function,
    ix.CallMethod: call_method,
    ix.ViewOf: view_of,
    ix.PartiesOf: parties_of,
}
"""What lowers each form of this module."""

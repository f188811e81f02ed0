"""Calls of functions and classes that contract modules define."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cantata.lang.diagnostics import expressions as rules
from cantata.lang.frontend.body.arguments import Bound, bind
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.symbols import (
    ConstructorInfo,
    FieldInfo,
    FunctionInfo,
    RecordInfo,
    TemplateInfo,
    span_of,
)
from cantata.lang.ir.expressions import CallFunction, Construct, Expr, Inject, Literal
from cantata.lang.ir.types import UNIT, TNamed


def call_function(
    body: Body, node: ast.Call, info: FunctionInfo, receiver: Expr | None = None
) -> Expr | None:
    """Type the call of a function, or of a method on its receiver."""
    if info.effects and not body.may_act(node, info.name):
        return None
    bound = bind(body, node, info.name, info.parameters)
    body.calls(node, info)
    info.called = True
    if bound is None or info.result is None:
        return None
    arguments, order = in_order(info.parameters, bound)
    if receiver is not None:
        arguments = (receiver, *arguments)
        order = (0, *(index + 1 for index in order))
    return CallFunction(
        type=info.result,
        span=span_of(node),
        ref=info.ref,
        arguments=arguments,
        order=order,
        effects=info.effects,
    )


def in_order(
    parameters: Sequence[FieldInfo], bound: list[Bound]
) -> tuple[tuple[Expr, ...], tuple[int, ...]]:
    """Sort arguments by parameter; also give the order in which source wrote them."""
    places = {parameter.name: index for index, parameter in enumerate(parameters)}
    order = tuple(places[argument.parameter.name] for argument in bound)
    values = {argument.parameter.name: argument.value for argument in bound}
    return tuple(values[parameter.name] for parameter in parameters), order


def construct(body: Body, node: ast.Call, info: RecordInfo | TemplateInfo) -> Expr | None:
    """Type ``Record(field=value)`` or a template's payload."""
    record = info.record if isinstance(info, TemplateInfo) else info
    fields = list(record.fields.values())
    bound = bind(body, node, info.name, fields, keyword_only=True)
    return None if bound is None else record_of(node, info.type, bound)


def record_of(node: ast.AST, type_: TNamed, bound: list[Bound]) -> Construct:
    """Make a record of its fields in source order."""
    fields = tuple((argument.parameter.daml, argument.value) for argument in bound)
    return Construct(type=type_, span=span_of(node), fields=fields)


def inject(body: Body, node: ast.Call, info: ConstructorInfo) -> Expr | None:
    """Type ``Constructor(...)``: a value of the variant."""
    fields = list(info.record.fields.values())
    bound = bind(body, node, info.name, fields)
    if bound is None or info.variant is None or info.payload is None:
        return None
    span = span_of(node)
    payload: Expr
    if info.payload == UNIT:
        payload = Literal(type=UNIT, span=span, value=None)
    elif info.direct:
        payload = bound[0].value
    else:
        payload = record_of(node, info.record.type, bound)
    return Inject(type=info.variant.type, span=span, constructor=info.name, payload=payload)


def refuse_choice_call(body: Body, node: ast.Call, owner: str, name: str) -> None:
    """Report a choice that is called like a function."""
    body.add(node, rules.CHOICE_CALL, name=name, owner=owner)

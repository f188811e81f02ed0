"""Calls of methods: helpers, views, methods of interfaces, operations of maps."""

from __future__ import annotations

import ast

from cantata.lang.diagnostics import expressions as rules
from cantata.lang.diagnostics.statements import MUTATION
from cantata.lang.frontend.body.arguments import bind, positional
from cantata.lang.frontend.body.constructing import call_function, in_order, refuse_choice_call
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.body.conversion import convert
from cantata.lang.frontend.symbols import (
    InterfaceInfo,
    MethodInfo,
    RecordInfo,
    TemplateInfo,
    source_of,
    span_of,
)
from cantata.lang.frontend.world import show
from cantata.lang.ir.expressions import Apply, CallMethod, Expr, PartiesOf, ViewOf
from cantata.lang.ir.operations import Op
from cantata.lang.ir.types import (
    DECIMAL,
    PARTIES,
    RELTIME,
    TEXT,
    TIME,
    TList,
    TMap,
    TOptional,
    TTextMap,
    Type,
)

_CHANGES = frozenset(
    {"add", "append", "clear", "discard", "extend", "pop", "popitem", "remove", "reverse", "sort",
     "setdefault", "update"}
)  # fmt: skip
_DECIMAL_METHODS = {"to_int": "to_int(x)", "round": "round_half_even(x, digits)"}


def call_method(body: Body, node: ast.Call, function: ast.Attribute) -> Expr | None:
    """Type ``value.method(...)``."""
    receiver = body.infer(function.value)
    if receiver is None:
        return None
    type_, name = receiver.type, function.attr
    template, record = body.world.template(type_), body.world.record(type_)
    interface = body.world.interface(type_)
    if isinstance(type_, TMap | TTextMap):
        return _map_method(body, node, function, receiver)
    if template is not None:
        return _template_method(body, node, function, receiver, template)
    if record is not None and name in record.methods:
        return call_function(body, node, record.methods[name], receiver)
    if interface is not None:
        return _interface_method(body, node, function, receiver, interface)
    if type_ == TIME and name == "since":
        operands = positional(body, node, "since", (TIME,))
        if operands is None:
            return None
        return Apply(
            type=RELTIME,
            span=span_of(node),
            op=Op.TIME_BETWEEN,
            operands=(receiver, operands[0]),
        )
    _refuse(body, node, function, type_, record)
    return None


def _refuse(
    body: Body, node: ast.Call, function: ast.Attribute, type_: Type, record: RecordInfo | None
) -> None:
    name = function.attr
    if isinstance(type_, TOptional):
        body.add(node, rules.MAYBE_NONE, source=source_of(function.value))
    elif type_ == TEXT:
        body.add(node, rules.TEXT_METHOD, name=name)
    elif isinstance(type_, TList) and name in _CHANGES:
        body.add(node, MUTATION, source=source_of(node))
    elif record is not None and name in record.fields:
        body.add(node, rules.PATH_CALL, source=source_of(function))
    else:
        known = ""
        if type_ == DECIMAL and name in _DECIMAL_METHODS:
            known = f"write {_DECIMAL_METHODS[name]}"
        body.add(node, rules.ATTRIBUTE, type=show(type_), name=name, known=known)


def _template_method(
    body: Body, node: ast.Call, function: ast.Attribute, receiver: Expr, info: TemplateInfo
) -> Expr | None:
    name = function.attr
    helper = info.record.methods.get(name) or info.rules.get(name)
    if helper is not None:
        return call_function(body, node, helper, receiver)
    for interface in info.interfaces:
        member = interface.members.get(name)
        value = convert(body, receiver, interface.type) if member is not None else None
        if member is not None and value is not None:
            return _member(body, node, value, interface, member)
        if name in interface.choices:
            refuse_choice_call(body, node, interface.name, name)
            return None
    if name in info.choices:
        refuse_choice_call(body, node, info.name, name)
        return None
    _refuse(body, node, function, receiver.type, info.record)
    return None


def _interface_method(
    body: Body, node: ast.Call, function: ast.Attribute, receiver: Expr, info: InterfaceInfo
) -> Expr | None:
    name = function.attr
    if name in ("signatories", "observers"):
        if positional(body, node, name, ()) is None:
            return None
        body.calls(node, (info, name))
        is_observers = name == "observers"
        return PartiesOf(type=PARTIES, span=span_of(node), value=receiver, observers=is_observers)
    for interface in (info, *info.requires):
        member = interface.members.get(name)
        if member is not None:
            value = convert(body, receiver, interface.type)
            return None if value is None else _member(body, node, value, interface, member)
        if name in interface.choices:
            refuse_choice_call(body, node, interface.name, name)
            return None
    _refuse(body, node, function, receiver.type, None)
    return None


def _member(
    body: Body, node: ast.Call, receiver: Expr, interface: InterfaceInfo, member: MethodInfo
) -> Expr | None:
    if member.effects and not body.may_act(node, member.python_name):
        return None
    bound = bind(body, node, member.python_name, member.parameters)
    body.calls(node, (interface, member.python_name))
    if bound is None or member.result is None:
        return None
    if member.view:
        return ViewOf(type=member.result, span=span_of(node), value=receiver)
    arguments, order = in_order(member.parameters, bound)
    return CallMethod(
        type=member.result,
        span=span_of(node),
        interface=interface.ref,
        method=member.name,
        receiver=receiver,
        arguments=arguments,
        order=order,
        effects=member.effects,
    )


def _map_method(body: Body, node: ast.Call, function: ast.Attribute, receiver: Expr) -> Expr | None:
    map_type = receiver.type
    if isinstance(map_type, TTextMap):
        key: Type = TEXT
        value, prefix = map_type.value, "TEXTMAP"
    elif isinstance(map_type, TMap):
        key, value, prefix = map_type.key, map_type.value, "MAP"
    else:
        return None
    table: dict[str, tuple[tuple[Type, ...], Type]] = {
        "get": ((key,), TOptional(value)),
        "insert": ((key, value), map_type),
        "delete": ((key,), map_type),
        "keys": ((), TList(key)),
        "values": ((), TList(value)),
    }
    name = function.attr
    if name not in table:
        if name in _CHANGES:
            body.add(node, MUTATION, source=source_of(node))
        else:
            known = "a map has " + ", ".join(table)
            body.add(node, rules.ATTRIBUTE, type=show(map_type), name=name, known=known)
        return None
    types, result = table[name]
    operands = positional(body, node, name, types)
    if operands is None:
        return None
    op = Op[f"{prefix}_{name.upper()}"]
    return Apply(type=result, span=span_of(node), op=op, operands=(receiver, *operands))

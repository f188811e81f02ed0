"""Lowering of literals, variables, records, variants, optionals, lists and conversions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cantata.lang.ir import expressions as ix
from cantata.lang.ir import types as it
from cantata.lang.lower import build
from cantata.lang.lower.code import Code
from cantata.lang.lower.context import Context, Handler
from cantata.lf import model as lf


def literal(_: Context, node: ix.Literal) -> Code:
    """Lower a literal."""
    assert isinstance(node.type, it.TPrim), node.type
    return Code(_LITERALS[node.type.prim](node.value))


def read(context: Context, node: ix.Read) -> Code:
    """Lower the use of a variable."""
    return Code(context.values[node.variable])


def read_constant(context: Context, node: ix.ReadConstant) -> Code:
    """Lower the use of a module-level constant."""
    return Code(lf.EVal(context.ref(node.ref)))


def field(context: Context, node: ix.Field) -> Code:
    """Lower a field access."""
    record = context.lower(node.record)
    value = lf.ERecProj(context.type(node.record.type), node.name, record.value)
    return Code(value, record.fallible, record.steps)


def construct(context: Context, node: ix.Construct) -> Code:
    """Lower a record: evaluated in source order, written in declared order."""
    row = context.operands([value for _, value in node.fields])
    values = dict(zip((name for name, _ in node.fields), row.values, strict=True))
    assert isinstance(node.type, it.TNamed), node.type
    declared = context.scope.records[node.type.ref].fields
    fields = tuple((part.name, values[part.name]) for part in declared)
    return Code(lf.ERecCon(context.type(node.type), fields), row.fallible, row.steps)


def replace(context: Context, node: ix.Replace) -> Code:
    """Lower a copy with changed fields as nested updates."""
    row = context.operands([node.record, *(value for _, value in node.fields)])
    type_ = context.type(node.type)
    record, *values = row.values
    for (name, _), value in zip(node.fields, values, strict=True):
        record = lf.ERecUpd(type_, name, record, value)
    return Code(record, row.fallible, row.steps)


def inject(context: Context, node: ix.Inject) -> Code:
    """Lower a constructor of a variant."""
    payload = context.lower(node.payload)
    value = lf.EVariantCon(context.type(node.type), node.constructor, payload.value)
    return Code(value, payload.fallible, payload.steps)


def enum_value(context: Context, node: ix.EnumValue) -> Code:
    """Lower a constructor of an enum."""
    assert isinstance(node.type, it.TNamed), node.type
    return Code(lf.EEnumCon(context.ref(node.type.ref), node.constructor))


def none_value(context: Context, node: ix.NoneValue) -> Code:
    """Lower the empty Optional."""
    assert isinstance(node.type, it.TOptional), node.type
    return Code(lf.ENone(context.type(node.type.element)))


def some(context: Context, node: ix.Some) -> Code:
    """Lower a filled Optional."""
    value = context.lower(node.value)
    wrapped = lf.ESome(context.type(node.value.type), value.value)
    return Code(wrapped, value.fallible, value.steps)


def unwrap(context: Context, node: ix.Unwrap) -> Code:
    """Lower the payload of an Optional that is known to be filled."""
    value = context.lower(node.value)
    name = context.names.fresh("payload")
    missing = build.fail(context.type(node.type), "unreachable", "a proven value is missing")
    alternatives = (
        lf.Alternative(lf.PSome(name), lf.EVar(name)),
        lf.Alternative(lf.PNone(), missing),
    )
    return Code(lf.ECase(value.value, alternatives), value.fallible, value.steps)


def list_display(context: Context, node: ix.ListDisplay) -> Code:
    """Lower a list written element by element."""
    assert isinstance(node.type, it.TList), node.type
    row = context.operands(node.items)
    element = context.type(node.type.element)
    return Code(build.list_of(element, row.values), row.fallible, row.steps)


def map_display(context: Context, node: ix.MapDisplay) -> Code:
    """Lower a map written entry by entry as inserts into the empty one."""
    row = context.operands([part for item in node.items for part in item])
    empty, insert = _map_builtins(context, node.type)
    value = empty
    for key, item in zip(row.values[::2], row.values[1::2], strict=True):
        value = lf.EApp(insert, (key, item, value))
    return Code(value, row.fallible, row.steps)


def to_interface(context: Context, node: ix.ToInterface) -> Code:
    """Lower a payload, or a value of a requiring interface, as a value of an interface."""
    value = context.lower(node.value)
    assert isinstance(node.type, it.TNamed), node.type
    assert isinstance(node.value.type, it.TNamed), node.value.type
    target, source = context.ref(node.type.ref), context.ref(node.value.type.ref)
    if node.value.type.kind is it.NamedKind.TEMPLATE:
        return Code(lf.EToInterface(target, source, value.value), value.fallible, value.steps)
    return Code(lf.EToRequiredInterface(target, source, value.value), value.fallible, value.steps)


def from_interface(context: Context, node: ix.FromInterface) -> Code:
    """Lower an interface value taken back; converting it between versions can abort."""
    value = context.lower(node.value)
    assert isinstance(node.value.type, it.TNamed), node.value.type
    source, target = context.ref(node.value.type.ref), context.ref(node.target.ref)
    back = (
        lf.EFromInterface(source, target, value.value)
        if node.target.kind is it.NamedKind.TEMPLATE
        else lf.EFromRequiredInterface(source, target, value.value)
    )
    return Code(context.located(node.span, back), fallible=True, steps=value.steps)


def coerce_contract_id(context: Context, node: ix.CoerceContractId) -> Code:
    """Lower a contract id under another type of contract."""
    value = context.lower(node.value)
    assert isinstance(node.type, it.TContractId), node.type
    assert isinstance(node.value.type, it.TContractId), node.value.type
    types = (context.type(node.value.type.target), context.type(node.type.target))
    coerced = build.call("COERCE_CONTRACT_ID", types, value.value)
    return Code(coerced, value.fallible, value.steps)


def let(context: Context, node: ix.Let) -> Code:
    """Lower an expression with a local name."""
    bound = context.define(node.variable, context.lower(node.value))
    return context.lower(node.body).after(bound.steps)


def _map_builtins(context: Context, type_: it.Type) -> tuple[lf.Expr, lf.Expr]:
    if isinstance(type_, it.TTextMap):
        value = (context.type(type_.value),)
        return build.builtin("TEXTMAP_EMPTY", value), build.builtin("TEXTMAP_INSERT", value)
    assert isinstance(type_, it.TMap), type_
    types = (context.type(type_.key), context.type(type_.value))
    return build.builtin("GENMAP_EMPTY", types), build.builtin("GENMAP_INSERT", types)


_LITERALS: dict[it.Prim, Callable[[Any], lf.Expr]] = {
    it.Prim.UNIT: lambda _: lf.EUnit(),
    it.Prim.BOOL: lf.EBool,
    it.Prim.INT: lf.EInt64,
    it.Prim.DECIMAL: lf.ENumeric,
    it.Prim.TEXT: lf.EText,
    it.Prim.DATE: lf.EDate,
    it.Prim.TIME: lf.ETimestamp,
    it.Prim.RELTIME: lambda micros: build.reltime(lf.EInt64(micros)),
}

HANDLERS: dict[type, Handler] = {
    ix.Literal: literal,
    ix.Read: read,
    ix.ReadConstant: read_constant,
    ix.Field: field,
    ix.Construct: construct,
    ix.Replace: replace,
    ix.Inject: inject,
    ix.EnumValue: enum_value,
    ix.NoneValue: none_value,
    ix.Some: some,
    ix.Unwrap: unwrap,
    ix.ListDisplay: list_display,
    ix.MapDisplay: map_display,
    ix.ToInterface: to_interface,
    ix.FromInterface: from_interface,
    ix.CoerceContractId: coerce_contract_id,
    ix.Let: let,
}
"""What lowers each form of this module."""

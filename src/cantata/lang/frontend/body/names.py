"""Names and attributes that stand for values."""

from __future__ import annotations

import ast

from cantata.lang.diagnostics import expressions as rules
from cantata.lang.diagnostics.statements import UNASSIGNED
from cantata.lang.frontend import vocabulary
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.body.flow import Path
from cantata.lang.frontend.symbols import (
    Broken,
    ConstantInfo,
    ConstructorInfo,
    Definition,
    EnumInfo,
    FunctionInfo,
    InterfaceInfo,
    LangName,
    ModuleInfo,
    RecordInfo,
    Symbol,
    TemplateInfo,
    VariantInfo,
    source_of,
    span_of,
)
from cantata.lang.frontend.world import show
from cantata.lang.ir.expressions import (
    Apply,
    EnumValue,
    Expr,
    Field,
    Literal,
    Read,
    ReadConstant,
    Unwrap,
)
from cantata.lang.ir.operations import Op
from cantata.lang.ir.types import DATE, INT, RELTIME, TIME, TContractId, TOptional, Type

_INSTANTS: dict[tuple[Type, str], Op] = {
    (DATE, "days"): Op.DAYS_OF_DATE,
    (TIME, "microseconds"): Op.MICROSECONDS_OF_TIME,
    (RELTIME, "microseconds"): Op.MICROSECONDS_OF,
}


def path_of(body: Body, node: ast.expr) -> Path | None:
    """Give the path that an expression reads: a local name and fields of it."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name) and node.id in body.locals:
        return (node.id, *reversed(names))
    return None


def name(body: Body, node: ast.Name, expected: Type | None) -> Expr | None:
    """Type a name."""
    if body.is_local(node.id):
        return _narrowed(body, node, expected)
    symbol = body.module.names.get(node.id)
    if symbol is not None:
        return _symbol(body, node, symbol)
    _refuse_name(body, node)
    return None


def attribute(body: Body, node: ast.Attribute, expected: Type | None) -> Expr | None:
    """Type ``value.name``, ``module.NAME`` and ``Enum.MEMBER``."""
    if path_of(body, node) is None:
        outer = body.symbol(node.value)
        if isinstance(outer, EnumInfo):
            return _member(body, node, outer)
        symbol = body.symbol(node)
        if symbol is not None:
            return _symbol(body, node, symbol)
        if isinstance(outer, ModuleInfo | Definition):
            body.add(node, rules.ATTRIBUTE, type=source_of(node.value), name=node.attr, known="")
            return None
    return _narrowed(body, node, expected)


def original(body: Body, node: ast.expr) -> Expr | None:
    """Type a name or field as declared, whatever is known more closely about it."""
    if isinstance(node, ast.Name) and body.is_local(node.id):
        return _local(body, node)
    if isinstance(node, ast.Attribute) and path_of(body, node) is not None:
        return _attribute(body, node)
    return body.infer(node)


def _narrowed(body: Body, node: ast.Name | ast.Attribute, expected: Type | None) -> Expr | None:
    value = _local(body, node) if isinstance(node, ast.Name) else _attribute(body, node)
    path = path_of(body, node)
    known = body.flow.narrowed.get(path) if path else None
    if value is None or known is None:
        return value
    if expected == value.type and not isinstance(value.type, TOptional):
        return value
    if known.variable is not None:
        return Read(type=known.type, span=span_of(node), variable=known.variable)
    return Unwrap(type=known.type, span=span_of(node), value=value)


def _local(body: Body, node: ast.Name) -> Expr | None:
    local = body.locals.get(node.id)
    if node.id not in body.flow.assigned:
        if local is None or local.type is not None:
            body.add(node, UNASSIGNED, name=node.id)
        return None
    return local.read(node) if local is not None else None


def _attribute(body: Body, node: ast.Attribute) -> Expr | None:
    if node.attr == "contract_id" and isinstance(node.value, ast.Name) and node.value.id == "self":
        return _contract_id(body, node)
    value = body.infer(node.value)
    if value is None:
        return None
    record = body.world.record(value.type)
    field = record.fields.get(node.attr) if record else None
    if field is not None:
        if field.type is None:
            return None
        return Field(type=field.type, span=span_of(node), record=value, name=field.daml)
    op = _INSTANTS.get((value.type, node.attr))
    if op is not None:
        return Apply(type=INT, span=span_of(node), op=op, operands=(value,))
    _refuse_attribute(body, node, value.type)
    return None


def _contract_id(body: Body, node: ast.Attribute) -> Expr | None:
    if body.contract_id is None:
        body.add(node, rules.CONTRACT_ID)
        return None
    variable = body.contract_id
    return Read(type=variable.type, span=span_of(node), variable=variable)


def _refuse_attribute(body: Body, node: ast.Attribute, type_: Type) -> None:
    if isinstance(type_, TOptional):
        body.add(node.value, rules.MAYBE_NONE, source=source_of(node.value))
        return
    record = body.world.record(type_)
    known = "its fields are " + ", ".join(record.fields) if record and record.fields else ""
    if isinstance(type_, TContractId):
        known = "it is an id; fetch(cid) gives the contract"
    if body.world.interface(type_) is not None:
        known = "an interface shows its view only"
    body.add(node, rules.ATTRIBUTE, type=show(type_), name=node.attr, known=known)


def _member(body: Body, node: ast.Attribute, enum: EnumInfo) -> Expr | None:
    daml = enum.members.get(node.attr)
    if daml is None:
        known = "its members are " + ", ".join(enum.members)
        body.add(node, rules.ATTRIBUTE, type=enum.name, name=node.attr, known=known)
        return None
    return EnumValue(type=enum.type, span=span_of(node), constructor=daml)


def _symbol(body: Body, node: ast.expr, symbol: Symbol) -> Expr | None:
    match symbol:
        case Broken():
            return None
        case ConstantInfo():
            return _constant(body, node, symbol)
        case LangName(named) if named in vocabulary.CATEGORIES:
            return Literal(type=INT, span=span_of(node), value=vocabulary.CATEGORIES[named])
    kind, instead = _describe(symbol)
    body.add(node, rules.NOT_A_VALUE, name=source_of(node), kind=kind, instead=instead)
    return None


def _constant(body: Body, node: ast.expr, symbol: ConstantInfo) -> Expr | None:
    value = symbol.value
    if not symbol.evaluated:
        body.add(node, rules.UNKNOWN_NAME, name=source_of(node))
    if value is None or symbol.type is None:
        return None
    if isinstance(value, Literal):
        return Literal(type=value.type, span=span_of(node), value=value.value)
    return ReadConstant(type=symbol.type, span=span_of(node), ref=symbol.ref)


def _describe(symbol: Symbol) -> tuple[str, str]:
    match symbol:
        case ModuleInfo():
            return "a module", "name something in it"
        case FunctionInfo():
            return "a function", "call it; functions are no values"
        case RecordInfo() | TemplateInfo():
            return "a class", f"make a value: {symbol.name}(field=...)"
        case ConstructorInfo():
            return "a constructor", f"make a value: {symbol.name}(...)"
        case EnumInfo():
            return "an enum", f"name a member: {symbol.name}.{next(iter(symbol.members), 'NAME')}"
        case VariantInfo() | InterfaceInfo():
            return "a type", "give a value of it"
    return "a name of the language", "call it, or use it in an annotation"


def _refuse_name(body: Body, node: ast.Name) -> None:
    forbidden = vocabulary.FORBIDDEN.get(node.id)
    if forbidden is not None:
        why, instead = forbidden
        body.add(node, rules.FORBIDDEN, name=node.id, why=why, instead=instead)
    elif node.id in ("len", "sum", "min", "max", "any", "all", "sorted"):
        body.add(node, rules.NOT_A_VALUE, name=node.id, kind="a function", instead="call it")
    else:
        body.add(node, rules.UNKNOWN_NAME, name=node.id)

"""Constants and defaults, evaluated in the order of the source."""

from __future__ import annotations

import ast

from cantata.lang.diagnostics import definitions as rules
from cantata.lang.frontend.annotations import resolve_type
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.body.conversion import check
from cantata.lang.frontend.body.dispatch import infer
from cantata.lang.frontend.symbols import (
    ConstantInfo,
    ConstructorInfo,
    FieldInfo,
    FunctionInfo,
    InterfaceInfo,
    ModuleInfo,
    RecordInfo,
    TemplateInfo,
    source_of,
)
from cantata.lang.frontend.world import World, is_storable
from cantata.lang.ir import expressions as ir
from cantata.lang.ir.operations import FAILING
from cantata.lang.ir.types import UNIT, Type


def evaluate_constants(world: World, module: ModuleInfo) -> None:
    """Type the constants of a module and all defaults, in source order."""
    for definition in module.definitions:
        match definition:
            case ConstantInfo():
                _constant(world, definition)
            case RecordInfo():
                _record(world, definition)
            case ConstructorInfo():
                _record(world, definition.record)
            case FunctionInfo():
                _defaults(world, module, definition.parameters)
            case TemplateInfo() | InterfaceInfo():
                _contract(world, definition)


def _contract(world: World, info: TemplateInfo | InterfaceInfo) -> None:
    if isinstance(info, TemplateInfo):
        _record(world, info.record)
    for choice in info.choices.values():
        _defaults(world, info.module, choice.parameters)


def _record(world: World, record: RecordInfo) -> None:
    _defaults(world, record.module, list(record.fields.values()))
    for method in record.methods.values():
        _defaults(world, record.module, method.parameters)


def _defaults(world: World, module: ModuleInfo, fields: list[FieldInfo]) -> None:
    for field in fields:
        if field.default_node is None or field.default is not None:
            continue
        found = world.report.count
        value = _evaluate(world, module, field.default_node, field.type)
        field.default = value
        if value is None and world.report.count == found and field.type is not None:
            world.add(module, field.default_node, rules.DEFAULT, name=field.name)


def _constant(world: World, info: ConstantInfo) -> None:
    info.evaluated = True
    declared: Type | None = None
    if isinstance(info.node, ast.AnnAssign):
        declared = resolve_type(world, info.module, info.node.annotation)
        if declared is None:
            return
    if info.node.value is None:
        world.add(info.module, info.node, rules.CONSTANT_TYPE, name=info.name)
        return
    found = world.report.count
    value = _evaluate(world, info.module, info.node.value, declared)
    if value is None:
        if world.report.count == found:
            source = source_of(info.node.value)
            world.add(info.module, info.node.value, rules.CONSTANT, source=source)
        return
    if value.type == UNIT or not is_storable(value.type):
        world.add(info.module, info.node, rules.CONSTANT_TYPE, name=info.name)
        return
    info.type, info.value = value.type, value


def _evaluate(
    world: World, module: ModuleInfo, node: ast.expr, expected: Type | None
) -> ir.Expr | None:
    """Type a constant expression; None if it has findings or is not total."""
    body = Body(
        world=world,
        module=module,
        name="a constant",
        place="a constant",
        key=node,
        effects=False,
        result=None,
        dispatch=infer,
    )
    value = check(body, node, expected, "this constant")
    return value if value is not None and _is_total(value) else None


def _is_total(value: ir.Expr) -> bool:
    """Say whether an expression is made of literals and data only, and so cannot fail."""
    stack: list[ir.Expr] = [value]
    while stack:
        part = stack.pop()
        match part:
            case ir.Literal() | ir.EnumValue() | ir.NoneValue() | ir.ReadConstant():
                continue
            case ir.Construct(fields=fields):
                stack.extend(field for _, field in fields)
            case ir.Some(value=inner) | ir.Inject(payload=inner) | ir.Field(record=inner):
                stack.append(inner)
            case ir.ListDisplay(items=items):
                stack.extend(items)
            case ir.MapDisplay(items=entries):
                stack.extend(side for entry in entries for side in entry)
            case ir.Apply(op=op, operands=operands) if op not in FAILING:
                stack.extend(operands)
            case _:
                return False
    return True

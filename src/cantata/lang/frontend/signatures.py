"""Fields of classes and signatures of functions, resolved."""

from __future__ import annotations

import ast

from cantata.lang import naming
from cantata.lang.diagnostics import definitions as rules
from cantata.lang.frontend.annotations import lookup, resolve_type
from cantata.lang.frontend.symbols import (
    FieldInfo,
    FunctionInfo,
    LangName,
    ModuleInfo,
    RecordInfo,
    source_of,
)
from cantata.lang.frontend.world import World, is_storable
from cantata.lang.ir.types import UNIT, TNamed, Type

RESERVED_FIELDS = {
    "archive": "every template has the choice Archive",
    "contract_id": "it is the contract's own id in a choice",
}


def read_field(
    world: World, module: ModuleInfo, owner: str, node: ast.AnnAssign, annotation: ast.expr
) -> FieldInfo | None:
    """Read ``name: Type`` with an optional default or ``field(...)``; None after a finding."""
    if not isinstance(node.target, ast.Name):
        world.add(module, node, rules.CLASS_BODY, what="target", kind="class", name=owner)
        return None
    name = node.target.id
    daml, default = _field_call(world, module, node.value)
    type_ = stored_type(world, module, annotation, f"field {name} of {owner}")
    info = FieldInfo(
        name=name, daml=daml or naming.camel(name), type=type_, node=node, default_node=default
    )
    check_field_name(world, module, info)
    return info


def stored_type(world: World, module: ModuleInfo, node: ast.expr, place: str) -> Type | None:
    """Resolve the type of something that is stored on the ledger."""
    type_ = resolve_type(world, module, node)
    if type_ == UNIT:
        world.add(module, node, rules.UNIT_TYPE, place="field")
        return None
    if type_ is not None and not is_storable(type_):
        world.add(module, node, rules.INTERFACE_VALUE, place=place)
    return type_


def check_field_name(world: World, module: ModuleInfo, info: FieldInfo) -> None:
    """Refuse names that Daml-LF does not take and those that have a meaning of their own."""
    if not naming.is_name(info.daml):
        world.add(module, info.node, rules.NAME, name=info.daml)
    for name in (info.name, info.daml.lower()):
        why = RESERVED_FIELDS.get(name)
        if why:
            world.add(module, info.node, rules.RESERVED, name=info.name, why=why)
            return
    if info.name.startswith("__"):
        world.add(
            module, info.node, rules.RESERVED, name=info.name, why="Python gives it a meaning"
        )


def read_fields(world: World, record: RecordInfo, node: ast.AnnAssign) -> None:
    """Add a field to a record; a second one of the same name is reported."""
    info = read_field(world, record.module, record.name, node, node.annotation)
    if info is None:
        return
    if info.name in record.fields:
        world.add(record.module, node, rules.DUPLICATE, name=info.name)
        return
    record.fields[info.name] = info


def read_signature(world: World, info: FunctionInfo) -> None:
    """Resolve parameters and result of a function; `self` of a method is left out."""
    module, arguments = info.module, info.node.args
    odd = [*arguments.posonlyargs, *arguments.kwonlyargs]
    odd += [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]
    for parameter in odd:
        world.add(module, parameter, rules.PARAMETERS, name=parameter.arg)
    plain = list(arguments.args)
    if info.owner is not None:
        plain = _without_self(world, info, plain)
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults))
    defaults += arguments.defaults[-len(plain) :] if plain else []
    for parameter, default in zip(plain, defaults, strict=False):
        type_ = _annotated(world, module, parameter, parameter.arg, parameter.annotation)
        if type_ == UNIT:
            world.add(module, parameter, rules.UNIT_TYPE, place="parameter")
            type_ = None
        info.parameters.append(
            FieldInfo(
                name=parameter.arg,
                daml=naming.camel(parameter.arg),
                type=type_,
                node=parameter,
                default_node=default,
            )
        )
    info.result = _annotated(world, module, info.node, info.name, info.node.returns)


def method_of(record: RecordInfo, node: ast.FunctionDef, owner: TNamed) -> FunctionInfo:
    """Describe a method of a record or template, its signature still unread."""
    ref = record.module.ref(f"{record.ref.name}.{node.name}")
    return FunctionInfo(module=record.module, name=node.name, node=node, ref=ref, owner=owner)


def decorators(module: ModuleInfo, node: ast.FunctionDef) -> dict[str, ast.expr]:
    """Give a function's decorators of the language by name; others under their source text."""
    found: dict[str, ast.expr] = {}
    for decorator in node.decorator_list:
        head = decorator.func if isinstance(decorator, ast.Call) else decorator
        symbol = lookup(module, head)
        name = symbol.name if isinstance(symbol, LangName) else source_of(decorator)
        found[name] = decorator
    return found


def _without_self(world: World, info: FunctionInfo, plain: list[ast.arg]) -> list[ast.arg]:
    if not plain or plain[0].arg != "self":
        world.add(info.module, info.node, rules.FUNCTION_FORM, name=info.name, what="without self")
        return plain
    return plain[1:]


def _annotated(
    world: World, module: ModuleInfo, node: ast.AST, name: str, annotation: ast.expr | None
) -> Type | None:
    if annotation is None:
        world.add(module, node, rules.ANNOTATION_MISSING, name=name)
        return None
    return resolve_type(world, module, annotation)


def _field_call(
    world: World, module: ModuleInfo, value: ast.expr | None
) -> tuple[str, ast.expr | None]:
    """Take ``field(daml=..., default=...)`` apart; anything else is a default."""
    if not isinstance(value, ast.Call) or lookup(module, value.func) != LangName("field"):
        return "", value
    daml, default = "", None
    for keyword in value.keywords:
        if keyword.arg == "default":
            default = keyword.value
        elif (
            keyword.arg == "daml"
            and isinstance(keyword.value, ast.Constant)
            and isinstance(keyword.value.value, str)
        ):
            daml = keyword.value.value
        else:
            world.add(module, keyword.value, rules.FIELD_CALL)
    if value.args:
        world.add(module, value, rules.FIELD_CALL)
    return daml, default


def read_function(world: World, info: FunctionInfo) -> None:
    """Resolve a function at the top of a module: `@function` or `@update`, and its signature."""
    marks = decorators(info.module, info.node)
    for name in marks.keys() - {"function", "update"}:
        world.add(info.module, marks[name], rules.DECORATOR, name=name)
    if not marks.keys() & {"function", "update"}:
        world.add(info.module, info.node, rules.UNDECORATED, name=info.name)
    info.effects = "update" in marks
    read_signature(world, info)

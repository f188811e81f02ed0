"""Records, constructors, variants and enums, resolved."""

from __future__ import annotations

import ast

from cantata.lang import naming
from cantata.lang.diagnostics import definitions as rules
from cantata.lang.frontend.annotations import lookup, payload_of
from cantata.lang.frontend.signatures import (
    decorators,
    method_of,
    read_field,
    read_fields,
    read_signature,
)
from cantata.lang.frontend.symbols import (
    ConstructorInfo,
    EnumInfo,
    ModuleInfo,
    RecordInfo,
    VariantInfo,
    source_of,
)
from cantata.lang.frontend.world import World
from cantata.lang.ir.types import UNIT


def read_record(world: World, record: RecordInfo) -> None:
    """Resolve the fields and methods of a record."""
    world.by_ref[record.ref] = record
    for statement in class_body(record.node):
        match statement:
            case ast.AnnAssign():
                read_fields(world, record, statement)
            case ast.FunctionDef():
                read_method(world, record, statement)
            case _:
                refuse_member(world, record.module, statement, "record", record.name)


def read_method(world: World, record: RecordInfo, node: ast.FunctionDef) -> None:
    """Resolve a helper method of a record or template; `@update` gives it effects."""
    info = method_of(record, node, record.type)
    marks = decorators(record.module, node)
    info.effects = "update" in marks
    for name, decorator in marks.items():
        if name not in ("update", "function"):
            world.add(record.module, decorator, rules.DECORATOR, name=name)
    read_signature(world, info)
    if node.name in record.methods or node.name in record.fields:
        world.add(record.module, node, rules.DUPLICATE, name=node.name)
    elif node.name.startswith("__"):
        why = "Python gives it a meaning"
        world.add(record.module, node, rules.RESERVED, name=node.name, why=why)
    else:
        record.methods[node.name] = info


def read_variant(world: World, variant: VariantInfo) -> None:
    """Resolve ``Outcome = Filled | Empty``."""
    world.by_ref[variant.ref] = variant
    node = variant.node
    for part in _members(node.value) if isinstance(node, ast.Assign) else []:
        found = lookup(variant.module, part)
        if (
            not isinstance(found, ConstructorInfo)
            or found.module is not variant.module
            or found.variant is not None
        ):
            world.add(variant.module, part, rules.VARIANT, source=source_of(part))
        else:
            found.variant = variant
            found.record.ref = variant.module.ref(f"{variant.ref.name}.{found.name}")
            variant.constructors.append(found)


def _members(node: ast.expr) -> list[ast.expr]:
    members: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        members.append(node.right)
        node = node.left
    return [node, *reversed(members)]


def read_constructor(world: World, info: ConstructorInfo) -> None:
    """Resolve the fields of a constructor and what its payload is."""
    record = info.record
    if info.variant is None:
        world.add(info.module, info.node, rules.CONSTRUCTOR_ALONE, name=info.name)
    for statement in class_body(info.node):
        if not isinstance(statement, ast.AnnAssign):
            refuse_member(world, info.module, statement, "constructor", info.name)
            continue
        inner = payload_of(info.module, statement.annotation)
        if inner is None:
            read_fields(world, record, statement)
            continue
        field = read_field(world, info.module, info.name, statement, inner)
        info.direct = True
        if field is not None:
            record.fields[field.name] = field
    if info.direct and len(record.fields) != 1:
        world.add(info.module, info.node, rules.PAYLOAD)
    _set_payload(world, info)


def _set_payload(world: World, info: ConstructorInfo) -> None:
    if info.direct:
        info.payload = next((field.type for field in info.record.fields.values()), None)
    elif info.record.fields:
        info.payload = info.record.type
        world.by_ref[info.record.ref] = info.record
    else:
        info.payload = UNIT


def read_enum(world: World, info: EnumInfo) -> None:
    """Read the members of an enum."""
    world.by_ref[info.ref] = info
    for statement in class_body(info.node):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(daml))) if (
                name not in info.members and daml not in info.members.values()
            ):
                if not naming.is_name(daml):
                    world.add(info.module, statement, rules.NAME, name=daml)
                if name.startswith("_"):
                    why = "Python gives it a meaning"
                    world.add(info.module, statement, rules.RESERVED, name=name, why=why)
                info.members[name] = daml
            case _:
                world.add(info.module, statement, rules.ENUM_MEMBER, name=info.name)
    if not info.members:
        world.add(info.module, info.node, rules.ENUM_MEMBER, name=info.name)


def class_body(node: ast.AST) -> list[ast.stmt]:
    """Give the statements of a class without docstrings, `pass` and `...`."""
    body = node.body if isinstance(node, ast.ClassDef) else []
    return [statement for statement in body if not is_filler(statement)]


def is_filler(statement: ast.stmt) -> bool:
    """Say whether a statement is a text, `pass` or `...`."""
    if isinstance(statement, ast.Pass):
        return True
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str | type(...))


def refuse_member(
    world: World, module: ModuleInfo, statement: ast.stmt, kind: str, name: str
) -> None:
    """Report a statement that has no place in a class of this kind."""
    what = {
        ast.Assign: "value without a type",
        ast.ClassDef: "class",
        ast.FunctionDef: "method",
        ast.AnnAssign: "field",
        ast.AsyncFunctionDef: "asynchronous method",
    }.get(type(statement), "statement")
    world.add(module, statement, rules.CLASS_BODY, what=what, kind=kind, name=name)

"""Interfaces: what they require, their view, methods and choices, resolved."""

from __future__ import annotations

import ast

from cantata.lang import naming
from cantata.lang.diagnostics import contracts as rules
from cantata.lang.diagnostics import definitions
from cantata.lang.frontend.annotations import lookup
from cantata.lang.frontend.choices import read_choice
from cantata.lang.frontend.data import class_body, is_filler, refuse_member
from cantata.lang.frontend.signatures import decorators, read_signature
from cantata.lang.frontend.symbols import (
    Broken,
    FunctionInfo,
    InterfaceInfo,
    MethodInfo,
    ModuleInfo,
    source_of,
)
from cantata.lang.frontend.world import World
from cantata.lang.ir.definitions import Origin

_OWN_NAMES = {"contract_id", "signatories", "observers", "ensure"}


def read_bases(world: World, module: ModuleInfo, node: ast.ClassDef) -> list[InterfaceInfo]:
    """Give the interfaces among the bases of a class and all that they require."""
    found: dict[InterfaceInfo, None] = {}
    for base in node.bases[1:]:
        symbol = lookup(module, base)
        if isinstance(symbol, Broken):
            continue
        if not isinstance(symbol, InterfaceInfo):
            world.add(module, base, rules.BASE, source=source_of(base))
            continue
        for interface in (symbol, *symbol.requires):
            found.setdefault(interface)
    return list(found)


def read_interface(world: World, info: InterfaceInfo) -> None:
    """Resolve the members and choices of an interface."""
    for statement in class_body(info.node):
        if isinstance(statement, ast.FunctionDef):
            _read_function(world, info, statement)
        else:
            refuse_member(world, info.module, statement, "interface", info.name)
    views = [member for member in info.members.values() if member.view]
    if not views:
        world.add(info.module, info.node, rules.VIEW_MISSING, name=info.name)
    for surplus in views[1:]:
        _refuse(world, info, surplus.node, "it is a second view")
    for view in views[:1]:
        record = world.record(view.result)
        if view.result is not None and (record is None or record.origin is not Origin.PLAIN):
            world.add(info.module, view.node, rules.VIEW_TYPE, name=info.name)


def _read_function(world: World, info: InterfaceInfo, node: ast.FunctionDef) -> None:
    marks = decorators(info.module, node)
    if node.name in info.members or node.name in info.choices:
        world.add(info.module, node, definitions.DUPLICATE, name=node.name)
        return
    if node.name in _OWN_NAMES or node.name.startswith("__"):
        why = "every contract has it" if node.name in _OWN_NAMES else "Python gives it a meaning"
        world.add(info.module, node, definitions.RESERVED, name=node.name, why=why)
        return
    for name in marks.keys() - {"view", "method", "choice", "abstractmethod"}:
        world.add(info.module, marks[name], definitions.DECORATOR, name=name)
    if "choice" in marks:
        info.choices[node.name] = read_choice(world, info, node, marks["choice"])
    elif "view" in marks or "method" in marks:
        info.members[node.name] = _member(world, info, node, marks)
    else:
        _refuse(world, info, node, "it is neither view nor method nor choice")


def _member(
    world: World, info: InterfaceInfo, node: ast.FunctionDef, marks: dict[str, ast.expr]
) -> MethodInfo:
    if not all(is_filler(statement) for statement in node.body):
        _refuse(world, info, node, "it has a body")
    signature = FunctionInfo(
        module=info.module,
        name=node.name,
        node=node,
        ref=info.module.ref(f"{info.name}.{node.name}"),
        owner=info.type,
    )
    read_signature(world, signature)
    for default in node.args.defaults:
        world.add(info.module, default, definitions.DEFAULT, name=node.name)
    is_view = "view" in marks
    if is_view and signature.parameters:
        _refuse(world, info, node, "a view has no parameters")
    if not is_view and "abstractmethod" not in marks:
        _refuse(world, info, node, "@abstractmethod is missing")
    daml, effects = _options(world, info, node, marks.get("method"))
    return MethodInfo(
        name=daml or naming.camel(node.name),
        python_name=node.name,
        node=node,
        parameters=signature.parameters,
        result=signature.result,
        effects=effects,
        view=is_view,
    )


def _options(
    world: World, info: InterfaceInfo, node: ast.FunctionDef, decorator: ast.expr | None
) -> tuple[str, bool]:
    """Read ``@method(daml="name", effects=True)``."""
    daml, effects = "", False
    call = decorator if isinstance(decorator, ast.Call) else None
    if decorator is not None and (call is None or call.args):
        _refuse(world, info, node, "method takes daml= and effects= only")
    for keyword in call.keywords if call else []:
        value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
        if keyword.arg == "daml" and isinstance(value, str) and naming.is_name(value):
            daml = value
        elif keyword.arg == "effects" and isinstance(value, bool):
            effects = value
        else:
            _refuse(world, info, keyword.value, "method takes daml= and effects= only")
    return daml, effects


def _refuse(world: World, info: InterfaceInfo, place: ast.AST, detail: str) -> None:
    name = getattr(place, "name", info.name)
    world.add(info.module, place, rules.INTERFACE_MEMBER, name=name, detail=detail)

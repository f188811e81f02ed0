"""The first pass over a module: which names it defines, and as what."""

from __future__ import annotations

import ast

from cantata.lang.diagnostics import definitions as rules
from cantata.lang.diagnostics import source
from cantata.lang.diagnostics.contracts import BASE
from cantata.lang.diagnostics.expressions import UNKNOWN_NAME
from cantata.lang.frontend.annotations import lookup
from cantata.lang.frontend.header import is_header
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
    TemplateInfo,
    VariantInfo,
    source_of,
)
from cantata.lang.frontend.vocabulary import BASES
from cantata.lang.frontend.world import World
from cantata.lang.ir.definitions import Origin

_WHAT = {
    ast.If: "condition",
    ast.For: "loop",
    ast.While: "loop",
    ast.Try: "try",
    ast.With: "with block",
    ast.Expr: "call or expression",
    ast.AugAssign: "change of a name",
    ast.Delete: "del",
    ast.Assert: "assert",
    ast.Raise: "raise",
}


def declare(world: World, module: ModuleInfo) -> None:
    """Enter what a module defines into its names."""
    for statement in module.tree.body:
        match statement:
            case ast.Import() | ast.ImportFrom():
                continue
            case ast.Expr(value=ast.Constant(value=str())):
                continue
            case ast.FunctionDef():
                _define(world, module, _function(module, statement))
            case ast.AsyncFunctionDef():
                name = statement.name
                world.add(module, statement, rules.FUNCTION_FORM, name=name, what="asynchronous")
            case ast.ClassDef():
                _class(world, module, statement)
            case ast.Assign() | ast.AnnAssign():
                _assignment(world, module, statement)
            case _:
                what = _WHAT.get(type(statement), "statement of this kind")
                world.add(module, statement, source.MODULE_STATEMENT, what=what)


def link_names(world: World, module: ModuleInfo) -> None:
    """Look up the single names that a module imports from other contract modules."""
    for local, target, attribute, node in module.pending:
        found = target.names.get(attribute)
        if found is None or isinstance(found, LangName | ModuleInfo):
            world.add(module, node, source.IMPORT_NAME, module=target.name, name=attribute)
            module.names.setdefault(local, Broken(local))
        elif local in module.names:
            world.add(module, node, rules.DUPLICATE, name=local)
        else:
            module.names[local] = found


def _define(world: World, module: ModuleInfo, definition: Definition) -> None:
    if definition.name in module.names:
        world.add(module, definition.node, rules.DUPLICATE, name=definition.name)
        return
    module.names[definition.name] = definition
    module.definitions.append(definition)


def _function(module: ModuleInfo, node: ast.FunctionDef) -> FunctionInfo:
    return FunctionInfo(module=module, name=node.name, node=node, ref=module.ref(node.name))


def _assignment(world: World, module: ModuleInfo, node: ast.Assign | ast.AnnAssign) -> None:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    target = targets[0]
    if is_header(node) or (isinstance(target, ast.Name) and target.id == "__all__"):
        return
    if len(targets) != 1 or not isinstance(target, ast.Name):
        world.add(module, node, source.MODULE_STATEMENT, what="assignment of this form")
        return
    name, ref = target.id, module.ref(target.id)
    if isinstance(node, ast.Assign) and _is_union(node.value):
        _define(world, module, VariantInfo(module=module, name=name, node=node, ref=ref))
    else:
        _define(world, module, ConstantInfo(module=module, name=name, node=node, ref=ref))


def _is_union(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr)


def _class(world: World, module: ModuleInfo, node: ast.ClassDef) -> None:
    for decorator in node.decorator_list:
        world.add(module, decorator, rules.DECORATOR, name=source_of(decorator))
    for keyword in node.keywords:
        world.add(module, keyword.value, rules.CLASS_FORM, name=node.name, what="keywords")
    bases = [lookup(module, base) for base in node.bases]
    kinds = [base.name for base in bases if isinstance(base, LangName) and base.name in BASES]
    if len(kinds) != 1 or bases[0] != LangName(kinds[0]):
        if not any(isinstance(base, Broken) for base in bases):
            _refuse_bases(world, module, node)
        module.names.setdefault(node.name, Broken(node.name))
        return
    if kinds[0] not in ("Template", "Interface"):
        for base in node.bases[1:]:
            world.add(module, base, BASE, source=source_of(base))
    _define(world, module, _class_definition(module, node, kinds[0]))


def _refuse_bases(world: World, module: ModuleInfo, node: ast.ClassDef) -> None:
    """Refuse the bases of a class; one that was only not imported is told as such."""
    names = [base for base in node.bases if isinstance(base, ast.Name) and base.id in BASES]
    missing = [base for base in names if base.id not in module.names]
    for base in missing:
        world.add(module, base, UNKNOWN_NAME, name=base.id)
    if not missing:
        world.add(module, node, rules.CLASS_BASE, name=node.name)


def _class_definition(module: ModuleInfo, node: ast.ClassDef, kind: str) -> Definition:
    name, ref = node.name, module.ref(node.name)
    if kind == "Enum":
        return EnumInfo(module=module, name=name, node=node, ref=ref)
    if kind == "Interface":
        return InterfaceInfo(module=module, name=name, node=node, ref=ref)
    origin = {
        "Record": Origin.PLAIN,
        "Template": Origin.TEMPLATE,
        "Constructor": Origin.CONSTRUCTOR,
    }[kind]
    record = RecordInfo(module=module, name=name, node=node, ref=ref, origin=origin)
    if kind == "Template":
        return TemplateInfo(module=module, name=name, node=node, ref=ref, record=record)
    if kind == "Constructor":
        found = ConstructorInfo(module=module, name=name, node=node, ref=ref, record=record)
        record.constructor = found
        return found
    return record

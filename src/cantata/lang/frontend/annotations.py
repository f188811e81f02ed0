"""Types as contract source writes them, resolved."""

from __future__ import annotations

import ast

from cantata.lang.diagnostics import definitions as rules
from cantata.lang.diagnostics.expressions import UNKNOWN_NAME
from cantata.lang.frontend import vocabulary
from cantata.lang.frontend.source import too_deep
from cantata.lang.frontend.symbols import (
    Broken,
    ConstructorInfo,
    EnumInfo,
    InterfaceInfo,
    LangName,
    ModuleInfo,
    RecordInfo,
    Symbol,
    TemplateInfo,
    VariantInfo,
    source_of,
)
from cantata.lang.frontend.world import World
from cantata.lang.ir.types import (
    BOOL,
    INT,
    UNIT,
    NamedKind,
    TContractId,
    TList,
    TMap,
    TNamed,
    TOptional,
    TTextMap,
    Type,
)


def resolve_type(world: World, module: ModuleInfo, node: ast.expr) -> Type | None:
    """Resolve an annotation; None after a finding."""
    node = _unquoted(node)
    match node:
        case ast.Constant(value=None):
            return UNIT
        case ast.Name(id=name) if name not in module.names:
            return _builtin(world, module, node, name)
        case ast.Name() | ast.Attribute():
            return _named(world, module, node)
        case ast.BinOp(op=ast.BitOr()):
            return _union(world, module, node)
        case ast.Subscript():
            return _generic(world, module, node)
    _refuse(world, module, node)
    return None


def lookup(module: ModuleInfo, node: ast.expr) -> Symbol | None:
    """Give what a name or ``module.name`` stands for at module level, without findings."""
    if isinstance(node, ast.Name):
        return module.names.get(node.id)
    if isinstance(node, ast.Attribute):
        outer = lookup(module, node.value)
        if isinstance(outer, ModuleInfo):
            found = outer.names.get(node.attr)
            return None if isinstance(found, LangName | ModuleInfo) else found
        return outer if isinstance(outer, Broken) else None
    return None


def payload_of(module: ModuleInfo, node: ast.expr) -> ast.expr | None:
    """Give T of ``Payload[T]``, None if the annotation is none."""
    if isinstance(node, ast.Subscript) and lookup(module, node.value) == LangName("Payload"):
        return node.slice
    return None


def _unquoted(node: ast.expr) -> ast.expr:
    """Parse the text of a quoted annotation; findings stay at the place of the text."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return node
    try:
        inner = ast.parse(node.value, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return node
    if too_deep(inner) is not None or isinstance(inner, ast.Constant):
        return node
    for part in ast.walk(inner):
        ast.copy_location(part, node)
    return inner


def _builtin(world: World, module: ModuleInfo, node: ast.expr, name: str) -> Type | None:
    if name == "int":
        return INT
    if name == "bool":
        return BOOL
    if name in vocabulary.TYPE_INSTEAD:
        instead = vocabulary.TYPE_INSTEAD[name]
        world.add(module, node, rules.FORBIDDEN_TYPE, source=name, instead=instead)
    elif name in ("list", "ContractId", "TextMap", "Map"):
        world.add(module, node, rules.ANY_TYPE, source=name)
    else:
        world.add(module, node, UNKNOWN_NAME, name=name)
    return None


def _named(world: World, module: ModuleInfo, node: ast.expr) -> Type | None:
    symbol = lookup(module, node)
    match symbol:
        case LangName(name) if name in vocabulary.PRIMITIVES:
            return vocabulary.PRIMITIVES[name]
        case LangName(name) if name in vocabulary.GENERICS:
            world.add(module, node, rules.ANY_TYPE, source=name)
        case RecordInfo() | VariantInfo() | EnumInfo() | TemplateInfo() | InterfaceInfo():
            return symbol.type
        case ConstructorInfo():
            variant = symbol.variant.name if symbol.variant else "the variant"
            world.add(module, node, rules.CONSTRUCTOR_TYPE, name=symbol.name, variant=variant)
        case Broken():
            pass
        case _:
            _refuse(world, module, node)
    return None


def _refuse(world: World, module: ModuleInfo, node: ast.expr) -> None:
    name = node.attr if isinstance(node, ast.Attribute) else ""
    if name in vocabulary.TYPE_INSTEAD:
        instead = vocabulary.TYPE_INSTEAD[name]
        world.add(module, node, rules.FORBIDDEN_TYPE, source=source_of(node), instead=instead)
    else:
        world.add(module, node, rules.ANNOTATION, source=source_of(node))


def _union(world: World, module: ModuleInfo, node: ast.BinOp) -> Type | None:
    sides = [node.left, node.right]
    others = [side for side in sides if not _is_none(side)]
    if len(others) != 1:
        world.add(module, node, rules.UNION_TYPE, source=source_of(node))
        return None
    inner = resolve_type(world, module, others[0])
    if inner is None:
        return None
    if isinstance(inner, TOptional) or inner == UNIT:
        world.add(module, node, rules.OPTIONAL_NESTED)
        return None
    return TOptional(inner)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _generic(world: World, module: ModuleInfo, node: ast.Subscript) -> Type | None:
    head = _generic_name(module, node.value)
    arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    wanted = {"list": 1, "ContractId": 1, "TextMap": 1, "Map": 2, "Payload": 1}.get(head)
    if wanted is None or len(arguments) != wanted:
        _refuse_generic(world, module, node, known=wanted is not None)
        return None
    if head == "Payload":
        world.add(module, node, rules.PAYLOAD)
        return None
    if head == "ContractId":
        return _contract_id(world, module, arguments[0])
    inner = [resolve_type(world, module, argument) for argument in arguments]
    return _container(world, module, node, head, inner)


def _refuse_generic(world: World, module: ModuleInfo, node: ast.Subscript, *, known: bool) -> None:
    head = node.value
    name = head.id if isinstance(head, ast.Name) else getattr(head, "attr", "")
    instead = vocabulary.TYPE_INSTEAD.get(name)
    if instead:
        world.add(module, node, rules.FORBIDDEN_TYPE, source=name, instead=instead)
    elif isinstance(lookup(module, head), Broken):
        return
    elif isinstance(head, ast.Name) and not known and name not in module.names:
        world.add(module, node, UNKNOWN_NAME, name=name)
    else:
        world.add(module, node, rules.ANNOTATION, source=source_of(node))


def _generic_name(module: ModuleInfo, node: ast.expr) -> str:
    symbol = lookup(module, node)
    if isinstance(symbol, LangName):
        return symbol.name
    if isinstance(node, ast.Name) and node.id not in module.names:
        return node.id if node.id not in vocabulary.GENERICS else ""
    return ""


def _container(
    world: World, module: ModuleInfo, node: ast.Subscript, head: str, inner: list[Type | None]
) -> Type | None:
    known = [part for part in inner if part is not None]
    if len(known) != len(inner):
        return None
    if UNIT in known:
        world.add(module, node, rules.UNIT_TYPE, place=head)
        return None
    if head == "list":
        return TList(known[0])
    if isinstance(known[-1], TOptional):
        world.add(module, node, rules.MAP_OPTIONAL)
        return None
    return TTextMap(known[0]) if head == "TextMap" else TMap(known[0], known[1])


def _contract_id(world: World, module: ModuleInfo, node: ast.expr) -> Type | None:
    target = resolve_type(world, module, node)
    if target is None:
        return None
    kinds = (NamedKind.TEMPLATE, NamedKind.INTERFACE)
    if isinstance(target, TNamed) and target.kind in kinds:
        return TContractId(target)
    world.add(module, node, rules.TARGET_TYPE, source=source_of(node))
    return None

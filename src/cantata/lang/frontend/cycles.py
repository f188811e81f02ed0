"""Circles: functions that call themselves, types that contain themselves."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from cantata.lang.diagnostics import definitions as rules
from cantata.lang.frontend.symbols import (
    Definition,
    FunctionInfo,
    InterfaceInfo,
    RecordInfo,
    TemplateInfo,
    VariantInfo,
)
from cantata.lang.frontend.world import World, parts_of
from cantata.lang.ir.types import Ref, TNamed, Type

K = TypeVar("K", bound=Hashable)


def check_calls(world: World) -> None:
    """Report functions that call themselves, directly or through others."""
    edges = _call_graph(world)
    for first, path in _circles(edges, lambda key: edges.get(key, {})):
        functions = [key for key in path if isinstance(key, FunctionInfo)]
        if not functions:
            continue
        names = " -> ".join([_shown(key) for key in path] + [_shown(first)])
        owner = functions[-1]
        following = [*path, first][path.index(owner) + 1]
        node = edges[owner][following]
        world.add(owner.module, node, rules.RECURSION, name=owner.name, cycle=names)


def _call_graph(world: World) -> dict[object, dict[object, ast.AST]]:
    """Give who calls whom; a member of an interface calls every implementation in sight."""
    edges: dict[object, dict[object, ast.AST]] = dict(world.calls)
    for callees in list(world.calls.values()):
        for callee in callees:
            if isinstance(callee, tuple) and isinstance(callee[0], InterfaceInfo):
                edges[callee] = _implementations(world, callee[0], callee[1])
    return edges


def _implementations(world: World, interface: InterfaceInfo, name: str) -> dict[object, ast.AST]:
    found: dict[object, ast.AST] = {}
    for template in world.implementations(interface):
        method = template.members.get(name) or template.rules.get(name)
        if method is not None:
            found[method] = method.node
    return found


def _shown(key: object) -> str:
    if isinstance(key, FunctionInfo):
        return key.ref.name
    if isinstance(key, tuple):
        return f"{key[0].name}.{key[1]}"
    return "…"


def check_types(world: World) -> None:
    """Report types of compiled packages that contain themselves."""
    types = {
        ref: found
        for ref, found in world.by_ref.items()
        if found.module.declared_id is None and not isinstance(found, InterfaceInfo)
    }
    for _, path in _circles(types, lambda ref: [r for r in _inside(types[ref]) if r in types]):
        found = types[path[0]]
        world.add(found.module, found.node, rules.RECURSIVE_TYPE, name=found.name)


def _inside(definition: Definition) -> Iterable[Ref]:
    """Give the types that values of a type are made of."""
    types: list[Type | None] = []
    if isinstance(definition, TemplateInfo):
        definition = definition.record
    if isinstance(definition, RecordInfo):
        types = [field.type for field in definition.fields.values()]
    elif isinstance(definition, VariantInfo):
        types = [constructor.payload for constructor in definition.constructors]
    while types:
        type_ = types.pop()
        if isinstance(type_, TNamed):
            yield type_.ref
        elif type_ is not None:
            types.extend(parts_of(type_))


def _circles(
    nodes: Iterable[K], successors: Callable[[K], Iterable[K]]
) -> Iterable[tuple[K, list[K]]]:
    """Walk a graph without recursion; give each edge back into the path and the path from it."""
    state: dict[K, bool] = {}
    for root in list(nodes):
        if root in state:
            continue
        state[root] = False
        path = [root]
        waiting = [iter(list(successors(root)))]
        while waiting:
            following = next(waiting[-1], None)
            if following is None:
                waiting.pop()
                state[path.pop()] = True
            elif following not in state:
                state[following] = False
                path.append(following)
                waiting.append(iter(list(successors(following))))
            elif not state[following]:
                yield following, path[path.index(following) :]

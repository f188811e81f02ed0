"""Cycles: no module may use itself over others, no synonym may expand to itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

from cantata.lf.check.references import References
from cantata.lf.check.violation import Report
from cantata.lf.model import Module, Package, TApp, TForall, TStruct, TSyn, Type

K = TypeVar("K")


def check_recursion(package: Package, references: References, report: Report) -> None:
    """Report a cycle of modules, and in each module a cycle of synonyms."""
    cycle = find_cycle(references.uses)
    if cycle:
        report.at(cycle[0])
        text = f"cycle in module dependency {' -> '.join(cycle)}"
        report.add("EImportCycle", text)
    for module in package.modules.values():
        names = find_cycle(_synonym_uses(package, module))
        if names:
            report.at(module.name, names[0])
            chain = " -> ".join(f"{module.name}:{name}" for name in names)
            report.add("ETypeSynCycle", f"cycle in type synonym definitions {chain}")


def find_cycle(graph: Mapping[K, Collection[K]]) -> list[K]:
    """Give the members of a cycle, each pointing to the next one; empty if there is none."""
    done: set[K] = set()
    for start in graph:
        path: dict[K, None] = {}
        waiting: list[tuple[K, bool]] = [(start, False)]
        while waiting:
            present, left = waiting.pop()
            if left:
                del path[present]
                done.add(present)
            elif present in path:
                chain = list(path)
                return chain[chain.index(present) :]
            elif present not in done and present in graph:
                path[present] = None
                waiting.append((present, True))
                waiting.extend((following, False) for following in graph[present])
    return []


def _synonym_uses(package: Package, module: Module) -> dict[str, frozenset[str]]:
    return {
        name: frozenset(
            synonym.ref.name
            for synonym in _synonyms_in(definition.type)
            if synonym.ref.package == package.id and synonym.ref.module == module.name
        )
        for name, definition in module.synonyms.items()
    }


def _synonyms_in(root: Type) -> list[TSyn]:
    found: list[TSyn] = []
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        type_ = waiting.pop()
        if id(type_) in seen:
            continue
        seen.add(id(type_))
        match type_:
            case TApp(fun, arg):
                waiting += (fun, arg)
            case TForall(_, _, body):
                waiting.append(body)
            case TStruct(fields):
                waiting += (field for _, field in fields)
            case TSyn(_, args):
                found.append(type_)
                waiting += args
            case _:
                pass
    return found

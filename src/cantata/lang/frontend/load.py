"""Loads contract modules and all they import, dependencies first."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cantata.lang.diagnostics import source as rules
from cantata.lang.diagnostics.report import Report
from cantata.lang.frontend import vocabulary
from cantata.lang.frontend.header import read_header
from cantata.lang.frontend.source import locate, read, roots_of
from cantata.lang.frontend.symbols import Broken, LangName, ModuleInfo, Symbol


@dataclass(frozen=True, slots=True)
class Import:
    """A name that a module imports: a whole contract module, or one of its names."""

    local: str
    path: Path
    attribute: str | None
    node: ast.AST


@dataclass(slots=True)
class Loader:
    """The modules that were found, by file."""

    report: Report
    roots: tuple[str, ...]
    modules: dict[Path, ModuleInfo | None] = field(default_factory=dict)
    imports: dict[Path, list[Import]] = field(default_factory=dict)


def load(paths: Sequence[Path], report: Report) -> list[ModuleInfo]:
    """Give the modules of the files and all contract modules they import, imported ones first."""
    given = [path.resolve() for path in paths]
    loader = Loader(report, roots_of(given))
    waiting = list(given)
    while waiting:
        path = waiting.pop(0)
        if path not in loader.modules:
            _load_one(loader, path)
            waiting.extend(found.path for found in loader.imports.get(path, ()))
    for path in loader.modules:
        _link(loader, path)
    return _in_order(loader)


def _load_one(loader: Loader, path: Path) -> None:
    loader.modules[path] = None
    tree = read(path, loader.report)
    if tree is None:
        return
    module = read_header(path, tree, loader.report)
    loader.imports[path] = []
    names: dict[str, Symbol] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            _plain_import(loader, path, statement, names)
        elif isinstance(statement, ast.ImportFrom):
            _import_from(loader, path, statement, names)
    if module is not None:
        module.names.update(names)
        loader.modules[path] = module


def _plain_import(
    loader: Loader, path: Path, statement: ast.Import, names: dict[str, Symbol]
) -> None:
    for alias in statement.names:
        found = locate(alias.name, loader.roots)
        if not alias.asname and found is not None and _looks_like_contract(found):
            loader.report.add(path, alias, rules.IMPORT_FORM)
        elif found is None or not _looks_like_contract(found):
            loader.report.add(path, alias, rules.IMPORT, name=alias.name)
            local = alias.asname or alias.name.partition(".")[0]
            names[local] = Broken(local)
        else:
            name = alias.asname or alias.name
            loader.imports[path].append(Import(name, found, None, alias))


def _import_from(
    loader: Loader, path: Path, statement: ast.ImportFrom, names: dict[str, Symbol]
) -> None:
    if statement.level or statement.module is None:
        loader.report.add(path, statement, rules.IMPORT_FORM)
        return
    for alias in statement.names:
        local = alias.asname or alias.name
        if statement.module == "__future__" and alias.name == "annotations":
            continue
        if alias.name == "*":
            loader.report.add(path, statement, rules.IMPORT_FORM)
        elif statement.module == vocabulary.LANG:
            _import_lang(loader, path, alias, names)
        else:
            found = _contract_import(loader, path, statement.module, alias)
            if found is not None:
                loader.imports[path].append(Import(local, found[0], found[1], alias))
            else:
                names[local] = Broken(local)


def _import_lang(loader: Loader, path: Path, alias: ast.alias, names: dict[str, Symbol]) -> None:
    if alias.name in vocabulary.NAMES:
        names[alias.asname or alias.name] = LangName(alias.name)
    else:
        module = vocabulary.LANG
        loader.report.add(path, alias, rules.IMPORT_NAME, module=module, name=alias.name)
        names[alias.asname or alias.name] = Broken(alias.name)


def _contract_import(
    loader: Loader, path: Path, module: str, alias: ast.alias
) -> tuple[Path, str | None] | None:
    """Find what ``from module import name`` means: a contract module, or a name in one."""
    inner = locate(f"{module}.{alias.name}", loader.roots)
    if inner is not None and _looks_like_contract(inner):
        return inner, None
    outer = locate(module, loader.roots)
    if outer is not None and _looks_like_contract(outer):
        return outer, alias.name
    if inner is None and outer is None:
        loader.report.add(path, alias, rules.IMPORT_MISSING, name=f"{module}.{alias.name}")
    else:
        loader.report.add(path, alias, rules.IMPORT, name=f"{module}.{alias.name}")
    return None


def _looks_like_contract(path: Path) -> bool:
    """Say whether a file mentions what every contract module has."""
    try:
        return b"PACKAGE" in path.read_bytes() and b"cantata" in path.read_bytes()
    except OSError:
        return False


def _link(loader: Loader, path: Path) -> None:
    """Enter imported modules into a module's names; single names follow when all is declared."""
    module = loader.modules[path]
    for wanted in loader.imports.get(path, ()) if module else ():
        target = loader.modules.get(wanted.path)
        if module is None:
            continue
        if target is None:
            module.names[wanted.local] = Broken(wanted.local)
            continue
        if target not in module.imports:
            module.imports.append(target)
        if wanted.attribute is None:
            module.names[wanted.local] = target
        else:
            module.pending.append((wanted.local, target, wanted.attribute, wanted.node))


def _in_order(loader: Loader) -> list[ModuleInfo]:
    """Sort modules so that imported ones come first; report circles."""
    order: list[ModuleInfo] = []
    state: dict[ModuleInfo, bool] = {}
    for root in filter(None, loader.modules.values()):
        stack: list[tuple[ModuleInfo, int]] = [(root, 0)] if root not in state else []
        state.setdefault(root, False)
        while stack:
            module, index = stack.pop()
            if index == len(module.imports):
                state[module] = True
                order.append(module)
                continue
            stack.append((module, index + 1))
            target = module.imports[index]
            if target not in state:
                state[target] = False
                stack.append((target, 0))
            elif not state[target]:
                _report_cycle(loader.report, [entry[0] for entry in stack], target)
    return order


def _report_cycle(report: Report, stack: list[ModuleInfo], target: ModuleInfo) -> None:
    cycle = [*stack[stack.index(target) :], target]
    names = " -> ".join(module.name for module in cycle)
    report.add(stack[-1].path, stack[-1].tree, rules.IMPORT_CYCLE, cycle=names)

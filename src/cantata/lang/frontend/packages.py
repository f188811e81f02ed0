"""Packages: one version of each, no circles, no module twice."""

from __future__ import annotations

from pathlib import Path

from cantata.lang.diagnostics import source as rules
from cantata.lang.frontend.symbols import ModuleInfo
from cantata.lang.frontend.world import World
from cantata.lang.ir.types import PackageKey


def check_packages(world: World) -> None:
    """Report what is wrong with the packages as wholes."""
    versions: dict[str, ModuleInfo] = {}
    files: dict[tuple[PackageKey, str], Path] = {}
    for module in world.modules:
        first = versions.setdefault(module.key.name, module)
        same = (first.key, first.declared_id) == (module.key, module.declared_id)
        if not same:
            shown = {"first": first.key.version, "second": module.key.version}
            world.add(module, None, rules.PACKAGE_VERSIONS, name=module.key.name, **shown)
        for target in module.imports:
            if target.lf_minor > module.lf_minor:
                world.add(module, None, rules.LF_TOO_NEW, package=str(target.key))
        other = files.setdefault((module.key, module.name), module.path)
        if other != module.path:
            package = str(module.key)
            world.add(
                module, None, rules.MODULE_TWICE, name=module.name, package=package, other=other
            )


def package_order(world: World) -> list[PackageKey]:
    """Sort packages so that used ones come first; circles are reported."""
    needs: dict[PackageKey, dict[PackageKey, ModuleInfo]] = {}
    for module in world.modules:
        wanted = needs.setdefault(module.key, {})
        for target in module.imports:
            if target.key != module.key:
                wanted.setdefault(target.key, module)
    order: list[PackageKey] = []
    while needs:
        ready = [key for key, wanted in needs.items() if not wanted.keys() & needs.keys()]
        if not ready:
            _report_circle(world, needs)
            return [*order, *needs]
        order += ready
        for key in ready:
            del needs[key]
    return order


def needed_by(world: World, key: PackageKey) -> set[PackageKey]:
    """Give a package and all that it needs."""
    wanted = {key}
    for module in reversed(world.modules):
        if module.key in wanted:
            wanted |= {target.key for target in module.imports}
    return wanted


def _report_circle(world: World, needs: dict[PackageKey, dict[PackageKey, ModuleInfo]]) -> None:
    key = next(iter(needs))
    path: list[PackageKey] = []
    while key not in path:
        path.append(key)
        key = next(target for target in needs[key] if target in needs)
    circle = [*path[path.index(key) :], key]
    names = " -> ".join(str(name) for name in circle)
    world.add(needs[circle[0]][circle[1]], None, rules.PACKAGE_CYCLE, cycle=names)

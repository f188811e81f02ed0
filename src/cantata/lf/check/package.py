"""The check of whole packages: every rule, every violation."""

from __future__ import annotations

from collections.abc import Iterable

from cantata.lf.check.collisions import check_collisions
from cantata.lf.check.definitions import ModuleChecker
from cantata.lf.check.dependencies import check_dependencies
from cantata.lf.check.forms.atoms import ATOMS
from cantata.lf.check.forms.cases import CASES
from cantata.lf.check.forms.data import DATA
from cantata.lf.check.forms.dynamic import DYNAMIC
from cantata.lf.check.forms.functions import FUNCTIONS
from cantata.lf.check.forms.updates import KEY_FUNCTIONS, UPDATES
from cantata.lf.check.kinds import Kinds
from cantata.lf.check.recursion import check_recursion
from cantata.lf.check.references import references_of
from cantata.lf.check.serializability import check_serializability
from cantata.lf.check.typer import Typer
from cantata.lf.check.violation import Report, Violation
from cantata.lf.check.world import CheckTooCostly, World
from cantata.lf.model import Package, Packages

ALL_ATOMS = ATOMS | KEY_FUNCTIONS
"""How each expression without parts is typed."""

FORMS = DATA | FUNCTIONS | CASES | DYNAMIC | UPDATES
"""How each expression with parts is typed."""


def check_package(package: Package, packages: Packages) -> tuple[Violation, ...]:
    """Check a package whose dependencies are in `packages`; empty if it keeps every rule.

    Rules are checked in the engine's order: collisions, recursion, versions of dependencies, then
    for each module types and serializability. All violations are given (at most
    `VIOLATIONS_MAX`), so the first one is the engine's. A package that would take too long to
    check is refused with `ETooCostly`.
    """
    return check_packages((package,), packages)


def check_packages(chosen: Iterable[Package], packages: Packages) -> tuple[Violation, ...]:
    """Check several packages of one set, faster than one by one."""
    chosen = tuple(chosen)
    world = World(Packages((*packages.values(), *chosen)))
    kinds = Kinds(world)
    return tuple(
        violation for package in chosen for violation in _check(package, world, kinds).violations
    )


def _check(package: Package, world: World, kinds: Kinds) -> Report:
    report = Report(package.id)
    world.start(package, report)
    try:
        references = references_of(package)
        check_collisions(package, report)
        check_recursion(package, references, report)
        check_dependencies(package, references, world.packages, report)
        checker = ModuleChecker(package, world, kinds, Typer(world, kinds, ALL_ATOMS, FORMS))
        for module in package.modules.values():
            checker.check(module)
            check_serializability(package, module, world)
    except CheckTooCostly as error:
        report.add("ETooCostly", error.message)
    return report

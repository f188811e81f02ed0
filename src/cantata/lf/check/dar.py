"""The check of a DAR: complete, of allowed versions, each package in order."""

from __future__ import annotations

from collections.abc import Iterable

from cantata.lf.archive.stable_ids import STABLE_IDS
from cantata.lf.check.package import check_packages
from cantata.lf.check.violation import Report, Stage, Violation
from cantata.lf.model import Package, Packages

ALLOWED_MINORS = frozenset({"1", "2", "3"})
"""LF minor versions that a participant takes by default."""


def check_dar(main: Package, dependencies: Iterable[Package]) -> tuple[Violation, ...]:
    """Check a DAR by its main package and the others in it; empty if it keeps every rule.

    As in the engine's strict validation: allowed LF versions, exactly the packages that the main
    one needs (stable ones may be in surplus), then each package against the DAR's own packages
    only. All violations are given, in that order.
    """
    packages = Packages((main, *dependencies))
    return (
        *_check_versions(packages),
        *_check_closure(main, packages),
        *check_packages(packages.values(), packages),
    )


def _check_versions(packages: Packages) -> tuple[Violation, ...]:
    found: list[Violation] = []
    for package in packages.values():
        if package.id not in STABLE_IDS and package.lf_minor not in ALLOWED_MINORS:
            report = Report(package.id, Stage.DAR)
            allowed = ", ".join(f"2.{minor}" for minor in sorted(ALLOWED_MINORS))
            text = f"package {package.name} is LF 2.{package.lf_minor}, allowed are {allowed}"
            report.add("AllowedLanguageVersion", text)
            found += report.violations
    return tuple(found)


def _check_closure(main: Package, packages: Packages) -> tuple[Violation, ...]:
    needed = _closure(main, packages) - STABLE_IDS
    included = packages.keys() - STABLE_IDS
    report = Report(main.id, Stage.DAR)
    for package_id in sorted(needed - included):
        report.add("DarSelfConsistency", f"package {package_id} is needed and not in the DAR")
    for package_id in sorted(included - needed):
        report.add("DarSelfConsistency", f"package {package_id} is in the DAR and not needed")
    return report.violations


def _closure(main: Package, packages: Packages) -> set[str]:
    reached: set[str] = set()
    waiting = [main.id]
    while waiting:
        package_id = waiting.pop()
        if package_id not in reached:
            reached.add(package_id)
            if package_id in packages:
                waiting += packages[package_id].imports
    return reached

"""The check of lineages: all versions of one package name, each against the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from cantata.lf.check.references import references_of
from cantata.lf.check.upgrade.pair import check_upgrade
from cantata.lf.check.upgrade.standard import PRIM_IDS, STDLIB_IDS
from cantata.lf.check.upgrade.types import version_key
from cantata.lf.check.violation import Report, Stage, Violation
from cantata.lf.model import Package, Packages

_RESERVED = {"daml-prim": PRIM_IDS, "daml-stdlib": STDLIB_IDS}


def check_lineage(lineage: Iterable[Package], packages: Packages) -> tuple[Violation, ...]:
    """Check the versions of one package name as a participant does when they are vetted together.

    Reported are dependencies that are not in `packages`, reserved names, two packages of one
    version, and whatever a version changes against the one before it. Packages without templates,
    interfaces and serializable types may change freely.
    """
    ordered = sorted(lineage, key=lambda package: (version_key(package.version), package.id))
    known = Packages((*packages.values(), *ordered))
    found = [violation for package in ordered for violation in _check_alone(package, known)]
    pairs = list(pairwise(package for package in ordered if has_upgrades(package)))
    for old, new in pairs:
        found += _check_versions(old, new)
    for old, new in pairs:
        found += check_upgrade(old, new, known)
    return tuple(found)


def check_lineages(packages: Packages) -> tuple[Violation, ...]:
    """Check each lineage among packages, by name."""
    by_name: dict[str, list[Package]] = {}
    for package in packages.values():
        by_name.setdefault(package.name, []).append(package)
    return tuple(
        violation
        for _, lineage in sorted(by_name.items())
        for violation in check_lineage(lineage, packages)
    )


def check_upgrade_of(old: Sequence[Package], new: Sequence[Package]) -> tuple[Violation, ...]:
    """Check that one set of packages may follow another; the main package comes first in each.

    The main packages must be versions of one package in ascending order, and each lineage that
    the packages of both sets form together must hold.
    """
    report = Report(new[0].id, Stage.LINEAGE)
    if old[0].name != new[0].name:
        text = f"{_name(new[0])} cannot upgrade {_name(old[0])}: the names differ"
        report.add("UpgradeName", text)
    elif version_key(new[0].version) < version_key(old[0].version):
        text = f"{_name(new[0])} cannot upgrade {_name(old[0])}, its version is lower"
        report.add("UpgradeVersion", text)
    return report.violations + check_lineages(Packages((*old, *new)))


def has_upgrades(package: Package) -> bool:
    """Say whether the upgrade rules bind a package: it defines something that goes on ledger."""
    return not is_utility(package) and package.id not in PRIM_IDS | STDLIB_IDS


def is_utility(package: Package) -> bool:
    """Say whether a package has no templates, interfaces and serializable types."""
    return not any(
        module.templates
        or module.interfaces
        or any(data_type.serializable for data_type in module.data_types.values())
        for module in package.modules.values()
    )


def _check_alone(package: Package, packages: Packages) -> tuple[Violation, ...]:
    report = Report(package.id, Stage.LINEAGE)
    needed = references_of(package).packages
    for missing in sorted(needed - packages.keys()):
        text = f"package {_name(package)} needs package {missing}, which is missing"
        report.add("MissingPackages", text)
    exempt = _RESERVED.get(package.name)
    if exempt is not None and not is_utility(package) and package.id not in exempt:
        text = f"package {package.id} cannot have the reserved name {package.name}"
        report.add("UpgradeDamlPrimIsNotAUtilityPackage", text)
    return report.violations


def _check_versions(old: Package, new: Package) -> tuple[Violation, ...]:
    report = Report(new.id, Stage.LINEAGE)
    if old.id != new.id and version_key(old.version) == version_key(new.version):
        text = f"packages {old.id} and {new.id} both are {_name(new)}"
        report.add("UpgradeVersion", text)
    return report.violations


def _name(package: Package) -> str:
    return f"{package.name} {package.version}"

"""Compilation of checked programs: lower, write, prove."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cantata.lang.build.compiled import CompiledPackage
from cantata.lang.build.errors import CodeTooDeep, GeneratedCodeRefused, OnlyDeclared
from cantata.lang.ir import definitions as ir
from cantata.lang.ir.types import PackageKey
from cantata.lang.lower import lower_package
from cantata.lf.archive import StoredPackage, write_package
from cantata.lf.check import check_package
from cantata.lf.check.references import references_of
from cantata.lf.model import SELF_PACKAGE, Package, Packages
from cantata.lf.stable import stable_packages


def compile_program(program: ir.Program) -> CompiledPackage:
    """Compile the main package of a program that the front end has checked."""
    ids, declared, compiled = _translate(program)
    main_id = ids[program.main.key]
    if main_id in declared:
        raise OnlyDeclared(str(program.main.key))
    main = compiled.pop(main_id)
    return CompiledPackage(stored=main, compiled=compiled, declared=declared)


def declared_packages(program: ir.Program) -> Mapping[str, Package]:
    """Give the declared packages of a program by their ids, dependencies first."""
    return _translate(program)[1]


def _translate(
    program: ir.Program,
) -> tuple[dict[PackageKey, str], dict[str, Package], dict[str, StoredPackage]]:
    """Lower, write and prove every package: ids by key, declared ones, compiled ones."""
    known = Packages(stored.package for stored in stable_packages().values())
    ids: dict[PackageKey, str] = {}
    declared: dict[str, Package] = {}
    compiled: dict[str, StoredPackage] = {}
    for package in program.packages:
        try:
            lowered = _lower(program, package, ids)
            stored = write_package(lowered) if package.declared_id is None else None
        except RecursionError:
            raise CodeTooDeep(str(package.key)) from None
        if stored is None:
            declared[lowered.id] = lowered
        else:
            compiled[stored.id] = stored
            lowered = stored.package
        _prove(lowered, known)
        ids[package.key] = lowered.id
        known.add(lowered)
    return ids, declared, compiled


def _lower(program: ir.Program, package: ir.Package, ids: dict[PackageKey, str]) -> Package:
    own = package.declared_id or SELF_PACKAGE
    lowered = lower_package(program, package, {**ids, package.key: own})
    return replace(lowered, imports=references_of(lowered).packages)


def _prove(package: Package, known: Packages) -> None:
    violations = check_package(package, known)
    if violations:
        raise GeneratedCodeRefused(f"{package.name}-{package.version}", violations)

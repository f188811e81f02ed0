"""The front end as a whole: from files to a program, or to all that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from cantata.lang.diagnostics.report import Report
from cantata.lang.diagnostics.rule import ContractErrors, Diagnostic
from cantata.lang.frontend.assemble import Checked, assemble
from cantata.lang.frontend.bodies import check_function, check_interface, check_template
from cantata.lang.frontend.collisions import check_names
from cantata.lang.frontend.constants import evaluate_constants
from cantata.lang.frontend.cycles import check_calls, check_types
from cantata.lang.frontend.data import read_constructor, read_enum, read_record, read_variant
from cantata.lang.frontend.declare import declare, link_names
from cantata.lang.frontend.interfaces import read_bases, read_interface
from cantata.lang.frontend.load import load
from cantata.lang.frontend.packages import check_packages, needed_by, package_order
from cantata.lang.frontend.signatures import read_function
from cantata.lang.frontend.symbols import (
    ConstructorInfo,
    Definition,
    EnumInfo,
    FunctionInfo,
    InterfaceInfo,
    RecordInfo,
    TemplateInfo,
    VariantInfo,
)
from cantata.lang.frontend.templates import read_template
from cantata.lang.frontend.world import World
from cantata.lang.ir.definitions import Program

D = TypeVar("D", bound=Definition)


def check(paths: Sequence[Path]) -> Program:
    """Check contract modules and all they import, and give their typed form.

    The main package is that of the files, or the last of theirs in the order of dependencies.
    Raise ContractErrors with every violation there is.
    """
    diagnostics, program = _analyze(paths)
    if program is None:
        raise ContractErrors(diagnostics)
    return program


def diagnose(paths: Sequence[Path]) -> tuple[Diagnostic, ...]:
    """Give every violation in contract modules and all they import, by file and line."""
    return _analyze(paths)[0]


def _analyze(paths: Sequence[Path]) -> tuple[tuple[Diagnostic, ...], Program | None]:
    report = Report()
    world = World(report, load(paths, report))
    check_packages(world)
    order = package_order(world)
    _declare(world)
    _resolve(world)
    for module in world.modules:
        evaluate_constants(world, module)
    checked = _check_bodies(world)
    check_calls(world)
    check_types(world)
    check_names(world)
    if report.count or not world.modules:
        return report.diagnostics, None
    given = {path.resolve() for path in paths}
    keys = {module.key for module in world.modules if module.path in given}
    needed = {key for main in keys for key in needed_by(world, main)}
    main = [key for key in order if key in keys][-1]
    wanted = [key for key in order if key in needed and key != main]
    return (), assemble(world, checked, [*wanted, main])


def _declare(world: World) -> None:
    for module in world.modules:
        declare(world, module)
    for module in world.modules:
        link_names(world, module)


def _each(world: World, kind: type[D], do: Callable[[World, D], None]) -> None:
    for module in world.modules:
        for definition in module.definitions:
            if isinstance(definition, kind):
                do(world, definition)


def _resolve(world: World) -> None:
    """Resolve signatures and fields: bases first, then data, then what uses them."""
    _each(world, VariantInfo, read_variant)
    _each(world, InterfaceInfo, _bases)
    _each(world, TemplateInfo, _bases)
    _each(world, EnumInfo, read_enum)
    _each(world, RecordInfo, read_record)
    _each(world, ConstructorInfo, read_constructor)
    _each(world, InterfaceInfo, read_interface)
    _each(world, TemplateInfo, read_template)
    _each(world, FunctionInfo, read_function)


def _bases(world: World, info: InterfaceInfo | TemplateInfo) -> None:
    found = read_bases(world, info.module, info.node)
    if isinstance(info, TemplateInfo):
        info.interfaces = found
    else:
        info.requires = [interface for interface in found if interface is not info]
    world.by_ref[info.ref] = info


def _check_bodies(world: World) -> Checked:
    checked = Checked()
    _each(world, FunctionInfo, lambda world, info: checked.add(info, check_function(world, info)))
    for module in world.modules:
        for definition in module.definitions:
            if isinstance(definition, RecordInfo):
                for method in definition.methods.values():
                    checked.add(method, check_function(world, method))
    _each(world, TemplateInfo, lambda world, info: checked.add(info, check_template(world, info)))
    _each(world, InterfaceInfo, lambda world, info: checked.add(info, check_interface(world, info)))
    return checked

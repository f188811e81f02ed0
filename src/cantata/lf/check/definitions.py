"""Typing of a module: its data types, synonyms, values and exceptions."""

from __future__ import annotations

from collections.abc import Iterable

from cantata.lf.check.kinds import Kinds, Scope
from cantata.lf.check.nodes import STAR, Kd
from cantata.lf.check.templates import TemplateChecker
from cantata.lf.check.typer import Typer
from cantata.lf.check.world import World
from cantata.lf.model import (
    Builtin,
    DefDataType,
    DefException,
    DefValue,
    EnumType,
    InterfaceType,
    Kind,
    Module,
    Package,
    Record,
    Ref,
    Type,
    Variant,
)


class ModuleChecker:
    """Checks the kinds and types of everything a module defines."""

    def __init__(self, package: Package, world: World, kinds: Kinds, typer: Typer) -> None:
        self._package = package
        self._world = world
        self._kinds = kinds
        self._typer = typer
        self._templates = TemplateChecker(package, world, typer)

    def check(self, module: Module) -> None:
        """Report what is ill-kinded or ill-typed in a module."""
        report = self._world.report
        for data_type in module.data_types.values():
            report.at(module.name, data_type.name)
            self._check_data_type(module, data_type)
        for synonym in module.synonyms.values():
            report.at(module.name, synonym.name)
            scope = self._parameters(synonym.params)
            self._check_star((synonym.type,), scope)
        for value in module.values.values():
            report.at(module.name, value.name)
            self._check_value(value)
        for template in module.templates.values():
            self._templates.check_template(module, template)
        for exception in module.exceptions.values():
            report.at(module.name, exception.name)
            self._check_exception(module, exception)
        for interface in module.interfaces.values():
            self._templates.check_interface(module, interface)

    def _check_value(self, value: DefValue) -> None:
        expected = self._world.arena.read(value.type)
        self._kinds.check(expected, STAR, Scope({}))
        self._typer.check_top(value.expr, expected)

    def _check_data_type(self, module: Module, data_type: DefDataType) -> None:
        scope = self._parameters(data_type.params)
        match data_type.cons:
            case Record(fields):
                self._check_names("EDuplicateField", "field", (name for name, _ in fields))
                self._check_star((type_ for _, type_ in fields), scope)
            case Variant(constructors):
                names = (name for name, _ in constructors)
                self._check_names("EDuplicateVariantCon", "variant constructor", names)
                self._check_star((type_ for _, type_ in constructors), scope)
            case EnumType(values):
                if data_type.params:
                    self._world.report.add("EIllegalHigherEnumType", "enum with type parameters")
                self._check_names("EDuplicateEnumCon", "enum constructor", values)
            case InterfaceType():
                if data_type.params:
                    text = "interface with type parameters"
                    self._world.report.add("EIllegalHigherInterfaceType", text)
                self._world.interface(Ref(self._package.id, module.name, data_type.name))

    def _parameters(self, params: tuple[tuple[str, Kind], ...]) -> Scope:
        kinds: dict[str, Kd] = {}
        for name, kind in params:
            kinds[name] = self._world.arena.read_kind(kind)
            self._kinds.check_kind(kinds[name])
        self._check_names("EDuplicateTypeParam", "type parameter", (name for name, _ in params))
        return Scope(kinds)

    def _check_names(self, rule: str, what: str, names: Iterable[str]) -> None:
        seen: set[str] = set()
        for name in names:
            if name in seen:
                self._world.report.add(rule, f"duplicate {what}: {name}")
            seen.add(name)

    def _check_star(self, types: Iterable[Type], scope: Scope) -> None:
        for type_ in types:
            self._kinds.check(self._world.arena.read(type_), STAR, scope)

    def _check_exception(self, module: Module, exception: DefException) -> None:
        ref = Ref(self._package.id, module.name, exception.name)
        info = self._world.data(ref)
        if info is None:
            return
        if info.params or not isinstance(info.cons, Record):
            text = "expected monomorphic record type in exception definition, but found"
            self._world.report.add("EExpectedExceptionableType", f"{text} {ref.qualified}")
            return
        arena = self._world.arena
        self._typer.check_top(exception.message, arena.arrow(info.node, arena.prim(Builtin.TEXT)))

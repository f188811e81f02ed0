"""One generated module: its classes in the order of the archive, then its imports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cantata.lf.codegen.classes import write_enum, write_record, write_variant
from cantata.lf.codegen.definition import Definition
from cantata.lf.codegen.imports import Imports
from cantata.lf.codegen.ledger import (
    write_choice,
    write_interface,
    write_own_choice,
    write_template,
)
from cantata.lf.codegen.names import Scope, snake
from cantata.lf.codegen.normal import Normalizer
from cantata.lf.codegen.plan import ModulePlan
from cantata.lf.codegen.spelling import Speller
from cantata.lf.model import EnumType, InterfaceType, Record, Variant


@dataclass(slots=True)
class ModuleWriter:
    """Writes one module of a plan."""

    plan: ModulePlan
    imports: Imports
    normalizer: Normalizer

    def text(self) -> str:
        """Give the text of the module."""
        body = [line for block in self._blocks() for line in ("", "", *block)]
        name, version = self.plan.package.name, self.plan.package.version
        lines = [
            f'"""Module `{self.plan.module.name}` of {name} {version}; generated, do not edit."""',
            "",
            *self.imports.lines(
                dataclasses=any(line.startswith("@dataclass") for line in body),
                generics=bool(self.plan.variables),
            ),
            *self._variables(),
            *body,
        ]
        return "\n".join(lines) + "\n"

    def _blocks(self) -> Iterator[list[str]]:
        for name in self.plan.data_types:
            definition = self._definition(name)
            yield list(self._write(definition))
            yield from map(list, self._choices(definition))

    def _write(self, definition: Definition) -> Iterator[str]:
        """Write the class of one data type."""
        module, name = self.plan.module, definition.name
        match module.data_types[name].cons:
            case Record() as record if name in module.templates:
                return write_template(definition, record)
            case Record() as record if name in self.plan.own_records:
                owner, choice = self.plan.own_records[name]
                return write_own_choice(definition, self._definition(owner), choice, record)
            case Record() as record:
                return write_record(definition, record)
            case Variant() as variant:
                return write_variant(definition, variant)
            case EnumType() as enum:
                return write_enum(definition, enum)
            case InterfaceType():
                return write_interface(definition, module.interfaces[name])

    def _choices(self, owner: Definition) -> Iterator[Iterator[str]]:
        """Write the choices of a template or interface whose arguments are no own records."""
        module = self.plan.module
        holder = module.templates.get(owner.name) or module.interfaces.get(owner.name)
        records = {self.plan.classes[record] for record in self.plan.own_records}
        for choice in holder.choices if holder else ():
            name = self.plan.choices[owner.name, choice.name]
            if name not in records:
                yield write_choice(owner, name, choice)

    def _definition(self, name: str) -> Definition:
        params = self.plan.module.data_types[name].params
        scope = Scope(("cls", "data", "lf"))
        variables = {
            param: (self.plan.variables[param], scope.allocate(snake(self.plan.variables[param])))
            for param, _ in params
        }
        spell = Speller(self.normalizer, self.imports.class_name, variables)
        return Definition(self.plan, name, self.plan.classes[name], spell)

    def _variables(self) -> list[str]:
        names = sorted(self.plan.variables.values())
        return ["", *(f'{name} = TypeVar("{name}")' for name in names)] if names else []

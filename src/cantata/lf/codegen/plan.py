"""The Python names of everything that gets generated, decided before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from cantata.lf.codegen.layout import Home
from cantata.lf.codegen.names import Scope, identifier
from cantata.lf.model import (
    Choice,
    DefInterface,
    DefTemplate,
    Module,
    Package,
    Record,
    Ref,
    TCon,
    Variant,
)

MODULE_NAMES = (
    "Generic",
    "TypeVar",
    "annotations",
    "classmethod",
    "dataclass",
    "lf",
)
"""Names that generated modules use themselves."""


@dataclass(frozen=True, slots=True)
class ModulePlan:
    """The names of one generated module.

    `classes` are those of data types, `constructors` those of (variant, constructor), `choices`
    those of (template or interface, choice); `own_records` are the choices whose argument record
    is the choice class itself, by the record's name.
    """

    package: Package
    module: Module
    home: Home
    data_types: tuple[str, ...]
    scope: Scope = field(default_factory=lambda: Scope(MODULE_NAMES))
    classes: dict[str, str] = field(default_factory=dict)
    constructors: dict[tuple[str, str], str] = field(default_factory=dict)
    choices: dict[tuple[str, str], str] = field(default_factory=dict)
    own_records: dict[str, tuple[str, Choice]] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    def owners(self) -> Iterator[tuple[DefTemplate | DefInterface, tuple[Choice, ...]]]:
        """Give the templates and interfaces of the module, each with its choices."""
        for name in self.data_types:
            owner = self.module.templates.get(name) or self.module.interfaces.get(name)
            if owner is not None:
                yield owner, owner.choices


def plan_module(
    package: Package, module: Module, home: Home, data_types: list[str], parts: Container[Ref]
) -> ModulePlan:
    """Name all classes and type variables of a module.

    `parts` are the data types that occur inside others; none of them becomes a choice class.
    """
    plan = ModulePlan(package, module, home, tuple(data_types))
    for name in data_types:
        plan.classes[name] = plan.scope.allocate(_class_name(module, name))
    for name in data_types:
        cons = module.data_types[name].cons
        for constructor, _ in cons.constructors if isinstance(cons, Variant) else ():
            wanted = identifier(f"{plan.classes[name]}_{constructor}")
            plan.constructors[name, constructor] = plan.scope.allocate(wanted)
    _plan_choices(plan, parts)
    for name in data_types:
        for variable, _ in module.data_types[name].params:
            if variable not in plan.variables:
                wanted = identifier(variable[:1].upper() + variable[1:])
                plan.variables[variable] = plan.scope.allocate(wanted)
    return plan


def _class_name(module: Module, name: str) -> str:
    """Name a class; the record of a constructor's fields is told apart from the constructor."""
    parent, _, last = name.rpartition(".")
    owner = module.data_types.get(parent)
    suffix = ""
    if owner is not None and isinstance(owner.cons, Variant):
        names = {constructor for constructor, _ in owner.cons.constructors}
        suffix = "_Record" if last in names else ""
    return identifier(name) + suffix


def _plan_choices(plan: ModulePlan, parts: Container[Ref]) -> None:
    uses = Counter(
        choice.arg_type.ref
        for _, choices in plan.owners()
        for choice in choices
        if isinstance(choice.arg_type, TCon) and choice.arg_type.ref not in parts
    )
    for owner, choices in plan.owners():
        for choice in choices:
            record = _own_record(plan, choice, uses)
            if record is not None:
                plan.own_records[record] = (owner.name, choice)
                plan.choices[owner.name, choice.name] = plan.classes[record]
                continue
            prefix = f"{plan.classes[owner.name]}_"
            wanted = choice.name if choice.name.startswith(prefix) else prefix + choice.name
            name = plan.scope.allocate(identifier(wanted))
            plan.choices[owner.name, choice.name] = name


def _own_record(plan: ModulePlan, choice: Choice, uses: Counter[Ref]) -> str | None:
    """Give the record that serves this choice alone, so that it can be the choice's class."""
    match choice.arg_type:
        case TCon(Ref(package, module, name) as ref) if (
            (package, module) == (plan.package.id, plan.module.name)
            and uses[ref] == 1
            and name in plan.classes
            and name not in plan.module.templates
        ):
            definition = plan.module.data_types[name]
            plain = isinstance(definition.cons, Record) and not definition.params
            return name if plain else None
        case _:
            return None

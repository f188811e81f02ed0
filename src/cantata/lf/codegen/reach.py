"""Which definitions of a set of packages are worth a Python class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cantata.lf.codegen.errors import CodegenRefused
from cantata.lf.codegen.normal import Normalizer
from cantata.lf.model import (
    Choice,
    DefDataType,
    EnumType,
    InterfaceType,
    KStar,
    Package,
    Packages,
    Record,
    Ref,
    TApp,
    TCon,
    Type,
    Variant,
)

DEFINITIONS_MAX = 50_000
"""Definitions that one run may generate classes for."""


def has_class(packages: Packages, ref: Ref) -> bool:
    """Say whether a data type gets a class: serializable ones and interfaces."""
    definition = packages.data_type(ref)
    if isinstance(definition.cons, InterfaceType):
        return not definition.params
    if isinstance(definition.cons, EnumType) and definition.params:
        return False
    return definition.serializable and all(isinstance(kind, KStar) for _, kind in definition.params)


def reachable(packages: Packages, main: Package) -> dict[tuple[str, str], list[str]]:
    """Give the modules to generate, by package id and name, with the data types in them.

    These are the modules of the main package and all those, of any package, that they refer to,
    directly or not. A module is always generated whole, so that its text does not depend on who
    refers to it. Data types come in the order of the archive.
    """
    found: dict[tuple[str, str], list[str]] = {}
    pending = [(main.id, name) for name in main.modules]
    count = 0
    while pending:
        package, module = key = pending.pop()
        if key in found:
            continue
        names = found[key] = class_names(packages, package, module)
        count += len(names)
        if count > DEFINITIONS_MAX:
            raise CodegenRefused(f"more than {DEFINITIONS_MAX} definitions")
        for name in names:
            mentioned = references(packages, _mentioned(packages, Ref(package, module, name)))
            pending += [(r.package, r.module) for r in mentioned if has_class(packages, r)]
    return {key: names for key, names in sorted(found.items()) if names}


def class_names(packages: Packages, package: str, module: str) -> list[str]:
    """Name the data types of a module that get a class."""
    names = packages[package].modules[module].data_types
    return [name for name in names if has_class(packages, Ref(package, module, name))]


def references(packages: Packages, types: Iterable[Type]) -> Iterator[Ref]:
    """Give the data types that types mention."""
    normalize = Normalizer(packages).normalize
    for type_ in types:
        pending = [normalize(type_)]
        while pending:
            match pending.pop():
                case TApp(fun, arg):
                    pending += [fun, arg]
                case TCon(found):
                    yield found
                case _:
                    pass


def _mentioned(packages: Packages, ref: Ref) -> Iterator[Type]:
    yield from part_types(packages.data_type(ref))
    module = packages.module(ref)
    template = module.templates.get(ref.name)
    if template is not None:
        yield from _choice_types(template.choices)
        yield from (TCon(instance.interface) for instance in template.implements)
    interface = module.interfaces.get(ref.name)
    if interface is not None:
        yield interface.view
        yield from _choice_types(interface.choices)
        yield from (TCon(required) for required in interface.requires)


def part_types(definition: DefDataType) -> tuple[Type, ...]:
    """Give the types of a record's fields or of a variant's payloads."""
    match definition.cons:
        case Record(fields):
            return tuple(part for _, part in fields)
        case Variant(constructors):
            return tuple(part for _, part in constructors)
        case EnumType() | InterfaceType():
            return ()


def _choice_types(choices: tuple[Choice, ...]) -> Iterator[Type]:
    for choice in choices:
        yield choice.arg_type
        yield choice.result

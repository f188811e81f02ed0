"""Names as Daml-LF sees them: legal, and different without regard to case."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from cantata.lang import naming
from cantata.lang.diagnostics import definitions as rules
from cantata.lang.frontend.symbols import (
    ConstructorInfo,
    Definition,
    EnumInfo,
    InterfaceInfo,
    ModuleInfo,
    RecordInfo,
    TemplateInfo,
    VariantInfo,
)
from cantata.lang.frontend.world import World
from cantata.lang.ir.types import PackageKey

PRELUDE = "Cantata.Prelude"
"""The module that the compiler adds for sorting and the like."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name of Daml-LF: the whole dotted name, what it is, where it was written."""

    name: str
    what: str
    module: ModuleInfo
    node: ast.AST
    constructor: bool = False


def check_names(world: World) -> None:
    """Report illegal names, and names that differ only in case, package by package."""
    seen: dict[tuple[PackageKey, str], Named] = {}
    for module in world.modules:
        if module.name == PRELUDE:
            why = "the compiler adds a module of this name"
            world.add(module, None, rules.RESERVED, name=module.name, why=why)
        for found in _names_of(module):
            last = found.name.rpartition(".")[2]
            if not naming.is_name(last):
                world.add(module, found.node, rules.NAME, name=last)
            key = (module.key, found.name.upper())
            first = seen.setdefault(key, found)
            twice = isinstance(first.node, ast.Module) and isinstance(found.node, ast.Module)
            if first is not found and not twice and not _is_payload(first, found):
                world.add(module, found.node, rules.CLASH, first=found.what, second=first.what)


def _is_payload(first: Named, second: Named) -> bool:
    """Say whether they are a constructor and the record that is its payload."""
    return first.name == second.name and first.constructor and second.constructor


def _names_of(module: ModuleInfo) -> Iterator[Named]:
    yield Named(module.name, f"module {module.name}", module, module.tree)
    for definition in module.definitions:
        match definition:
            case RecordInfo():
                yield from _record(module, definition, "record")
            case VariantInfo():
                yield from _variant(module, definition)
            case EnumInfo():
                yield from _enum(module, definition)
            case TemplateInfo():
                yield from _record(module, definition.record, "template")
                yield from _choices(module, definition)
            case InterfaceInfo():
                where = f"{module.name}.{definition.name}"
                yield Named(where, f"interface {definition.name}", module, definition.node)
                yield from _choices(module, definition)
            case _:
                yield from _value(module, definition)


def _value(module: ModuleInfo, definition: Definition) -> Iterator[Named]:
    """Give nothing for values: Daml-LF lets them share names; their form is checked elsewhere."""
    if not naming.is_name(definition.name) and not isinstance(definition, ConstructorInfo):
        where = f"{module.name}.{definition.name}"
        yield Named(where, f"value {definition.name}", module, definition.node)


def _record(module: ModuleInfo, record: RecordInfo, what: str) -> Iterator[Named]:
    where = f"{module.name}.{record.ref.name}"
    is_payload = record.constructor is not None
    yield Named(where, f"{what} {record.ref.name}", module, record.node, is_payload)
    for field in record.fields.values():
        shown = f"field {field.name} of {record.ref.name}"
        yield Named(f"{where}.{field.daml}", shown, module, field.node)


def _variant(module: ModuleInfo, variant: VariantInfo) -> Iterator[Named]:
    where = f"{module.name}.{variant.name}"
    yield Named(where, f"variant {variant.name}", module, variant.node)
    for found in variant.constructors:
        shown = f"constructor {found.name} of {variant.name}"
        yield Named(f"{where}.{found.name}", shown, module, found.node, constructor=True)
        if found.payload == found.record.type:
            yield from _record(module, found.record, "payload")


def _enum(module: ModuleInfo, enum: EnumInfo) -> Iterator[Named]:
    where = f"{module.name}.{enum.name}"
    yield Named(where, f"enum {enum.name}", module, enum.node)
    for daml in enum.members.values():
        yield Named(f"{where}.{daml}", f"member {daml} of {enum.name}", module, enum.node)


def _choices(module: ModuleInfo, owner: TemplateInfo | InterfaceInfo) -> Iterator[Named]:
    where = f"{module.name}.{owner.name}"
    yield Named(f"{where}.Archive", f"choice Archive of {owner.name}", module, owner.node)
    for choice in owner.choices.values():
        if choice.name.lower() == "archive":
            continue
        shown = f"choice {choice.name} of {owner.name}"
        yield Named(f"{where}.{choice.name}", shown, module, choice.node)
        if choice.generated:
            yield from _record(module, choice.argument, "the argument of choice")

"""Assembles the intermediate form of checked modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass

from cantata.lang.frontend.bodies import CheckedTemplate
from cantata.lang.frontend.symbols import (
    ChoiceInfo,
    ConstantInfo,
    Definition,
    EnumInfo,
    FieldInfo,
    FunctionInfo,
    InterfaceInfo,
    ModuleInfo,
    RecordInfo,
    TemplateInfo,
    VariantInfo,
    span_of,
)
from cantata.lang.frontend.world import World
from cantata.lang.ir import definitions as ir
from cantata.lang.ir.types import PackageKey, Ref


@dataclass(slots=True)
class Checked:
    """The checked bodies, by definition."""

    functions: dict[FunctionInfo, ir.Function] = field(default_factory=dict)
    templates: dict[TemplateInfo, CheckedTemplate] = field(default_factory=dict)
    interfaces: dict[InterfaceInfo, ir.Interface] = field(default_factory=dict)

    def add(
        self, info: Definition, found: ir.Function | CheckedTemplate | ir.Interface | None
    ) -> None:
        """Keep what a check gave, if it gave anything."""
        if isinstance(info, FunctionInfo) and isinstance(found, ir.Function):
            self.functions[info] = found
        elif isinstance(info, TemplateInfo) and isinstance(found, CheckedTemplate):
            self.templates[info] = found
        elif isinstance(info, InterfaceInfo) and isinstance(found, ir.Interface):
            self.interfaces[info] = found


def assemble(world: World, checked: Checked, order: Sequence[PackageKey]) -> ir.Program:
    """Make the program of the packages in this order; the last one is the main one."""
    return ir.Program(packages=tuple(_package(world, checked, key) for key in order))


def _package(world: World, checked: Checked, key: PackageKey) -> ir.Package:
    infos = [module for module in world.modules if module.key == key]
    modules = tuple(_module(module, checked) for module in infos)
    used = {ref.package for ref in _refs(modules)} - {key}
    return ir.Package(
        key=key,
        declared_id=infos[0].declared_id,
        lf_minor=infos[0].lf_minor,
        modules=modules,
        dependencies=tuple(sorted(used)),
    )


def _refs(value: object) -> Iterator[Ref]:
    """Find all references in a part of the intermediate form, without recursion."""
    stack = [value]
    while stack:
        part = stack.pop()
        if isinstance(part, Ref):
            yield part
        elif isinstance(part, tuple):
            stack.extend(part)
        elif is_dataclass(part) and not isinstance(part, type):
            stack.extend(getattr(part, spec.name) for spec in fields(part))


def _module(module: ModuleInfo, checked: Checked) -> ir.Module:
    definitions = module.definitions
    functions: list[ir.Function] = []
    for definition in definitions:
        functions.extend(_functions(definition, checked))
    return ir.Module(
        name=module.name,
        path=module.path,
        records=tuple(record for found in definitions for record in _records(found)),
        variants=tuple(_variant(found) for found in definitions if isinstance(found, VariantInfo)),
        enums=tuple(_enum(found) for found in definitions if isinstance(found, EnumInfo)),
        constants=tuple(
            constant
            for found in definitions
            if isinstance(found, ConstantInfo)
            for constant in _constant(found)
        ),
        functions=tuple(functions),
        templates=tuple(
            checked.templates[found].template
            for found in definitions
            if isinstance(found, TemplateInfo)
        ),
        interfaces=tuple(
            checked.interfaces[found] for found in definitions if isinstance(found, InterfaceInfo)
        ),
    )


def _functions(definition: Definition, checked: Checked) -> Iterator[ir.Function]:
    if isinstance(definition, FunctionInfo):
        yield checked.functions[definition]
    elif isinstance(definition, RecordInfo):
        yield from (checked.functions[method] for method in definition.methods.values())
    elif isinstance(definition, TemplateInfo):
        found = checked.templates[definition]
        yield from found.helpers
        yield from (function for rule, function in found.rules if rule.called)


def _records(definition: Definition) -> Iterator[ir.Record]:
    match definition:
        case RecordInfo():
            yield _record(definition)
        case VariantInfo():
            for constructor in definition.constructors:
                if constructor.payload == constructor.record.type:
                    yield _record(constructor.record)
        case TemplateInfo():
            yield _record(definition.record)
            yield from _arguments(definition.choices.values())
        case InterfaceInfo():
            yield from _arguments(definition.choices.values())


def _arguments(choices: Iterable[ChoiceInfo]) -> Iterator[ir.Record]:
    yield from (_record(choice.argument) for choice in choices if choice.generated)


def _record(record: RecordInfo) -> ir.Record:
    return ir.Record(
        ref=record.ref,
        fields=tuple(found for spec in record.fields.values() for found in _field(spec)),
        origin=record.origin,
        span=span_of(record.node),
    )


def _field(info: FieldInfo) -> Iterator[ir.FieldDef]:
    if info.type is not None:
        span = span_of(info.node)
        yield ir.FieldDef(name=info.daml, python_name=info.name, type=info.type, span=span)


def _variant(variant: VariantInfo) -> ir.Variant:
    return ir.Variant(
        ref=variant.ref,
        constructors=tuple(
            ir.ConstructorDef(name=found.name, payload=found.payload, span=span_of(found.node))
            for found in variant.constructors
            if found.payload is not None
        ),
        span=span_of(variant.node),
    )


def _enum(enum: EnumInfo) -> ir.EnumDef:
    constructors = tuple(enum.members.values())
    return ir.EnumDef(ref=enum.ref, constructors=constructors, span=span_of(enum.node))


def _constant(info: ConstantInfo) -> Iterator[ir.Constant]:
    if info.type is not None and info.value is not None:
        span = span_of(info.node)
        yield ir.Constant(ref=info.ref, type=info.type, value=info.value, span=span)

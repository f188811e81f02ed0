"""Everything a check knows: the modules, all definitions, who calls whom, the findings."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from cantata.lang.diagnostics.report import Report
from cantata.lang.diagnostics.rule import Rule
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
from cantata.lang.ir.types import (
    NamedKind,
    Ref,
    TContractId,
    TList,
    TMap,
    TNamed,
    TOptional,
    TPrim,
    TTextMap,
    Type,
)


@dataclass(slots=True)
class World:
    """All modules of a check, imported ones first, and what was found out about them."""

    report: Report
    modules: list[ModuleInfo]
    by_ref: dict[Ref, Definition] = field(default_factory=dict)
    calls: dict[object, dict[object, ast.AST]] = field(default_factory=dict)

    def add(
        self, module: ModuleInfo, node: ast.AST | None, rule: Rule, /, **values: object
    ) -> None:
        """Report a violation in a module."""
        self.report.add(module.path, node, rule, **values)

    def record(self, type_: Type | None) -> RecordInfo | None:
        """Give the fields behind a record or payload type."""
        found = self.by_ref.get(type_.ref) if isinstance(type_, TNamed) else None
        if isinstance(found, TemplateInfo):
            return found.record
        return found if isinstance(found, RecordInfo) else None

    def variant(self, type_: Type | None) -> VariantInfo | None:
        """Give the variant of a type."""
        found = self.by_ref.get(type_.ref) if isinstance(type_, TNamed) else None
        return found if isinstance(found, VariantInfo) else None

    def enum(self, type_: Type | None) -> EnumInfo | None:
        """Give the enum of a type."""
        found = self.by_ref.get(type_.ref) if isinstance(type_, TNamed) else None
        return found if isinstance(found, EnumInfo) else None

    def template(self, type_: Type | None) -> TemplateInfo | None:
        """Give the template of a payload type."""
        found = self.by_ref.get(type_.ref) if isinstance(type_, TNamed) else None
        return found if isinstance(found, TemplateInfo) else None

    def interface(self, type_: Type | None) -> InterfaceInfo | None:
        """Give the interface of a type."""
        found = self.by_ref.get(type_.ref) if isinstance(type_, TNamed) else None
        return found if isinstance(found, InterfaceInfo) else None

    def constructor_of(self, type_: Type | None) -> ConstructorInfo | None:
        """Give the constructor whose payload record a type is."""
        record = self.record(type_)
        return record.constructor if record is not None else None

    def is_a(self, source: TNamed, target: TNamed) -> bool:
        """Say whether a template implements, or an interface requires, an interface (or is it)."""
        if source == target:
            return True
        template, interface = self.template(source), self.interface(source)
        if template is not None:
            return any(found.type == target for found in template.interfaces)
        if interface is not None:
            return any(found.type == target for found in interface.requires)
        return False

    def implementations(self, interface: InterfaceInfo) -> Iterator[TemplateInfo]:
        """Give all templates that implement an interface."""
        for found in self.by_ref.values():
            if isinstance(found, TemplateInfo) and interface in found.interfaces:
                yield found


def parts_of(type_: Type) -> tuple[Type, ...]:
    """Give the types that a value of this type holds directly; a contract id holds none."""
    match type_:
        case TList(element) | TOptional(element) | TTextMap(element):
            return (element,)
        case TMap(key, value):
            return (key, value)
        case TPrim() | TNamed() | TContractId():
            return ()


def is_storable(type_: Type) -> bool:
    """Say whether values of the type are serializable: no interface values inside."""
    if isinstance(type_, TNamed):
        return type_.kind is not NamedKind.INTERFACE
    return all(is_storable(part) for part in parts_of(type_))


def show(type_: Type | None) -> str:
    """Print a type as contract source spells it."""
    match type_:
        case None:
            return "unknown"
        case TPrim(prim):
            return prim.value
        case TNamed(ref):
            return ref.name
        case TContractId(target):
            return f"ContractId[{show(target)}]"
        case TList(element):
            return f"list[{show(element)}]"
        case TOptional(element):
            return f"{show(element)} | None"
        case TTextMap(value):
            return f"TextMap[{show(value)}]"
        case TMap(key, value):
            return f"Map[{show(key)}, {show(value)}]"

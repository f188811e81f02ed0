"""Collisions: names that differ in upper and lower case only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cantata.lf.check.violation import Report
from cantata.lf.model import DefDataType, EnumType, InterfaceType, Module, Package, Record, Variant


@dataclass(frozen=True, slots=True)
class Entity:
    """Something with a name: what it is, its module, the definition it belongs to, its own name.

    The definition of a module is empty; `name` is empty for a definition itself.
    """

    what: str
    module: str
    definition: str = ""
    name: str = ""

    @property
    def folded(self) -> str:
        """The full dotted name in upper case: what may occur once only in a package."""
        parts = (self.module, self.definition, self.name)
        return ".".join(part for part in parts if part).upper()

    def __str__(self) -> str:
        parts = (self.module, self.definition, self.name)
        return f"{self.what} {':'.join(part for part in parts if part)}"


def check_collisions(package: Package, report: Report) -> None:
    """Report each entity whose name an earlier one has already."""
    groups: dict[str, list[Entity]] = {}
    for module in package.modules.values():
        for entity in _entities(module):
            groups.setdefault(entity.folded, []).append(entity)
    for group in groups.values():
        for place, entity in enumerate(group):
            earlier = next((e for e in group[:place] if not _may_collide(e, entity)), None)
            if earlier is not None:
                report.at(entity.module, entity.definition)
                report.add("ECollision", f"collision between {earlier} and {entity}")


def _may_collide(one: Entity, other: Entity) -> bool:
    """Say whether the two are a variant constructor and the record that is its payload."""
    kinds = {one.what: one, other.what: other}
    constructor, record = kinds.get("variant constructor"), kinds.get("record")
    if constructor is None or record is None or constructor.module != record.module:
        return False
    return f"{constructor.definition}.{constructor.name}" == record.definition


def _entities(module: Module) -> Iterator[Entity]:
    yield Entity("module", module.name)
    for data_type in module.data_types.values():
        yield from _data_entities(module.name, data_type)
    for synonym in module.synonyms:
        yield Entity("type synonym", module.name, synonym)
    for template in module.templates.values():
        for choice in template.choices:
            yield Entity("template choice", module.name, template.name, choice.name)
    for interface in module.interfaces.values():
        for choice in interface.choices:
            yield Entity("interface choice", module.name, interface.name, choice.name)


def _data_entities(module: str, data_type: DefDataType) -> Iterator[Entity]:
    name = data_type.name
    match data_type.cons:
        case Record(fields):
            yield Entity("record", module, name)
            for field, _ in fields:
                yield Entity("record field", module, name, field)
        case Variant(constructors):
            yield Entity("variant", module, name)
            for constructor, _ in constructors:
                yield Entity("variant constructor", module, name, constructor)
        case EnumType(values):
            yield Entity("enum", module, name)
            for value in values:
                yield Entity("enum constructor", module, name, value)
        case InterfaceType():
            yield Entity("interface", module, name)

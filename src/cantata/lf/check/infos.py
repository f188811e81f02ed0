"""Definitions as the checker uses them: types read once, parts found by name."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.lf.check.arena import Arena
from cantata.lf.check.nodes import Kd, Ty
from cantata.lf.model import (
    Choice,
    DataCons,
    DefDataType,
    DefInterface,
    DefTemplate,
    DefTypeSyn,
    EnumType,
    InterfaceType,
    Record,
    Ref,
    Type,
    Variant,
)


@dataclass(frozen=True, slots=True)
class DataInfo:
    """A data type: the kinds of its parameters, and its members closed over the parameters.

    `members` are the fields of a record or the constructors of a variant, in declared order,
    `constructors` those of an enum.
    """

    ref: Ref
    cons: DataCons
    params: tuple[Kd, ...]
    kind: Kd
    node: Ty
    members: dict[str, Ty]
    constructors: frozenset[str]

    @classmethod
    def of(cls, ref: Ref, definition: DefDataType, arena: Arena) -> DataInfo:
        """Read a data type."""
        names = tuple(name for name, _ in definition.params)
        kinds = tuple(arena.read_kind(kind) for _, kind in definition.params)
        return cls(
            ref=ref,
            cons=definition.cons,
            params=kinds,
            kind=arena.kinds_to_star(kinds),
            node=arena.con(ref),
            members={
                name: arena.close(arena.read(type_), names)
                for name, type_ in _members(definition.cons)
            },
            constructors=frozenset(_constructors(definition.cons)),
        )


@dataclass(frozen=True, slots=True)
class SynonymInfo:
    """A synonym: the kinds of its parameters, and its replacement closed over them."""

    ref: Ref
    params: tuple[Kd, ...]
    body: Ty

    @classmethod
    def of(cls, ref: Ref, definition: DefTypeSyn, arena: Arena) -> SynonymInfo:
        """Read a synonym."""
        names = tuple(name for name, _ in definition.params)
        kinds = tuple(arena.read_kind(kind) for _, kind in definition.params)
        return cls(ref, kinds, arena.close(arena.read(definition.type), names))


@dataclass(frozen=True, slots=True)
class TemplateInfo:
    """A template's choices by name, the interfaces it implements, and the type of its key."""

    choices: dict[str, Choice]
    instances: frozenset[Ref]
    key: Type | None

    @classmethod
    def of(cls, definition: DefTemplate) -> TemplateInfo:
        """Read a template."""
        return cls(
            choices={choice.name: choice for choice in definition.choices},
            instances=frozenset(instance.interface for instance in definition.implements),
            key=definition.key.type if definition.key else None,
        )


@dataclass(frozen=True, slots=True)
class InterfaceInfo:
    """An interface's choices and methods by name, what it requires, and its view."""

    choices: dict[str, Choice]
    methods: dict[str, Type]
    requires: frozenset[Ref]
    view: Type

    @classmethod
    def of(cls, definition: DefInterface) -> InterfaceInfo:
        """Read an interface."""
        return cls(
            choices={choice.name: choice for choice in definition.choices},
            methods={method.name: method.type for method in definition.methods},
            requires=frozenset(definition.requires),
            view=definition.view,
        )


def _constructors(cons: DataCons) -> tuple[str, ...]:
    return cons.constructors if isinstance(cons, EnumType) else ()


def _members(cons: DataCons) -> tuple[tuple[str, Type], ...]:
    match cons:
        case Record(fields):
            return fields
        case Variant(constructors):
            return constructors
        case EnumType() | InterfaceType():
            return ()

"""Types taken apart for operations on their values: closed, synonyms expanded, cached."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.lf.model import (
    Builtin,
    EnumType,
    Packages,
    Record,
    Ref,
    TBuiltin,
    TCon,
    TStruct,
    Type,
    Variant,
    spine,
)
from cantata.lf.runtime.translate.typing import Typing


@dataclass(frozen=True, slots=True)
class Base:
    """A type without parts: its built-in, or None for anything that is not serializable."""

    builtin: Builtin | None


@dataclass(frozen=True, slots=True)
class Container:
    """Optional, List, TextMap or GenMap; `parts` are its arguments."""

    builtin: Builtin
    parts: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """A record (or, without `ref`, a struct) with names and types of its fields in order."""

    ref: Ref | None
    fields: tuple[tuple[str, Type], ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """A variant with names and payload types of its constructors; an enum has None for types."""

    ref: Ref
    constructors: tuple[tuple[str, Type | None], ...]


Plan = Base | Container | Fields | Choices

_CONTAINERS = {Builtin.OPTIONAL: 1, Builtin.LIST: 1, Builtin.TEXTMAP: 1, Builtin.GENMAP: 2}


class Plans:
    """Plans of types, made once."""

    def __init__(self, packages: Packages) -> None:
        self.packages = packages
        self.typing = Typing(packages)
        self._plans: dict[Type, Plan] = {}

    def plan(self, type_: Type) -> Plan:
        """Give the plan of a closed type."""
        found = self._plans.get(type_)
        if found is None:
            found = self._plans[type_] = self._make(self.typing.expand(type_))
        return found

    def _make(self, type_: Type) -> Plan:
        head, args = spine(type_)
        if isinstance(head, TBuiltin):
            if _CONTAINERS.get(head.builtin) == len(args):
                return Container(head.builtin, args)
            return Base(head.builtin)
        if isinstance(head, TStruct):
            return Fields(None, tuple(sorted(head.fields)))
        return self._data(type_, head) if isinstance(head, TCon) else Base(None)

    def _data(self, type_: Type, head: TCon) -> Plan:
        match self.packages.data_type(head.ref).cons:
            case Record():
                return Fields(head.ref, tuple(self.typing.fields(type_).items()))
            case Variant():
                return Choices(head.ref, tuple(self.typing.fields(type_).items()))
            case EnumType(constructors=constructors):
                return Choices(head.ref, tuple((name, None) for name in constructors))
        return Base(None)

    def parts(self, type_: Type) -> tuple[Type, ...]:
        """Give the types directly inside a type."""
        match self.plan(type_):
            case Container(_, parts):
                return parts
            case Fields(_, fields):
                return tuple(item for _, item in fields)
            case Choices(_, constructors):
                return tuple(item for _, item in constructors if item is not None)
        return ()

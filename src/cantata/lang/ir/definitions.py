"""Definitions of the intermediate form: modules, data types, functions, templates, interfaces."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from cantata.lang.ir.expressions import Expr
from cantata.lang.ir.patterns import Variable
from cantata.lang.ir.statements import Block
from cantata.lang.ir.types import PackageKey, Ref, Span, TNamed, Type


class Origin(Enum):
    """Why a record exists."""

    PLAIN = auto()
    TEMPLATE = auto()
    CHOICE_ARGUMENT = auto()
    CONSTRUCTOR = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDef:
    """A field: Daml name, the name in Python source, type."""

    name: str
    python_name: str
    type: Type
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A serializable record, fields in declared order.

    Also made for each template, each choice with parameters (or none) of its own, and each
    constructor of a variant with named fields (``Variant.Constructor``).
    """

    ref: Ref
    fields: tuple[FieldDef, ...]
    origin: Origin
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstructorDef:
    """A constructor of a variant; `payload` is UNIT, any type, or the record made for it."""

    name: str
    payload: Type
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A serializable variant, constructors in declared order."""

    ref: Ref
    constructors: tuple[ConstructorDef, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumDef:
    """A serializable enum: the Daml names of its constructors in declared order."""

    ref: Ref
    constructors: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A module-level constant; its expression is total and reads only earlier constants."""

    ref: Ref
    type: Type
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function: pure, or with effects (then its result is ``Update result``).

    A method of a record or template is a function named ``Type.method`` whose first parameter
    is the value. Functions never recurse, not even mutually.
    """

    ref: Ref
    parameters: tuple[Variable, ...]
    result: Type
    effects: bool
    body: Block
    span: Span


class Consuming(Enum):
    """When a choice archives its contract.

    PRECONSUMING and POSTCONSUMING are non-consuming in Daml-LF, with `Archive` exercised on
    the contract's own id as first or last action of the body.
    """

    CONSUMING = auto()
    NONCONSUMING = auto()
    PRECONSUMING = auto()
    POSTCONSUMING = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A choice of a template or interface; `Archive` is not listed, lowering adds it to each.

    The choice's parameters are read as `Field` of `argument`. In scope: `this` (payload or
    interface value) and `argument` everywhere, `contract_id` in the body only. `argument_type`
    is a record: one of the module's records, made for the choice or written by the author.
    Bodies of controllers and observers are pure and return a list of parties.
    """

    name: str
    python_name: str
    consuming: Consuming
    this: Variable
    contract_id: Variable
    argument: Variable
    argument_type: TNamed
    result: Type
    controllers: Block
    observers: Block
    body: Block
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodBody:
    """The implementation of an interface method; the template's `this` is in scope too.

    With effects its result is ``Update result``.
    """

    name: str
    parameters: tuple[Variable, ...]
    result: Type
    effects: bool
    body: Block
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """How a template implements an interface; `view` is pure and returns the view type.

    Interfaces that `interface` requires have an instance of their own in the template.
    Methods are in the order in which the interface declares them.
    """

    interface: Ref
    view: Block
    methods: tuple[MethodBody, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template; its payload record (same `ref`) is among the module's records.

    `this` is the one payload variable of all bodies below except those of choices, which have
    their own. A missing `ensure` or `observers` in source is ``return True`` / ``return []``.
    """

    ref: Ref
    this: Variable
    precondition: Block
    signatories: Block
    observers: Block
    choices: tuple[Choice, ...]
    instances: tuple[Instance, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of an interface: Daml name, parameter types without the receiver, result."""

    name: str
    python_name: str
    parameters: tuple[tuple[str, Type], ...]
    result: Type
    effects: bool
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """An interface; `requires` is transitively closed, in source order, without itself."""

    ref: Ref
    requires: tuple[Ref, ...]
    view: TNamed
    methods: tuple[Method, ...]
    choices: tuple[Choice, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A contract module; every tuple is in source order (generated records where they arise).

    `name` is the Daml module name, `path` the source file (for messages; never in the package).
    """

    name: str
    path: Path
    records: tuple[Record, ...]
    variants: tuple[Variant, ...]
    enums: tuple[EnumDef, ...]
    constants: tuple[Constant, ...]
    functions: tuple[Function, ...]
    templates: tuple[Template, ...]
    interfaces: tuple[Interface, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """All modules of one package, dependencies before dependents.

    `declared_id` is the real package id of a declared (foreign) package, None for one that is
    compiled. `lf_minor` is "1" for Daml-LF 2.1, which compiled packages are written in; a declared
    one may be of another version. `dependencies` are the packages that it refers to directly.
    """

    key: PackageKey
    declared_id: str | None
    lf_minor: str
    modules: tuple[Module, ...]
    dependencies: tuple[PackageKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A package and everything it needs: `packages` in dependency order, the main one last."""

    packages: tuple[Package, ...]

    @property
    def main(self) -> Package:
        """Give the package that was asked for."""
        return self.packages[-1]

"""Packages of Daml-LF 2: modules and what they define."""

from __future__ import annotations

from dataclasses import dataclass, field

from cantata.lf.model.names import Ref
from cantata.lf.model.node import Expr, Location
from cantata.lf.model.types import Kind, Type


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of a record, in declared order."""

    fields: tuple[tuple[str, Type], ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """The constructors of a variant and their payload types, in declared order."""

    constructors: tuple[tuple[str, Type], ...]


@dataclass(frozen=True, slots=True)
class EnumType:
    """The constructors of an enum, in declared order."""

    constructors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InterfaceType:
    """The data type of an interface; it has no structure of its own."""


DataCons = Record | Variant | EnumType | InterfaceType


@dataclass(frozen=True, slots=True, kw_only=True)
class DefDataType:
    """A data type; `serializable` is what the package claims, the checker proves it."""

    name: str
    params: tuple[tuple[str, Kind], ...] = ()
    serializable: bool
    cons: DataCons
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DefTypeSyn:
    """A type synonym."""

    name: str
    params: tuple[tuple[str, Kind], ...] = ()
    type: Type
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DefValue:
    """A top-level value; functions are values of arrow type."""

    name: str
    type: Type
    expr: Expr
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DefException:
    """An exception: a record of the same name and its message function (T → Text)."""

    name: str
    message: Expr
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A choice of a template or an interface.

    `self_binder` (the contract's id) is in scope in `update` only; `arg_binder` in controllers,
    observers and update; the template's or interface's parameter in all of them.
    """

    name: str
    consuming: bool
    controllers: Expr
    observers: Expr
    self_binder: str
    arg_binder: str
    arg_type: Type
    result: Type
    update: Expr
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Implements:
    """An instance of an interface in a template: its view and its methods."""

    interface: Ref
    view: Expr
    methods: tuple[tuple[str, Expr], ...]
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A contract key (LF 2.3); `maintainers` is a function from the key to a list of parties."""

    type: Type
    key: Expr
    maintainers: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class DefTemplate:
    """A template: rules for contracts whose payload is the record of the same name."""

    name: str
    param: str
    precondition: Expr
    signatories: Expr
    observers: Expr
    choices: tuple[Choice, ...]
    implements: tuple[Implements, ...] = ()
    key: Key | None = None
    location: Location | None = None

    def choice(self, name: str) -> Choice | None:
        """Give the choice of that name, if there is one."""
        return next((choice for choice in self.choices if choice.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of an interface: what each instance must supply."""

    name: str
    type: Type
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DefInterface:
    """An interface: a view type, methods and choices over whatever template implements it."""

    name: str
    param: str
    requires: tuple[Ref, ...]
    methods: tuple[Method, ...]
    choices: tuple[Choice, ...]
    view: Type
    location: Location | None = None

    def choice(self, name: str) -> Choice | None:
        """Give the choice of that name, if there is one."""
        return next((choice for choice in self.choices if choice.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module: definitions by name, each kind apart, in the order of the archive."""

    name: str
    synonyms: dict[str, DefTypeSyn] = field(default_factory=dict)
    data_types: dict[str, DefDataType] = field(default_factory=dict)
    values: dict[str, DefValue] = field(default_factory=dict)
    templates: dict[str, DefTemplate] = field(default_factory=dict)
    exceptions: dict[str, DefException] = field(default_factory=dict)
    interfaces: dict[str, DefInterface] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package, decoded or declared.

    `id` is the SHA-256 of the archive's payload in hex, or `SELF_PACKAGE` while compiling.
    `lf_minor` is "1", "2" or "3" (LF 2.1 to 2.3). `imports` are the packages that this one
    refers to directly, stable ones included; for LF 2.2+ also those declared but unused.
    References to the package itself carry its own id.
    """

    id: str
    name: str
    version: str
    lf_minor: str
    modules: dict[str, Module]
    imports: frozenset[str]
    upgraded_package_id: str | None = None

    @property
    def extent(self) -> tuple[tuple[str | int, ...], ...]:
        """Give how many definitions of each kind the modules have.

        It tells a declaration from the package itself, which has more of them.
        """
        return tuple(
            (
                name,
                len(module.synonyms),
                len(module.data_types),
                len(module.values),
                len(module.templates),
                len(module.exceptions),
                len(module.interfaces),
            )
            for name, module in sorted(self.modules.items())
        )

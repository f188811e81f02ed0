"""Expressions of Daml-LF 2: constants, data, functions and control."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cantata.lf.model.names import Ref
from cantata.lf.model.node import Expr
from cantata.lf.model.patterns import Pattern
from cantata.lf.model.types import Kind, Type


@dataclass(frozen=True, slots=True)
class EVar(Expr):
    """A local variable."""

    name: str


@dataclass(frozen=True, slots=True)
class EVal(Expr):
    """A top-level value."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class EBuiltin(Expr):
    """A built-in function by its name in the specification, for example ``ADD_INT64``."""

    name: str


@dataclass(frozen=True, slots=True)
class EUnit(Expr):
    """The value of type Unit."""


@dataclass(frozen=True, slots=True)
class EBool(Expr):
    """True or False."""

    value: bool


@dataclass(frozen=True, slots=True)
class EInt64(Expr):
    """A 64-bit integer literal."""

    value: int


@dataclass(frozen=True, slots=True)
class ENumeric(Expr):
    """A numeric literal; the decimal's negated exponent is the scale (0 to 37)."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class EText(Expr):
    """A text literal."""

    value: str


@dataclass(frozen=True, slots=True)
class EDate(Expr):
    """A date literal: days since 1970-01-01."""

    days: int


@dataclass(frozen=True, slots=True)
class ETimestamp(Expr):
    """A time literal: microseconds since 1970-01-01T00:00:00Z."""

    micros: int


@dataclass(frozen=True, slots=True)
class EFailureCategory(Expr):
    """A failure category by its number in Canton's table: 8 or 9."""

    category: int


@dataclass(frozen=True, slots=True)
class ERecCon(Expr):
    """A record; `type` is the constructor applied to its arguments."""

    type: Type
    fields: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class ERecProj(Expr):
    """A field of a record."""

    type: Type
    field: str
    record: Expr


@dataclass(frozen=True, slots=True)
class ERecUpd(Expr):
    """A record with one field replaced."""

    type: Type
    field: str
    record: Expr
    value: Expr


@dataclass(frozen=True, slots=True)
class EVariantCon(Expr):
    """A variant value."""

    type: Type
    constructor: str
    arg: Expr


@dataclass(frozen=True, slots=True)
class EEnumCon(Expr):
    """An enum value."""

    ref: Ref
    constructor: str


@dataclass(frozen=True, slots=True)
class EStructCon(Expr):
    """A structural record; fields in the order written."""

    fields: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class EStructProj(Expr):
    """A field of a structural record."""

    field: str
    struct: Expr


@dataclass(frozen=True, slots=True)
class EStructUpd(Expr):
    """A structural record with one field replaced."""

    field: str
    struct: Expr
    value: Expr


@dataclass(frozen=True, slots=True)
class ENil(Expr):
    """The empty list of an element type."""

    type: Type


@dataclass(frozen=True, slots=True)
class ECons(Expr):
    """One or more elements in front of a list."""

    type: Type
    front: tuple[Expr, ...]
    tail: Expr


@dataclass(frozen=True, slots=True)
class ENone(Expr):
    """The absent optional of an element type."""

    type: Type


@dataclass(frozen=True, slots=True)
class ESome(Expr):
    """A present optional."""

    type: Type
    value: Expr


@dataclass(frozen=True, slots=True)
class EApp(Expr):
    """A function applied to one or more arguments."""

    fun: Expr
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class ETyApp(Expr):
    """A polymorphic expression applied to one or more types."""

    expr: Expr
    types: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class EAbs(Expr):
    """A function of one or more parameters."""

    params: tuple[tuple[str, Type], ...]
    body: Expr


@dataclass(frozen=True, slots=True)
class ETyAbs(Expr):
    """An expression that is polymorphic in one or more type variables."""

    params: tuple[tuple[str, Kind], ...]
    body: Expr


@dataclass(frozen=True, slots=True)
class Binding:
    """A local definition in a let or a block; `name` is None for an unnamed binder."""

    name: str | None
    type: Type
    bound: Expr


@dataclass(frozen=True, slots=True)
class ELet(Expr):
    """Strict local definitions, in order."""

    bindings: tuple[Binding, ...]
    body: Expr


@dataclass(frozen=True, slots=True)
class ECase(Expr):
    """A choice between alternatives by the shape of a value."""

    scrutinee: Expr
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One alternative of a case."""

    pattern: Pattern
    body: Expr

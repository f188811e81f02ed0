"""Kinds and types of Daml-LF 2."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cantata.lf.model.names import Ref


class Builtin(Enum):
    """A built-in type constructor; the value is its number on the wire."""

    UNIT = 0
    BOOL = 1
    INT64 = 2
    DATE = 3
    TIMESTAMP = 4
    NUMERIC = 5
    PARTY = 6
    TEXT = 7
    CONTRACT_ID = 8
    OPTIONAL = 9
    LIST = 10
    GENMAP = 11
    ANY = 13
    ANY_EXCEPTION = 14
    TYPE_REP = 15
    ARROW = 16
    UPDATE = 17
    FAILURE_CATEGORY = 18
    TEXTMAP = 19


@dataclass(frozen=True, slots=True)
class KStar:
    """The kind of types that have values."""


@dataclass(frozen=True, slots=True)
class KNat:
    """The kind of type-level numbers (the scale of a Numeric)."""


@dataclass(frozen=True, slots=True)
class KArrow:
    """The kind of a type constructor with one parameter."""

    param: Kind
    result: Kind


Kind = KStar | KNat | KArrow


@dataclass(frozen=True, slots=True)
class TVar:
    """A type variable."""

    name: str


@dataclass(frozen=True, slots=True)
class TCon:
    """A data type (record, variant, enum) or an interface, without its arguments."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class TSyn:
    """A type synonym, always applied to all its arguments."""

    ref: Ref
    args: tuple[Type, ...] = ()


@dataclass(frozen=True, slots=True)
class TBuiltin:
    """A built-in type constructor, without its arguments."""

    builtin: Builtin


@dataclass(frozen=True, slots=True)
class TApp:
    """One type applied to one argument; n-ary application nests to the left."""

    fun: Type
    arg: Type


@dataclass(frozen=True, slots=True)
class TForall:
    """Universal quantification over one variable; n-ary quantification nests to the right."""

    var: str
    kind: Kind
    body: Type


@dataclass(frozen=True, slots=True)
class TStruct:
    """A structural record; fields in the order written (equality is by sorted name)."""

    fields: tuple[tuple[str, Type], ...]


@dataclass(frozen=True, slots=True)
class TNat:
    """A type-level number, 0 to 37."""

    value: int


Type = TVar | TCon | TSyn | TBuiltin | TApp | TForall | TStruct | TNat


UNIT = TBuiltin(Builtin.UNIT)
BOOL = TBuiltin(Builtin.BOOL)
INT64 = TBuiltin(Builtin.INT64)
DATE = TBuiltin(Builtin.DATE)
TIMESTAMP = TBuiltin(Builtin.TIMESTAMP)
PARTY = TBuiltin(Builtin.PARTY)
TEXT = TBuiltin(Builtin.TEXT)
ANY = TBuiltin(Builtin.ANY)
ANY_EXCEPTION = TBuiltin(Builtin.ANY_EXCEPTION)
TYPE_REP = TBuiltin(Builtin.TYPE_REP)
FAILURE_CATEGORY = TBuiltin(Builtin.FAILURE_CATEGORY)


def apply(fun: Type, *args: Type) -> Type:
    """Apply a type to arguments, from left to right."""
    for arg in args:
        fun = TApp(fun, arg)
    return fun


def numeric(scale: int) -> Type:
    """Give ``Numeric scale``."""
    return TApp(TBuiltin(Builtin.NUMERIC), TNat(scale))


DECIMAL = numeric(10)


def list_of(element: Type) -> Type:
    """Give ``List element``."""
    return TApp(TBuiltin(Builtin.LIST), element)


def optional(element: Type) -> Type:
    """Give ``Optional element``."""
    return TApp(TBuiltin(Builtin.OPTIONAL), element)


def contract_id(template: Type) -> Type:
    """Give ``ContractId template``."""
    return TApp(TBuiltin(Builtin.CONTRACT_ID), template)


def update(result: Type) -> Type:
    """Give ``Update result``."""
    return TApp(TBuiltin(Builtin.UPDATE), result)


def textmap(value: Type) -> Type:
    """Give ``TextMap value``."""
    return TApp(TBuiltin(Builtin.TEXTMAP), value)


def genmap(key: Type, value: Type) -> Type:
    """Give ``GenMap key value``."""
    return apply(TBuiltin(Builtin.GENMAP), key, value)


def arrow(*types: Type) -> Type:
    """Give ``a -> b -> … -> z``; at least one type."""
    *params, result = types
    for param in reversed(params):
        result = apply(TBuiltin(Builtin.ARROW), param, result)
    return result


def spine(type_: Type) -> tuple[Type, tuple[Type, ...]]:
    """Take nested applications apart: the head and its arguments in order."""
    args: list[Type] = []
    while isinstance(type_, TApp):
        args.append(type_.arg)
        type_ = type_.fun
    return type_, tuple(reversed(args))

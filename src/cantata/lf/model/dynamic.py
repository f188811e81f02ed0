"""Expressions of Daml-LF 2 about run-time types, exceptions and interfaces."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.lf.model.names import Ref
from cantata.lf.model.node import Expr
from cantata.lf.model.types import Type


@dataclass(frozen=True, slots=True)
class EToAny(Expr):
    """A value packed with its type."""

    type: Type
    expr: Expr


@dataclass(frozen=True, slots=True)
class EFromAny(Expr):
    """The packed value, if it has the type."""

    type: Type
    expr: Expr


@dataclass(frozen=True, slots=True)
class ETypeRep(Expr):
    """A type as a value."""

    type: Type


@dataclass(frozen=True, slots=True)
class EToAnyException(Expr):
    """An exception packed with its type."""

    type: Type
    expr: Expr


@dataclass(frozen=True, slots=True)
class EFromAnyException(Expr):
    """The packed exception, if it has the type."""

    type: Type
    expr: Expr


@dataclass(frozen=True, slots=True)
class EThrow(Expr):
    """An exception thrown where a value of `result` is wanted."""

    result: Type
    exception: Type
    expr: Expr


@dataclass(frozen=True, slots=True)
class EToInterface(Expr):
    """A template value seen as an interface."""

    interface: Ref
    template: Ref
    expr: Expr


@dataclass(frozen=True, slots=True)
class EFromInterface(Expr):
    """The template value behind an interface, if it is of that template."""

    interface: Ref
    template: Ref
    expr: Expr


@dataclass(frozen=True, slots=True)
class EUnsafeFromInterface(Expr):
    """The template value behind an interface; another template aborts (LF 2.1 only)."""

    interface: Ref
    template: Ref
    cid: Expr
    expr: Expr


@dataclass(frozen=True, slots=True)
class EToRequiredInterface(Expr):
    """An interface value seen as an interface that it requires."""

    required: Ref
    requiring: Ref
    expr: Expr


@dataclass(frozen=True, slots=True)
class EFromRequiredInterface(Expr):
    """An interface value seen as an interface that requires it, if it is one."""

    required: Ref
    requiring: Ref
    expr: Expr


@dataclass(frozen=True, slots=True)
class EUnsafeFromRequiredInterface(Expr):
    """As `EFromRequiredInterface`; another template aborts."""

    required: Ref
    requiring: Ref
    cid: Expr
    expr: Expr


@dataclass(frozen=True, slots=True)
class ECallInterface(Expr):
    """A method of an interface value."""

    interface: Ref
    method: str
    expr: Expr


@dataclass(frozen=True, slots=True)
class EViewInterface(Expr):
    """The view of an interface value."""

    interface: Ref
    expr: Expr


@dataclass(frozen=True, slots=True)
class ESignatoryInterface(Expr):
    """The signatories of an interface value."""

    interface: Ref
    expr: Expr


@dataclass(frozen=True, slots=True)
class EObserverInterface(Expr):
    """The observers of an interface value."""

    interface: Ref
    expr: Expr


@dataclass(frozen=True, slots=True)
class EInterfaceTemplateTypeRep(Expr):
    """The template type behind an interface value."""

    interface: Ref
    expr: Expr

"""Patterns of a case in Daml-LF 2."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.lf.model.names import Ref


@dataclass(frozen=True, slots=True)
class PDefault:
    """Matches everything."""


@dataclass(frozen=True, slots=True)
class PVariant:
    """Matches one constructor of a variant and binds its payload."""

    ref: Ref
    constructor: str
    binder: str


@dataclass(frozen=True, slots=True)
class PEnum:
    """Matches one constructor of an enum."""

    ref: Ref
    constructor: str


@dataclass(frozen=True, slots=True)
class PUnit:
    """Matches the value of type Unit."""


@dataclass(frozen=True, slots=True)
class PBool:
    """Matches True or False."""

    value: bool


@dataclass(frozen=True, slots=True)
class PNil:
    """Matches the empty list."""


@dataclass(frozen=True, slots=True)
class PCons:
    """Matches a non-empty list and binds head and tail."""

    head: str
    tail: str


@dataclass(frozen=True, slots=True)
class PNone:
    """Matches an absent optional."""


@dataclass(frozen=True, slots=True)
class PSome:
    """Matches a present optional and binds its content."""

    binder: str


Pattern = PDefault | PVariant | PEnum | PUnit | PBool | PNil | PCons | PNone | PSome

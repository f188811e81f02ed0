"""Types of the contract language's intermediate form, and names of definitions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of source: lines count from 1, columns from 0 (as in `ast`), end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True, order=True)
class PackageKey:
    """A package as source names it; its id is known only when declared or compiled."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name}-{self.version}"


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A definition: `module` and `name` are the dotted names of Daml-LF.

    Lowering maps `package` to `SELF_PACKAGE`, to a declared id, or to the id of a package that
    was compiled before.
    """

    package: PackageKey
    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.package}:{self.module}:{self.name}"


class Prim(Enum):
    """Types without parameters; the value is how contract source spells them."""

    UNIT = "None"
    BOOL = "bool"
    INT = "int"
    DECIMAL = "Decimal"
    TEXT = "Text"
    PARTY = "Party"
    DATE = "Date"
    TIME = "Time"
    RELTIME = "RelTime"


class NamedKind(Enum):
    """What kind of definition a named type is."""

    RECORD = "record"
    VARIANT = "variant"
    ENUM = "enum"
    TEMPLATE = "template"
    INTERFACE = "interface"


@dataclass(frozen=True, slots=True)
class TPrim:
    """A primitive: Unit, Bool, Int64, Numeric 10, Text, Party, Date, Timestamp.

    `Prim.RELTIME` is the stable record ``DA.Time.Types:RelTime {microseconds: Int64}``.
    """

    prim: Prim


@dataclass(frozen=True, slots=True)
class TNamed:
    """A record, variant, enum, template (its payload) or interface (its value)."""

    ref: Ref
    kind: NamedKind


@dataclass(frozen=True, slots=True)
class TContractId:
    """``ContractId target``; the target is a template or an interface."""

    target: TNamed


@dataclass(frozen=True, slots=True)
class TList:
    """``List element``."""

    element: Type


@dataclass(frozen=True, slots=True)
class TOptional:
    """``Optional element``; source cannot write an Optional directly inside an Optional."""

    element: Type


@dataclass(frozen=True, slots=True)
class TTextMap:
    """``TextMap value``."""

    value: Type


@dataclass(frozen=True, slots=True)
class TMap:
    """``GenMap key value``."""

    key: Type
    value: Type


Type = TPrim | TNamed | TContractId | TList | TOptional | TTextMap | TMap

UNIT = TPrim(Prim.UNIT)
BOOL = TPrim(Prim.BOOL)
INT = TPrim(Prim.INT)
DECIMAL = TPrim(Prim.DECIMAL)
TEXT = TPrim(Prim.TEXT)
PARTY = TPrim(Prim.PARTY)
DATE = TPrim(Prim.DATE)
TIME = TPrim(Prim.TIME)
RELTIME = TPrim(Prim.RELTIME)
PARTIES = TList(PARTY)

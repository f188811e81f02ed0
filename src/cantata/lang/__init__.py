"""The contract language: what contract modules import, and its compiler to Daml-LF."""

from __future__ import annotations

from abc import abstractmethod

from cantata.kernel.time import Date, RelTime
from cantata.kernel.time import Timestamp as Time
from cantata.lang.surface.contracts import Choice, Interface, Template, choice, method, view
from cantata.lang.surface.data import Constructor, Enum, Payload, Record, field, replace
from cantata.lang.surface.effects import (
    INVALID_ARGUMENT,
    INVALID_STATE,
    archive,
    before,
    coerce,
    create,
    exercise,
    fetch,
    from_interface,
    not_before,
    now,
    require,
)
from cantata.lang.surface.errors import NoLedger, RequirementFailed, WrongType
from cantata.lang.surface.functions import function, update
from cantata.lang.surface.maps import Map, TextMap
from cantata.lang.surface.numbers import (
    Decimal,
    div,
    parse_decimal,
    parse_int,
    power,
    rem,
    round_half_even,
    to_decimal,
    to_int,
)
from cantata.lang.surface.packages import PackageInfo, foreign, package
from cantata.lang.surface.texts import Text, first, parse_party, sha256
from cantata.lang.surface.values import ContractId, Int64, Party

__all__ = [
    "INVALID_ARGUMENT",
    "INVALID_STATE",
    "Choice",
    "Constructor",
    "ContractId",
    "Date",
    "Decimal",
    "Enum",
    "Int64",
    "Interface",
    "Map",
    "NoLedger",
    "PackageInfo",
    "Party",
    "Payload",
    "Record",
    "RelTime",
    "RequirementFailed",
    "Template",
    "Text",
    "TextMap",
    "Time",
    "WrongType",
    "abstractmethod",
    "archive",
    "before",
    "choice",
    "coerce",
    "create",
    "div",
    "exercise",
    "fetch",
    "field",
    "first",
    "foreign",
    "from_interface",
    "function",
    "method",
    "not_before",
    "now",
    "package",
    "parse_decimal",
    "parse_int",
    "parse_party",
    "power",
    "rem",
    "replace",
    "require",
    "round_half_even",
    "sha256",
    "to_decimal",
    "to_int",
    "update",
    "view",
]

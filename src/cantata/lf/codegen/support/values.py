"""The Python types that stand for the built-in types of Daml-LF in generated code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, NewType, TypeAlias, TypeVar

T = TypeVar("T")
U = TypeVar("U")
K = TypeVar("K")
V = TypeVar("V")

Unit: TypeAlias = tuple[()]
Bool: TypeAlias = bool
Int64: TypeAlias = int
Numeric: TypeAlias = Decimal
Text: TypeAlias = str
Date: TypeAlias = date
Timestamp: TypeAlias = datetime
Optional: TypeAlias = T | None
List: TypeAlias = tuple[T, ...]
TextMap: TypeAlias = Mapping[str, T]
GenMap: TypeAlias = Mapping[K, V]
Anything: TypeAlias = Any
"""Stands for a type that has no class of its own, such as the argument of a phantom type."""

Party = NewType("Party", str)
"""A party id."""


class ContractId(str, Generic[T]):
    """The id of a contract of a template, or of one seen through an interface."""

    __slots__ = ()

    def to(self, _target: type[U]) -> ContractId[U]:
        """Give the same id as one of another template or interface; nothing is checked."""
        return ContractId(self)


@dataclass(frozen=True, slots=True)
class Some(Generic[T]):
    """A present optional whose content may itself be None."""

    content: T

"""Base classes of contract data: records, constructors of variants, enums."""

from __future__ import annotations

import dataclasses
import enum
import functools
import inspect
import types
import typing
from collections.abc import Callable
from typing import Annotated, Any, TypeAlias, TypeVar, dataclass_transform

from cantata.lang.surface.conform import conform
from cantata.lang.surface.functions import faithful

T = TypeVar("T")
R = TypeVar("R", bound="Data")


class _PayloadMarker:
    """Says that a constructor's one field is the payload itself."""


Payload: TypeAlias = Annotated[T, _PayloadMarker()]
"""The type of a constructor's only field when the payload is that value and not a record."""


def field(*, daml: str = "", default: Any = dataclasses.MISSING) -> Any:
    """Describe a field: its Daml name where that is not the camelCase one, its default."""
    metadata = {"daml": daml} if daml else None
    return dataclasses.field(default=default, metadata=metadata)


class Data:
    """What all contract data has: frozen fields, checked when a value is made."""

    def __post_init__(self) -> None:
        """Check each field against its declared type; WrongType says which one does not fit."""
        cls: Any = type(self)
        hints = _field_hints(cls)
        for spec in dataclasses.fields(typing.cast("Any", self)):
            place = f"field {spec.name} of {type(self).__name__}"
            value = conform(place, hints[spec.name], getattr(self, spec.name))
            object.__setattr__(self, spec.name, value)


def seal(cls: type, *, kw_only: bool) -> None:
    """Make a class body a frozen dataclass whose own methods are faithful to Daml-LF."""
    for name, member in list(vars(cls).items()):
        if isinstance(member, types.FunctionType) and not name.startswith("__"):
            setattr(cls, name, faithful(member, skip=1))
        elif name in inspect.get_annotations(cls):
            setattr(cls, name, _own_list(member))
    dataclasses.dataclass(frozen=True, kw_only=kw_only)(cls)


def _own_list(default: Any) -> Any:
    """Give the default of a field in the form for lists, of which each value has its own."""
    if isinstance(default, dataclasses.Field) and isinstance(default.default, list):
        copy = default.default.copy
        return dataclasses.field(default_factory=copy, metadata=default.metadata)
    return dataclasses.field(default_factory=default.copy) if isinstance(default, list) else default


@functools.cache
def _field_hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls, include_extras=True)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
class Record(Data):
    """A record: frozen, made with keyword arguments, compared by value."""

    def __init_subclass__(cls) -> None:
        """Make the subclass a frozen dataclass."""
        super().__init_subclass__()
        seal(cls, kw_only=True)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Constructor(Data):
    """A constructor of a variant; ``Outcome = Filled | Empty`` names the variant."""

    def __init_subclass__(cls) -> None:
        """Make the subclass a frozen dataclass."""
        super().__init_subclass__()
        seal(cls, kw_only=False)


class Enum(enum.Enum):
    """An enum; each value is the Daml name of the constructor, the order is the declared one."""

    def __lt__(self, other: object) -> bool:
        return self._rank() < self._rank_of(other)

    def __le__(self, other: object) -> bool:
        return self._rank() <= self._rank_of(other)

    def __gt__(self, other: object) -> bool:
        return self._rank() > self._rank_of(other)

    def __ge__(self, other: object) -> bool:
        return self._rank() >= self._rank_of(other)

    def _rank(self) -> int:
        return list(type(self)).index(self)

    def _rank_of(self, other: object) -> int:
        if type(other) is not type(self):
            msg = f"{self} and {other!r} have no common order"
            raise TypeError(msg)
        return list(type(self)).index(other)


def replace(record: R, /, **changes: object) -> R:
    """Give a copy of a record or payload with some fields changed."""
    make: Callable[..., R] = type(record)
    names = [spec.name for spec in dataclasses.fields(typing.cast("Any", record))]
    return make(**{**{name: getattr(record, name) for name in names}, **changes})

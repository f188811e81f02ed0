"""How shapes are declared: decorators and marks for the annotations of dataclasses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Annotated, Any, TypeVar, dataclass_transform

T = TypeVar("T")

STRICT = "__shape_strict__"


class Mark(Enum):
    """Readings of a JSON value that its Python type alone does not tell."""

    ANY = auto()
    INT32 = auto()
    INSTANT = auto()
    TYPE_ID = auto()


@dataclass(frozen=True, slots=True)
class Named:
    """Gives a field another name in JSON or in the query than its own in camel case."""

    name: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Looks at a raw JSON value before it is taken; raises `BodyFault` or `MalformedBody`."""

    check: Callable[[Any], None]


Json = Annotated[Any, Mark.ANY]
"""Any JSON value, as it is: objects are dicts, numbers int or Decimal."""

Int32 = Annotated[int, Mark.INT32]
"""A JSON integer of 32 bits; plain `int` is one of 64 bits."""

Instant = Annotated[int, Mark.INSTANT]
"""An ISO instant, given as microseconds since 1970."""

TypeId = Annotated[str, Mark.TYPE_ID]
"""A template or interface id: three parts joined by colons, not looked at any further."""


@dataclass_transform(frozen_default=True)
def message(cls: type[T]) -> type[T]:
    """Declare a protobuf message: absent fields have their type's default, the first fault counts.

    A path in a complaint begins at this message. None is the default of ``X | None``, `Empty` of a
    union with `Empty`; an absent enum is refused.
    """
    return _declare(cls, strict=False)


@dataclass_transform(frozen_default=True)
def case_class(cls: type[T]) -> type[T]:
    """Declare a class of the JSON layer: fields without a default are required, all faults count.

    ``X | None`` has the default None.
    """
    return _declare(cls, strict=True)


def _declare(cls: type[T], *, strict: bool) -> type[T]:
    declared = dataclass(frozen=True, slots=True, kw_only=True)(cls)
    setattr(declared, STRICT, strict)
    return declared


@message
class Empty:
    """The case of a union that stands for none of the others."""


@message
class Duration:
    """A span of time."""

    seconds: int
    nanos: Int32

    @property
    def microseconds(self) -> int:
        """Give the span in microseconds, cut."""
        return self.seconds * 1_000_000 + self.nanos // 1_000

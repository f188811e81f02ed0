"""How shapes are declared: decorators and marks for the annotations of dataclasses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from inspect import get_annotations
from typing import Annotated, Any, TypeVar, dataclass_transform

T = TypeVar("T")

STRICT = "__shape_strict__"
FIELDS = "__shape_fields__"


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


@dataclass_transform(frozen_default=True, kw_only_default=True)
def message(cls: type[T]) -> type[T]:
    """Declare a protobuf message: absent fields have their type's default, the first fault counts.

    A path in a complaint begins at this message. None is the default of ``X | None``, `Empty` of a
    union with `Empty`; an absent enum is refused.
    """
    return _declare(cls, strict=False)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def case_class(cls: type[T]) -> type[T]:
    """Declare a class of the JSON layer: fields without a default are required, all faults count.

    ``X | None`` has the default None.
    """
    return _declare(cls, strict=True)


def _declare(cls: type[T], *, strict: bool) -> type[T]:
    """Give a class what a frozen dataclass has, without generating code: there are many of them."""
    names: dict[str, None] = {}
    for base in reversed(cls.__mro__[:-1]):
        names.update(dict.fromkeys(get_annotations(base)))
    setattr(cls, STRICT, strict)
    setattr(cls, FIELDS, tuple(names))
    for method in (_init, _eq, _hash, _repr, _setattr):
        setattr(cls, f"_{method.__name__}__", method)
    return cls


def is_shape(annotation: Any) -> bool:
    """Tell whether an annotation is a declared class."""
    return isinstance(annotation, type) and hasattr(annotation, STRICT)


def fields_of(shape: Any) -> tuple[str, ...]:
    """Give the names of the fields of a declared class, inherited ones first."""
    names: tuple[str, ...] = getattr(shape, FIELDS)
    return names


def made(shape: Any, values: dict[str, Any]) -> Any:
    """Make an instance of a declared class with all its values, which it keeps."""
    instance = object.__new__(shape)
    object.__setattr__(instance, "__dict__", values)
    return instance


def _init(self: Any, **given: Any) -> None:
    values = {}
    for name in fields_of(self):
        if name in given:
            values[name] = given.pop(name)
        elif hasattr(type(self), name):
            values[name] = getattr(type(self), name)
        else:
            raise TypeError(f"{type(self).__name__} needs {name}")
    if given:
        raise TypeError(f"{type(self).__name__} has no {', '.join(given)}")
    object.__setattr__(self, "__dict__", values)


def _eq(self: Any, other: object) -> bool:
    return type(self) is type(other) and self.__dict__ == other.__dict__


def _hash(self: Any) -> int:
    return hash((type(self), *(self.__dict__[name] for name in fields_of(self))))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={self.__dict__[name]!r}" for name in fields_of(self))
    return f"{type(self).__name__}({shown})"


def _setattr(self: Any, name: str, value: object) -> None:
    raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")


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

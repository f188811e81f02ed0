"""Terms: what is left of an expression when everything known has been worked out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

Term: TypeAlias = "Neutral | ListTerm | Constant | Constructed | Closure | Fields"


@dataclass(frozen=True, slots=True)
class Neutral:
    """A form whose operands are not known further: a variable, a view, a field of one."""

    form: str
    operands: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ListTerm:
    """A list: elements in front of a tail, which is None (the end) or not known further."""

    front: tuple[Any, ...]
    tail: Neutral | None


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal or another expression without operands."""

    value: Any


@dataclass(frozen=True, slots=True)
class Constructed:
    """A constructor of a variant, an enum or an Optional, with its payload."""

    constructor: str
    payload: Any


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """A record or struct; fields are worked out when they are asked for."""

    values: dict[str, Callable[[], Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function that waits for arguments."""

    arity: int
    call: Callable[..., Any]
    taken: tuple[Any, ...] = ()


END = ListTerm((), None)
"""The empty list."""


def cons(front: tuple[Any, ...], tail: Any) -> ListTerm | None:
    """Put elements in front of a list; None if the tail is no list."""
    if isinstance(tail, ListTerm):
        return ListTerm(front + tail.front, tail.tail)
    if isinstance(tail, Neutral):
        return ListTerm(front, tail)
    return None

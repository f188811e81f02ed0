"""Run-time values of Daml-LF: plain Python data, and classes where plain data does not do.

Values carry no types; the static LF type says how to read one:

========================  ==========================================================
Unit, Bool                ``()``, ``bool``
Int64, Date, Timestamp    ``int`` (days and microseconds since 1970)
Numeric n                 ``decimal.Decimal`` with exponent -n, never negative zero
Text, Party, ContractId   ``str`` (contract ids in lower-case hex)
Optional                  ``None`` or a 1-tuple
List                      cons cells ``(head, tail)`` that end in ``()``
Record                    tuple of all fields in declared order
Variant, enum             ``(rank, payload)``, ``rank``
Struct                    tuple of fields sorted by name
TextMap                   ``dict`` by key, never changed once built, in any order
GenMap                    `GenMap`, in the order of its keys
Any, AnyException         `AnyValue`, `ExceptionValue`
TypeRep                   `TypeRepValue`
FailureCategory           ``8`` or ``9``
interface                 `cantata.lf.runtime.compiled.InterfaceValue`
function                  `Fun`
Update                    callable of one argument, an `Effects`
========================  ==========================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from cantata.lf.model import Ref, Type

Value: TypeAlias = Any
"""A run-time value; see the table above."""

Cons: TypeAlias = tuple[Any, ...]
"""A list as cons cells: ``(head, tail)`` or ``()``."""

UNIT_VALUE: tuple[()] = ()


class Fun:
    """A function value: Python code that takes exactly `arity` arguments."""

    __slots__ = ("arity", "code")

    def __init__(self, arity: int, code: Callable[..., Value]) -> None:
        self.arity = arity
        self.code = code


class GenMap:
    """An immutable map in the order of its keys: two tuples of equal length."""

    __slots__ = ("keys", "values")

    def __init__(self, keys: tuple[Value, ...] = (), values: tuple[Value, ...] = ()) -> None:
        self.keys = keys
        self.values = values

    def __len__(self) -> int:
        return len(self.keys)

    def items(self) -> Iterator[tuple[Value, Value]]:
        """Iterate over keys and values in the order of keys."""
        return zip(self.keys, self.values, strict=True)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GenMap):
            return NotImplemented
        return self.keys == other.keys and self.values == other.values

    def __hash__(self) -> int:
        return hash((self.keys, self.values))

    def __repr__(self) -> str:
        return f"GenMap({self.keys!r}, {self.values!r})"


@dataclass(frozen=True, slots=True)
class AnyValue:
    """A value with its type (LF's Any)."""

    type: Type
    value: Value


@dataclass(frozen=True, slots=True)
class ExceptionValue:
    """An exception with its type (LF's AnyException)."""

    ref: Ref
    payload: Value


@dataclass(frozen=True, slots=True)
class TypeRepValue:
    """A type as a value."""

    type: Type


def to_cons(items: Iterable[Value], tail: Cons = ()) -> Cons:
    """Give a list of LF with these elements in front of `tail`."""
    cells = tail
    for item in reversed(tuple(items)):
        cells = (item, cells)
    return cells


def from_cons(cells: Cons) -> list[Value]:
    """Give the elements of a list of LF."""
    items = []
    while cells:
        head, cells = cells
        items.append(head)
    return items

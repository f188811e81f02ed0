"""Which types Python's own comparison orders as LF does."""

from __future__ import annotations

from enum import Enum

from cantata.lf.model import (
    Builtin,
    EnumType,
    Record,
    Ref,
    TBuiltin,
    TCon,
    TStruct,
    Type,
    Variant,
    spine,
)
from cantata.lf.runtime.translate.typing import Typing

_BASE = frozenset(
    {
        Builtin.UNIT,
        Builtin.BOOL,
        Builtin.INT64,
        Builtin.DATE,
        Builtin.TIMESTAMP,
        Builtin.NUMERIC,
        Builtin.PARTY,
        Builtin.TEXT,
        Builtin.FAILURE_CATEGORY,
    }
)
MAX_PARTS = 64
"""Largest number of parts of a type whose values Python compares by itself."""


class Order(Enum):
    """What Python's operators are good for on values of a type."""

    GENERIC = 0
    EQUALITY = 1
    TOTAL = 2


def order_of(typing: Typing, type_: Type) -> Order:
    """Tell what Python's operators are good for; values must be of bounded size."""
    order, parts = _order(typing, type_, ())
    return order if parts <= MAX_PARTS else Order.GENERIC


def _order(typing: Typing, type_: Type, outer: tuple[Ref, ...]) -> tuple[Order, int]:
    head, args = spine(typing.expand(type_))
    match head:
        case TBuiltin(builtin) if builtin in _BASE:
            return Order.TOTAL, 1
        case TBuiltin(Builtin.OPTIONAL) if len(args) == 1:
            order, parts = _order(typing, args[0], outer)
            return min(order, Order.EQUALITY, key=lambda each: each.value), parts + 1
        case TStruct(fields):
            return _all(typing, [item for _, item in fields], outer)
        case TCon(ref) if ref not in outer and len(outer) < 8:
            cons = typing.packages.data_type(ref).cons
            if isinstance(cons, EnumType):
                return Order.TOTAL, 1
            if isinstance(cons, Record | Variant):
                return _all(typing, list(typing.fields(type_).values()), (*outer, ref))
    return Order.GENERIC, 1


def _all(typing: Typing, types: list[Type], outer: tuple[Ref, ...]) -> tuple[Order, int]:
    order, parts = Order.TOTAL, 1
    for type_ in types:
        if parts > MAX_PARTS:
            return Order.GENERIC, parts
        inner, more = _order(typing, type_, outer)
        order = min(order, inner, key=lambda each: each.value)
        parts += more
    return order, parts

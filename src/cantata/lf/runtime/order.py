"""The order of values: one comparison for all types, without recursion.

Values carry no types, and need none: both sides have the same type, so equal positions hold
equal kinds of Python data. Tuples (records, structs, variants, optionals, lists) compare from
the left, and a list that ends first is smaller.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from cantata.lf.model import TApp, TBuiltin, TCon, TForall, TNat, TStruct, TSyn, TVar, Type
from cantata.lf.runtime.compiled import InterfaceValue
from cantata.lf.runtime.errors import NonComparableValues
from cantata.lf.runtime.values import AnyValue, ExceptionValue, Fun, GenMap, TypeRepValue, Value

PLAIN = frozenset({int, str, bool, Decimal})
"""Classes that Python orders as LF does."""


COST = 8
"""What comparing one pair costs, in calls of translated code."""
ROUND = 1024
"""Pairs of parts that are compared between two reports of the work done."""


def compare(left: Value, right: Value, burn: Callable[[int], None] | None = None) -> int:
    """Give -1, 0 or 1; functions and updates raise `NonComparableValues`.

    `burn` is told of every `ROUND` pairs of parts, so that a caller can bound the work.
    """
    pending = [(left, right)]
    pairs = 0
    while pending:
        a, b = pending.pop()
        pairs += 1
        if pairs == ROUND and burn is not None:
            burn(COST * ROUND)
            pairs = 0
        if a.__class__ in PLAIN:
            if a == b:
                continue
            return -1 if a < b else 1
        verdict = _parts(a, b, pending)
        if verdict:
            return verdict
    return 0


def _parts(a: Value, b: Value, pending: list[tuple[Value, Value]]) -> int:
    """Compare what can be told at once, and leave the parts for later."""
    if a is None or b is None:
        return (a is not None) - (b is not None)
    if a.__class__ is tuple:
        return _tuples(a, b, pending)
    if a.__class__ is dict:
        pending.append((_items(a), _items(b)))
        return 0
    if a.__class__ is GenMap:
        pending.append((tuple(a.items()), tuple(b.items())))
        return 0
    pending.append(_opaque(a, b))
    return 0


def _tuples(a: Value, b: Value, pending: list[tuple[Value, Value]]) -> int:
    size = min(len(a), len(b))
    if len(a) != len(b):
        pending.append((len(a), len(b)))
    pending.extend((a[i], b[i]) for i in range(size - 1, -1, -1))
    return 0


def _items(textmap: dict[str, Value]) -> Value:
    return tuple((key, textmap[key]) for key in sorted(textmap))


def _opaque(a: Value, b: Value) -> tuple[Value, Value]:
    """Give the comparable form of values that are neither plain nor tuples nor maps."""
    if isinstance(a, Fun) or isinstance(b, Fun):
        raise NonComparableValues
    if isinstance(a, AnyValue):
        return (type_key(a.type), a.value), (type_key(b.type), b.value)
    if isinstance(a, ExceptionValue):
        left, right = type_key(TCon(a.ref)), type_key(TCon(b.ref))
        return (left, a.payload), (right, b.payload)
    if isinstance(a, InterfaceValue):
        left, right = type_key(TCon(a.template.ref)), type_key(TCon(b.template.ref))
        return (left, a.payload), (right, b.payload)
    if isinstance(a, TypeRepValue):
        return type_key(a.type), type_key(b.type)
    raise NonComparableValues


def type_key(type_: Type) -> Value:
    """Give a key that orders types: by form, then by package, module and name."""
    match type_:
        case TBuiltin(builtin):
            return (0, builtin.value)
        case TCon(ref) | TSyn(ref):
            return (1, (ref.package, ref.module, ref.name))
        case TNat(value):
            return (2, value)
        case TStruct(fields):
            return (3, tuple((name, type_key(field)) for name, field in sorted(fields)))
        case TApp(fun, arg):
            return (4, (type_key(fun), type_key(arg)))
        case TVar(name):
            return (5, name)
        case TForall(var, _, body):
            return (6, (var, type_key(body)))

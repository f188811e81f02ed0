"""Contract objects (records, payloads, arguments) to run-time values of Daml-LF and back."""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Callable
from decimal import Decimal as StdDecimal
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from cantata.kernel.time import Date, RelTime, Timestamp
from cantata.lang import (
    Constructor,
    ContractId,
    Decimal,
    Enum,
    Interface,
    Map,
    Party,
    Record,
    Template,
    TextMap,
)
from cantata.lang.surface.errors import NoValue
from cantata.lf.runtime.order import compare
from cantata.lf.runtime.values import GenMap, from_cons, to_cons

_DECIMALS = 10
_by_order = functools.cmp_to_key(compare)


class Bridge(NamedTuple):
    """Both directions for one annotation: `to_value` and `to_object`."""

    to_value: Callable[[Any], Any]
    to_object: Callable[[Any], Any]


@functools.cache
def fields_of(cls: Any) -> tuple[tuple[str, Any], ...]:
    """Give the fields of a record, payload or constructor with their annotations, in order."""
    hints = get_type_hints(cls, include_extras=True)
    return tuple((spec.name, hints[spec.name]) for spec in dataclasses.fields(cls))


def bridge(hint: Any) -> Bridge:
    """Give both directions for an annotation; they are made on first use, so types may recur."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _union(hint)
    if origin is list:
        return _list(get_args(hint)[0])
    if isinstance(origin, type) and issubclass(origin, Map):
        return _textmap(hint) if issubclass(origin, TextMap) else _map(hint)
    if origin is ContractId:
        return Bridge(str, ContractId)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type):
        return _class(hint)
    raise NoValue(hint)


def _same(value: Any) -> Any:
    return value


def _int(value: Any) -> int:
    return int(value)


def _decimal(value: Decimal) -> StdDecimal:
    digits = tuple(int(digit) for digit in str(abs(value.units)))
    return StdDecimal((int(value.units < 0), digits, -_DECIMALS))


_PLAIN: dict[Any, Bridge] = {
    int: Bridge(_int, _same),
    bool: Bridge(_same, _same),
    str: Bridge(str, _same),
    Party: Bridge(str, Party),
    Decimal: Bridge(_decimal, Decimal.from_stdlib),
    Date: Bridge(lambda day: int(day.days), Date),
    Timestamp: Bridge(lambda time: int(time.microseconds), Timestamp),
    RelTime: Bridge(lambda span: (int(span.microseconds),), lambda value: RelTime(value[0])),
    type(None): Bridge(lambda _none: (), lambda _unit: None),
    None: Bridge(lambda _none: (), lambda _unit: None),
}


def _later(hint: Any) -> Bridge:
    """Give a bridge that is made when it is first used."""
    return Bridge(
        lambda item: bridge(hint).to_value(item), lambda value: bridge(hint).to_object(value)
    )


def _list(element: Any) -> Bridge:
    to_value, to_object = _later(element)
    return Bridge(
        lambda items: to_cons([to_value(item) for item in items]),
        lambda cons: [to_object(value) for value in from_cons(cons)],
    )


def _textmap(hint: Any) -> Bridge:
    to_value, to_object = _later(get_args(hint)[-1])
    return Bridge(
        lambda entries: {str(key): to_value(entries.get(key)) for key in entries},
        lambda value: TextMap({key: to_object(item) for key, item in value.items()}),
    )


def _map(hint: Any) -> Bridge:
    key_hint, value_hint = get_args(hint)
    keys, values = _later(key_hint), _later(value_hint)

    def to_value(entries: Any) -> GenMap:
        pairs = [(keys.to_value(key), values.to_value(entries.get(key))) for key in entries]
        pairs.sort(key=lambda pair: _by_order(pair[0]))
        return GenMap(tuple(key for key, _ in pairs), tuple(value for _, value in pairs))

    def to_object(value: GenMap) -> Any:
        pairs = zip(value.keys, value.values, strict=True)
        return Map({keys.to_object(key): values.to_object(item) for key, item in pairs})

    return Bridge(to_value, to_object)


def _union(hint: Any) -> Bridge:
    members = [member for member in get_args(hint) if member is not type(None)]
    optional = len(members) < len(get_args(hint))
    if _are_constructors(members):
        inner = _variant(tuple(members))
    elif len(members) == 1:
        inner = bridge(members[0])
    else:
        raise NoValue(hint)
    if not optional:
        return inner
    return Bridge(
        lambda item: None if item is None else (inner.to_value(item),),
        lambda value: None if value is None else inner.to_object(value[0]),
    )


def _are_constructors(members: list[Any]) -> bool:
    return all(isinstance(member, type) and issubclass(member, Constructor) for member in members)


def _variant(constructors: tuple[type, ...]) -> Bridge:
    def to_value(item: Any) -> tuple[int, Any]:
        rank = constructors.index(type(item))
        return rank, _payload(constructors[rank]).to_value(item)

    def to_object(value: tuple[int, Any]) -> Any:
        rank, payload = value
        return _payload(constructors[rank]).to_object(payload)

    return Bridge(to_value, to_object)


def _payload(constructor: Any) -> Bridge:
    """Give the bridge of a constructor: Unit, the payload itself, or a record of the fields."""
    specs = fields_of(constructor)
    if not specs:
        return Bridge(lambda _item: (), lambda _unit: constructor())
    name, hint = specs[0]
    if len(specs) == 1 and get_origin(hint) is Annotated:
        inner = _later(get_args(hint)[0])
        return Bridge(
            lambda item: inner.to_value(getattr(item, name)),
            lambda value: constructor(inner.to_object(value)),
        )
    return record(constructor, specs)


def _class(cls: Any) -> Bridge:
    if issubclass(cls, Enum):
        members = list(cls)
        return Bridge(members.index, members.__getitem__)
    if issubclass(cls, Constructor):
        raise NoValue(cls)
    if issubclass(cls, Record | Template):
        return record(cls, fields_of(cls))
    if issubclass(cls, Interface):
        raise NoValue(cls)
    raise NoValue(cls)


def record(make: Callable[..., Any], specs: tuple[tuple[str, Any], ...]) -> Bridge:
    """Give the bridge of anything made of named fields: `make` takes them by name."""
    parts = tuple((name, _later(hint)) for name, hint in specs)

    def to_value(item: Any) -> tuple[Any, ...]:
        return tuple(part.to_value(getattr(item, name)) for name, part in parts)

    def to_object(value: tuple[Any, ...]) -> Any:
        pairs = zip(parts, value, strict=True)
        return make(**{name: part.to_object(item) for (name, part), item in pairs})

    return Bridge(to_value, to_object)

"""Contract objects as JSON of the JSON Ledger API v2 and back, from their annotations alone."""

from __future__ import annotations

import dataclasses
import functools
import sys
import types
from collections.abc import Callable
from decimal import Decimal as StdDecimal
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from cantata.kernel.money import Decimal
from cantata.kernel.time import Date, RelTime, Timestamp
from cantata.lang import naming
from cantata.lang.surface.data import Constructor, Data, Enum
from cantata.lang.surface.errors import NotAContract, NoValue
from cantata.lang.surface.maps import Map, TextMap
from cantata.lang.surface.packages import PackageInfo
from cantata.lang.surface.values import ContractId, Party
from cantata.lf.codec import data, times
from cantata.lf.codec.coder import Coding
from cantata.lf.codec.errors import WrongJsonKind
from cantata.lf.codegen import support as lf
from cantata.lf.codegen.support.classes import record_coding

T = TypeVar("T")


def identifier(cls: type) -> str:
    """Give ``#package-name:Module:Entity`` of a contract class; raise `NotAContract`."""
    info = package_of(cls)
    return f"#{info.name}:{info.module}:{cls.__name__}"


def package_of(cls: type) -> PackageInfo:
    """Give what the module of a contract class says about its package."""
    info = getattr(sys.modules.get(cls.__module__), "PACKAGE", None)
    if not isinstance(info, PackageInfo):
        raise NotAContract(cls)
    return info


def codec(hint: Any) -> lf.Codec[Any]:
    """Give the codec of a resolved annotation; raise `NoValue` for one without a Daml-LF type."""
    if isinstance(hint, type) and issubclass(hint, Data) and not issubclass(hint, Constructor):
        record: Any = hint
        return _record(record)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is ContractId:
        return _CONTRACT_ID
    if origin is list:
        return _mapped(lf.list_of(codec(arguments[0])), list, tuple)
    if isinstance(origin, type) and issubclass(origin, Map):
        return _map(origin, arguments)
    if origin in (Union, types.UnionType):
        return _union(hint)
    raise NoValue(hint)


def fields_codec(cls: type[Any], fields: tuple[tuple[str, str, Any], ...]) -> lf.Codec[Any]:
    """Give the codec of a class by its fields: name on the ledger, name in Python, annotation."""
    return lf.Codec(
        lambda: record_coding(cls, [(wire, name, codec(hint)) for wire, name, hint in fields])
    )


def _mapped(
    inner: lf.Codec[Any], read: Callable[[Any], Any], write: Callable[[Any], Any]
) -> lf.Codec[Any]:
    """Give a codec whose values are those of another one, changed."""
    return lf.Codec(
        lambda: Coding(
            lambda given, depth: read(inner.decode(given, depth)),
            lambda value, depth: inner.encode(write(value), depth),
        )
    )


@functools.cache
def _record(cls: Any) -> lf.Codec[Any]:
    hints = get_type_hints(cls, include_extras=True)
    fields = tuple((_wire_name(spec), spec.name, hints[spec.name]) for spec in _specs(cls))
    return fields_codec(cls, fields)


def _specs(cls: Any) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(cls)


def _wire_name(spec: dataclasses.Field[Any]) -> str:
    return str(spec.metadata.get("daml") or naming.camel(spec.name))


@functools.cache
def _enum(cls: type[Enum]) -> lf.Codec[Any]:
    members = tuple(cls)
    inner = data.enum(tuple(str(member.value) for member in members))

    def decode(given: Any, depth: int) -> Any:
        return members[inner.decode(given, depth)]

    def encode(value: Any, _depth: int) -> str:
        if not isinstance(value, cls):
            raise WrongJsonKind(f"a {cls.__name__}", str(value))
        return str(value.value)

    return lf.Codec(lambda: Coding(decode, encode))


def _map(origin: type[Map[Any, Any]], arguments: tuple[Any, ...]) -> lf.Codec[Any]:
    *key, value = arguments
    if issubclass(origin, TextMap):
        return _mapped(lf.textmap(codec(value)), TextMap, _entries)
    entries = lf.list_of(_pair(codec(key[0]), codec(value)))
    return _mapped(
        entries, lambda pairs: Map(dict(pairs)), lambda made: list(_entries(made).items())
    )


def _entries(made: Map[Any, Any]) -> dict[Any, Any]:
    return dict(zip(made.keys(), made.values(), strict=True))


def _pair(key: lf.Codec[Any], value: lf.Codec[Any]) -> lf.Codec[Any]:
    """Give the codec of an entry; it adds no level of nesting to the map's own."""

    def decode(given: Any, depth: int) -> tuple[Any, Any]:
        if not isinstance(given, list) or len(given) != 2:
            raise WrongJsonKind("an array of key and value", given)
        return key.decode(given[0], depth), value.decode(given[1], depth)

    return lf.Codec(
        lambda: Coding(
            decode,
            lambda pair, depth: [key.encode(pair[0], depth), value.encode(pair[1], depth)],
        )
    )


def _union(hint: Any) -> lf.Codec[Any]:
    members = tuple(each for each in get_args(hint) if each is not type(None))
    if all(isinstance(each, type) and issubclass(each, Constructor) for each in members):
        inner = _variant(members)
    elif len(members) == 1:
        inner = codec(members[0])
    else:
        raise NoValue(hint)
    return lf.optional(inner) if len(members) < len(get_args(hint)) else inner


@functools.cache
def _variant(classes: tuple[Any, ...]) -> lf.Codec[Any]:
    return lf.Codec(lambda: _variant_coding(classes))


def _variant_coding(classes: tuple[Any, ...]) -> Coding:
    inner = data.variant(tuple((cls.__name__, _payload(cls)) for cls in classes))
    write = inner.encode
    assert write is not None

    def encode(value: Any, depth: int) -> Any:
        if type(value) not in classes:
            wanted = ", ".join(cls.__name__ for cls in classes)
            raise WrongJsonKind(f"one of {wanted}", str(value))
        return write((classes.index(type(value)), value), depth)

    return Coding(lambda given, depth: inner.decode(given, depth)[1], encode)


def _payload(cls: Any) -> lf.Codec[Any]:
    """Give the codec of a constructor: Unit, the payload itself, or a record of the fields."""
    hints, specs = get_type_hints(cls, include_extras=True), _specs(cls)
    if not specs:
        return _mapped(lf.UNIT, lambda _unit: cls(), lambda _value: ())
    first = specs[0].name
    if len(specs) == 1 and get_origin(hints[first]) is Annotated:
        inner = codec(get_args(hints[first])[0])
        return _mapped(inner, cls, lambda value: getattr(value, first))
    fields = tuple((_wire_name(spec), spec.name, hints[spec.name]) for spec in specs)
    return fields_codec(cls, fields)


def _stdlib(value: Any) -> StdDecimal:
    if not isinstance(value, Decimal):
        raise WrongJsonKind("a Decimal", str(value))
    return value.to_stdlib()


_DATE = lf.Codec[Any](
    lambda: Coding(
        lambda given, depth: Date(times.decode_date(given, depth)),
        lambda value, depth: times.encode_date(int(value.days), depth),
    )
)
_TIMESTAMP = lf.Codec[Any](
    lambda: Coding(
        lambda given, depth: Timestamp(times.decode_timestamp(given, depth)),
        lambda value, depth: times.encode_timestamp(int(value.microseconds), depth),
    )
)
_UNIT = _mapped(lf.UNIT, lambda _unit: None, lambda _none: ())
_CONTRACT_ID = _mapped(lf.contract_id(), ContractId, str)
_PLAIN: dict[Any, lf.Codec[Any]] = {
    int: lf.INT64,
    bool: lf.BOOL,
    str: lf.TEXT,
    Party: _mapped(lf.PARTY, Party, str),
    Decimal: _mapped(lf.numeric(10), Decimal.from_stdlib, _stdlib),
    Date: _DATE,
    Timestamp: _TIMESTAMP,
    RelTime: fields_codec(RelTime, (("microseconds", "microseconds", int),)),
    type(None): _UNIT,
    None: _UNIT,
}

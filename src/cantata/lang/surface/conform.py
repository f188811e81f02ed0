"""Values at the border between Python and contract code: checked against declared types."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Annotated, Any, TypeAlias, get_args, get_origin

from cantata.kernel.time import Date, RelTime, Timestamp
from cantata.lang.surface.errors import WrongType
from cantata.lang.surface.maps import Map
from cantata.lang.surface.values import ContractId, Int64, Party

Convert: TypeAlias = Callable[[str, Any], Any]


def conform(place: str, hint: Any, value: Any) -> Any:
    """Check a value against a resolved annotation; WrongType names the `place`.

    Ints become Int64, lists are copied, everything else is passed through unchanged.
    """
    origin = get_origin(hint)
    if origin is Annotated:
        return conform(place, get_args(hint)[0], value)
    if origin is types.UnionType:
        return _union(place, hint, value)
    if origin is list:
        return _list(place, hint, value)
    if isinstance(origin, type) and issubclass(origin, Map):
        return _map(place, hint, value)
    if origin is ContractId:
        return _instance(place, ContractId, value)
    convert = _PRIMITIVES.get(hint)
    return convert(place, value) if convert else _instance(place, hint, value)


def _union(place: str, hint: Any, value: Any) -> Any:
    for member in get_args(hint):
        try:
            return conform(place, member, value)
        except WrongType:
            continue
    raise WrongType(place, str(hint), value)


def _list(place: str, hint: Any, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise WrongType(place, str(hint), value)
    (element,) = get_args(hint)
    return [conform(f"{place}[{index}]", element, item) for index, item in enumerate(value)]


def _map(place: str, hint: Any, value: Any) -> Any:
    origin = get_origin(hint)
    if type(value) is not origin:
        raise WrongType(place, str(hint), value)
    *key_hint, value_hint = get_args(hint)
    key = key_hint[0] if key_hint else str
    return origin(
        {
            conform(f"a key of {place}", key, k): conform(f"{place}[{k!r}]", value_hint, v)
            for k, v in zip(value.keys(), value.values(), strict=True)
        }
    )


def _instance(place: str, hint: Any, value: Any) -> Any:
    if not isinstance(hint, type):
        return value
    if isinstance(value, hint):
        return value
    raise WrongType(place, hint.__name__, value)


def _int(place: str, value: Any) -> Int64:
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongType(place, "int", value)
    return Int64(value)


def _text(place: str, value: Any) -> str:
    if type(value) is not str:
        raise WrongType(place, "Text", value)
    return value


def _bool(place: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongType(place, "bool", value)
    return value


def _none(place: str, value: Any) -> None:
    if value is not None:
        raise WrongType(place, "None", value)


def _date(place: str, value: Any) -> Date:
    return Date(Int64(_instance(place, Date, value).days))


def _time(place: str, value: Any) -> Timestamp:
    return Timestamp(Int64(_instance(place, Timestamp, value).microseconds))


def _reltime(place: str, value: Any) -> RelTime:
    return RelTime(Int64(_instance(place, RelTime, value).microseconds))


def _party(place: str, value: Any) -> Party:
    party: Party = _instance(place, Party, value)
    return party


_PRIMITIVES: dict[Any, Convert] = {
    int: _int,
    str: _text,
    bool: _bool,
    type(None): _none,
    None: _none,
    Date: _date,
    Timestamp: _time,
    RelTime: _reltime,
    Party: _party,
}

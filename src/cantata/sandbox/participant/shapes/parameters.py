"""Query and path parameters, read into declared dataclasses or numbers."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from cantata.sandbox.participant.errors import MalformedRequest
from cantata.sandbox.participant.shapes.declare import Mark
from cantata.sandbox.participant.shapes.fault import BodyFault
from cantata.sandbox.participant.shapes.read import Member, members_of
from cantata.sandbox.participant.shapes.scalars import read_int32, read_int64

Query = Mapping[str, Sequence[str]]


class Parameter(NamedTuple):
    """One query parameter: the field that takes it, whether it repeats, its reader, its default."""

    field: str
    name: str
    repeated: bool
    read: Callable[[str], Any]
    default: Any
    is_required: bool


def read_query(shape: Any, query: Query) -> Any:
    """Read a query into a declared class; of a repeated single parameter the first one counts."""
    given: dict[str, Any] = {}
    for field, name, repeated, read, default, is_required in _parameters(shape):
        values = query.get(name)
        if values is None:
            if is_required:
                raise MalformedRequest(f"Invalid value for: query parameter {name} (missing)")
            given[field] = default
            continue
        try:
            given[field] = tuple(map(read, values)) if repeated else read(values[0])
        except (BodyFault, ValueError):
            raise MalformedRequest(f"Invalid value for: query parameter {name}") from None
    return shape(**given)


def read_path(name: str, kind: Any, text: str) -> Any:
    """Read a path parameter, a text or an integer."""
    try:
        return _reader(kind)(text)
    except (BodyFault, ValueError):
        raise MalformedRequest(f"Invalid value for: path parameter {name}") from None


@cache
def _parameters(shape: Any) -> tuple[Parameter, ...]:
    hints = get_type_hints(shape, include_extras=True)
    return tuple(_parameter(member, hints[member.name]) for member in members_of(shape))


def _parameter(member: Member, annotation: Any) -> Parameter:
    kind = _unwrapped(annotation)
    repeated = get_origin(kind) is tuple
    return Parameter(
        member.name,
        member.json_name,
        repeated,
        _reader(get_args(kind)[0] if repeated else kind),
        member.default,
        member.is_required,
    )


def _unwrapped(annotation: Any) -> Any:
    """Take ``| None`` and names off an annotation."""
    if hasattr(annotation, "__metadata__") and Mark.INT32 not in annotation.__metadata__:
        return _unwrapped(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return next(each for each in get_args(annotation) if each is not type(None))
    return annotation


def _reader(kind: Any) -> Callable[[str], Any]:
    if kind is str:
        return str
    if kind is bool:
        return _bool
    return read_int64 if kind is int else read_int32


def _bool(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"

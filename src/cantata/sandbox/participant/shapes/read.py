"""Readers of bodies, made once from the declared dataclasses."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from cantata.sandbox.commands.body import MalformedBody
from cantata.sandbox.participant.shapes.declare import (
    STRICT,
    Checked,
    Empty,
    Mark,
    Named,
    fields_of,
    is_shape,
    made,
)
from cantata.sandbox.participant.shapes.fault import (
    MISSING as MISSING_TEXT,
)
from cantata.sandbox.participant.shapes.fault import (
    BodyFault,
    Fault,
    complaint,
    wrong_type,
)
from cantata.sandbox.participant.shapes.scalars import (
    Reader,
    enum_reader,
    read_any,
    read_base64,
    read_bool,
    read_instant,
    read_int32,
    read_int64,
    read_text,
    read_type_id,
)

_NO_CASE = "JSON decoding to CNil should never happen"
_ENUM_LEFT_OUT = (
    'Got value \'{"Unrecognized":{"unrecognizedValue":0}}\' with wrong type, expecting string'
)
_REQUIRED: Any = object()
_ABSENT: Any = object()

_PLAIN: Mapping[Any, Reader] = {
    str: read_text,
    bool: read_bool,
    int: read_int64,
    bytes: read_base64,
    Any: read_any,
}
_MARKED: Mapping[Mark, Reader] = {
    Mark.ANY: read_any,
    Mark.INT32: read_int32,
    Mark.INSTANT: read_instant,
    Mark.TYPE_ID: read_type_id,
}
_DEFAULTS: Mapping[Any, Any] = {str: "", bool: False, int: 0, bytes: b"", tuple: (), dict: {}}


class Member(NamedTuple):
    """A field of a shape: its name in Python and in JSON, its reader, its value when absent."""

    name: str
    json_name: str
    read: Reader
    default: Any

    @property
    def is_required(self) -> bool:
        """Tell whether the field must be there."""
        return self.default is _REQUIRED


def read_body(shape: Any, value: Any) -> Any:
    """Read parsed JSON into a declared class, or raise `BodyFault`."""
    return reader_of(shape)(value)


@cache
def reader_of(annotation: Any) -> Reader:
    """Make the reader of an annotation."""
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if is_shape(annotation):
        return _record_reader(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return enum_reader(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        return _annotated_reader(arguments[0], annotation.__metadata__)
    if origin in (Union, types.UnionType):
        return _union_reader(arguments)
    if origin is tuple:
        return _array_reader(reader_of(arguments[0]))
    if origin in (dict, Mapping):
        return _map_reader(reader_of(arguments[1]))
    raise TypeError(f"no shape is known for {annotation!r}")


def members_of(shape: Any) -> tuple[Member, ...]:
    """Give the fields of a declared class."""
    hints = get_type_hints(shape, include_extras=True)
    return tuple(
        Member(
            name,
            json_name(name, hints[name]),
            reader_of(hints[name]),
            _default(shape, name, hints[name]),
        )
        for name in fields_of(shape)
    )


def json_name(name: str, annotation: Any) -> str:
    """Give the name of a field in JSON: as marked, else in camel case."""
    for mark in getattr(annotation, "__metadata__", ()):
        if isinstance(mark, Named):
            return mark.name
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _default(shape: Any, name: str, annotation: Any) -> Any:
    if hasattr(shape, name):
        return getattr(shape, name)
    if hasattr(annotation, "__metadata__"):
        annotation = get_args(annotation)[0]
    if type(None) in get_args(annotation):
        return None
    if getattr(shape, STRICT):
        return _REQUIRED
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _ABSENT
    if Empty in get_args(annotation):
        return Empty()
    return _DEFAULTS.get(get_origin(annotation) or annotation, _REQUIRED)


def _record_reader(shape: Any) -> Reader:
    members = members_of(shape)
    return _strict_reader(shape, members) if getattr(shape, STRICT) else _message(shape, members)


def _message(shape: Any, members: Sequence[Member]) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            if not members:
                return made(shape, {})
            raise BodyFault(Fault(MISSING_TEXT, members[0].json_name, sealed=True))
        given: dict[str, Any] = {}
        for name, key, read_one, default in members:
            found = value.get(key, _ABSENT)
            if found is not _ABSENT:
                try:
                    given[name] = read_one(found)
                except BodyFault as fault:
                    raise _sealed(fault.within(key)) from None
            elif default is _ABSENT or default is _REQUIRED:
                text = MISSING_TEXT if default is _REQUIRED else _ENUM_LEFT_OUT
                raise BodyFault(Fault(text, key, sealed=True))
            else:
                given[name] = default
        return made(shape, given)

    return read


def _sealed(fault: BodyFault) -> BodyFault:
    return BodyFault(fault.faults[0].seal())


def _strict_reader(shape: Any, members: Sequence[Member]) -> Reader:
    defaults = {each.name: each.default for each in members if not each.is_required}
    required = frozenset(each.json_name for each in members if each.is_required)
    by_key = {each.json_name: (each.name, each.read) for each in members}

    def read(value: Any) -> Any:
        """Read what is right in one pass over what is there; what is wrong is read again."""
        if not isinstance(value, dict) or not required <= value.keys():
            raise _all_faults(members, value)
        given = defaults.copy()
        try:
            for key, item in value.items():
                member = by_key.get(key)
                if member is not None:
                    given[member[0]] = member[1](item)
        except BodyFault:
            raise _all_faults(members, value) from None
        return made(shape, given)

    return read


def _all_faults(members: Sequence[Member], value: Any) -> BodyFault:
    body = value if isinstance(value, dict) else {}
    faults: list[Fault] = []
    for member in members:
        key = member.json_name
        if key in body:
            try:
                member.read(body[key])
            except BodyFault as fault:
                faults.extend(fault.within(key).faults)
        elif member.is_required:
            faults.append(Fault(MISSING_TEXT, key))
    return BodyFault(*faults)


def _annotated_reader(inner: Any, marks: Sequence[Any]) -> Reader:
    read = next((_MARKED[mark] for mark in marks if isinstance(mark, Mark)), None)
    read = reader_of(inner) if read is None else read
    check = next((mark.check for mark in marks if isinstance(mark, Checked)), None)
    if check is None:
        return read

    def read_checked(value: Any) -> Any:
        try:
            check(value)
        except MalformedBody as error:
            raise BodyFault(*(Fault(text, sealed=True) for text in error.faults)) from None
        return value

    return read_checked


def _union_reader(arguments: Sequence[Any]) -> Reader:
    optional = type(None) in arguments
    rest = [argument for argument in arguments if argument is not type(None)]
    read = reader_of(rest[0]) if len(rest) == 1 else _case_reader(rest)
    if not optional:
        return read
    return lambda value: None if value is None else read(value)


def _case_reader(shapes: Sequence[Any]) -> Reader:
    cases = {shape.__name__: reader_of(shape) for shape in sorted(shapes, key=_name)}

    def read(value: Any) -> Any:
        if isinstance(value, dict):
            for tag, read_case in cases.items():
                if tag in value:
                    try:
                        return read_case(value[tag])
                    except BodyFault as fault:
                        raise fault.within(tag) from None
        raise complaint(_NO_CASE)

    return read


def _name(shape: Any) -> str:
    return str(shape.__name__)


def _array_reader(read_one: Reader) -> Reader:
    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise wrong_type(value, "array")
        items: list[Any] = []
        for index, item in enumerate(value):
            try:
                items.append(read_one(item))
            except BodyFault as fault:
                raise fault.within(f"[{index}]") from None
        return tuple(items)

    return read


def _map_reader(read_one: Reader) -> Reader:
    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise wrong_type(value, "object")
        found: dict[str, Any] = {}
        for key, item in value.items():
            try:
                found[key] = read_one(item)
            except BodyFault as fault:
                raise fault.within(key) from None
        return found

    return read

"""Between values that say what they are and run-time values, by their type, both ways."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from cantata.lf.codec.coder import Coder, Coding, deeper
from cantata.lf.codec.containers import sorted_map
from cantata.lf.codec.errors import NestingTooDeep, NotSerializable
from cantata.lf.codec.shapes import Product, Shape, Shapes, Sum
from cantata.lf.interactive import values
from cantata.lf.interactive.errors import LimitExceeded, UnfitValue
from cantata.lf.interactive.values import NESTING_MAX, Identifier, Value
from cantata.lf.model import Builtin, EnumType, Packages, Ref, Type
from cantata.lf.runtime.values import GenMap, from_cons, to_cons

V = TypeVar("V", bound=Value)
Fields = tuple[tuple[str, Coder], ...]

_DIGITS_MAX = 38
_SHOWN_MAX = 80


class TypedValues:
    """Converts values of closed serializable types over a set of packages, which may grow."""

    def __init__(self, packages: Packages) -> None:
        self._shapes = Shapes(packages)
        self._coders: dict[Shape, Coder] = {}

    def to_value(self, value: Any, type_: Type) -> Value:
        """Give a run-time value with names of types and labels, as participants write it.

        Optional fields at the end of a record are left out while they are None. The value is
        taken to be of the type; `LimitExceeded` if it nests too deep.
        """
        try:
            made: Value = self._of(self._shapes.resolve(type_)).encode(value, 0)
        except NestingTooDeep:
            raise LimitExceeded("the nesting of a value", NESTING_MAX) from None
        return made

    def from_value(self, value: Value, type_: Type) -> Any:
        """Give the run-time value, or raise `UnfitValue` if it is none of the type.

        Names of types and labels may be absent, but not wrong; Optional fields at the end of a
        record may be absent.
        """
        try:
            return self._of(self._shapes.resolve(type_)).decode(value, 0)
        except NestingTooDeep:
            raise LimitExceeded("the nesting of a value", NESTING_MAX) from None

    def _of(self, shape: Shape) -> Coder:
        coder = self._coders.get(shape)
        if coder is None:
            is_optional = shape.head is Builtin.OPTIONAL
            coder = Coder(partial(self._make, shape), optional=is_optional)
            self._coders[shape] = coder
        return coder

    def _make(self, shape: Shape) -> Coding:
        head = shape.head
        if isinstance(head, Ref):
            return self._make_data(shape, head)
        scalar = _SCALARS.get(head) if isinstance(head, Builtin) else None
        if scalar is not None:
            return _scalar(scalar)
        args = shape.args
        match head:
            case Builtin.UNIT:
                return Coding(_decode_unit, lambda _value, _depth: values.Unit())
            case Builtin.NUMERIC:
                return _numeric(args[0].head)
            case Builtin.OPTIONAL:
                return _optional(self._of(args[0]))
            case Builtin.LIST:
                return _list(self._of(args[0]))
            case Builtin.TEXTMAP:
                return _textmap(self._of(args[0]))
            case Builtin.GENMAP:
                return _genmap(self._of(args[0]), self._of(args[1]))
        raise NotSerializable(f"the type {shape}")

    def _make_data(self, shape: Shape, ref: Ref) -> Coding:
        name = identifier_of(ref)
        match self._shapes.unfold(shape):
            case Product(fields):
                return _record(name, tuple((label, self._of(part)) for label, part in fields))
            case Sum(constructors):
                return _variant(name, tuple((con, self._of(part)) for con, part in constructors))
            case EnumType(constructors):
                return _enum(name, constructors)
        raise NotSerializable(f"the type {shape}")


def identifier_of(ref: Ref) -> Identifier:
    """Give a reference as it is written."""
    return Identifier(ref.package, ref.module, ref.name)


def ref_of(identifier: Identifier) -> Ref:
    """Give what is written as a reference."""
    return Ref(identifier.package_id, identifier.module, identifier.entity)


_SCALARS: dict[Builtin, type[Value]] = {
    Builtin.BOOL: values.Bool,
    Builtin.INT64: values.Int64,
    Builtin.DATE: values.Date,
    Builtin.TIMESTAMP: values.Timestamp,
    Builtin.PARTY: values.Party,
    Builtin.TEXT: values.Text,
    Builtin.CONTRACT_ID: values.ContractId,
}


def _expected(kind: type[V], value: Value) -> V:
    if not isinstance(value, kind):
        raise UnfitValue(kind.__name__, f"a {type(value).__name__}")
    return value


def _scalar(kind: type[Value]) -> Coding:
    make: Callable[[Any], Value] = kind

    def decode(value: Value, _depth: int) -> Any:
        return _expected(kind, value).value  # type: ignore[attr-defined]

    return Coding(decode, lambda value, _depth: make(value))


def _decode_unit(value: Value, _depth: int) -> tuple[()]:
    _expected(values.Unit, value)
    return ()


def _numeric(scale: object) -> Coding:
    assert isinstance(scale, int), "the scale of a Numeric is a number"

    def decode(value: Value, _depth: int) -> Decimal:
        text = _expected(values.Numeric, value).value
        whole, _, fraction = text.partition(".")
        number = Decimal(text)
        if len(fraction) != scale or len(whole.lstrip("-0")) + scale > _DIGITS_MAX:
            raise UnfitValue(f"Numeric {scale}", text[:_SHOWN_MAX])
        return number or abs(number)

    def encode(value: Decimal, _depth: int) -> Value:
        return values.Numeric(f"{value:f}" if scale else f"{value:f}.")

    return Coding(decode, encode)


def _optional(element: Coder) -> Coding:
    def decode(value: Value, depth: int) -> tuple[Any] | None:
        content = _expected(values.Optional, value).value
        return None if content is None else (element.decode(content, deeper(depth)),)

    def encode(value: tuple[Any] | None, depth: int) -> Value:
        if value is None:
            return values.Optional(None)
        return values.Optional(element.encode(value[0], deeper(depth)))

    return Coding(decode, encode)


def _list(element: Coder) -> Coding:
    def decode(value: Value, depth: int) -> Any:
        inner = deeper(depth)
        return to_cons([element.decode(e, inner) for e in _expected(values.List, value).elements])

    def encode(value: Any, depth: int) -> Value:
        inner = deeper(depth)
        return values.List(tuple([element.encode(e, inner) for e in from_cons(value)]))

    return Coding(decode, encode)


def _textmap(element: Coder) -> Coding:
    def decode(value: Value, depth: int) -> dict[str, Any]:
        inner = deeper(depth)
        entries = _expected(values.TextMap, value).entries
        decoded = {key: element.decode(item, inner) for key, item in entries}
        if len(decoded) != len(entries):
            raise UnfitValue("TextMap", "a key that comes twice")
        return decoded

    def encode(value: dict[str, Any], depth: int) -> Value:
        inner = deeper(depth)
        return values.TextMap(
            tuple([(key, element.encode(value[key], inner)) for key in sorted(value)])
        )

    return Coding(decode, encode)


def _genmap(key: Coder, element: Coder) -> Coding:
    def decode(value: Value, depth: int) -> GenMap:
        inner = deeper(depth)
        entries = _expected(values.GenMap, value).entries
        pairs = [(key.decode(k, inner), element.decode(item, inner)) for k, item in entries]
        decoded = sorted_map(pairs)
        if len(decoded) != len(entries):
            raise UnfitValue("GenMap", "a key that comes twice")
        return decoded

    def encode(value: GenMap, depth: int) -> Value:
        inner = deeper(depth)
        return values.GenMap(
            tuple([(key.encode(k, inner), element.encode(v, inner)) for k, v in value.items()])
        )

    return Coding(decode, encode)


def _record(name: Identifier, fields: Fields) -> Coding:
    labels = [label for label, _ in fields]
    required = max((i + 1 for i, (_, coder) in enumerate(fields) if not coder.optional), default=0)

    def decode(value: Value, depth: int) -> tuple[Any, ...]:
        given = _expected(values.Record, value)
        _check_name(given.id, name)
        if not required <= len(given.fields) <= len(fields):
            raise UnfitValue(str(name), f"a record of {len(given.fields)} fields")
        inner = deeper(depth)
        decoded: list[Any] = []
        for (label, coder), (written, item) in zip(fields, given.fields, strict=False):
            if written is not None and written != label:
                raise UnfitValue(f"{name} with {label}", f"a field {written[:_SHOWN_MAX]}")
            decoded.append(coder.decode(item, inner))
        return (*decoded, *[None] * (len(fields) - len(decoded)))

    def encode(value: tuple[Any, ...], depth: int) -> Value:
        inner = deeper(depth)
        size = len(fields)
        while size > required and value[size - 1] is None:
            size -= 1
        encoded = [
            coder.encode(item, inner)
            for (_, coder), item in zip(fields[:size], value[:size], strict=True)
        ]
        return values.Record(name, tuple(zip(labels[:size], encoded, strict=True)))

    return Coding(decode, encode)


def _variant(name: Identifier, constructors: Fields) -> Coding:
    by_name = {con: (rank, coder) for rank, (con, coder) in enumerate(constructors)}

    def decode(value: Value, depth: int) -> tuple[int, Any]:
        given = _expected(values.Variant, value)
        _check_name(given.id, name)
        if given.constructor not in by_name:
            raise UnfitValue(str(name), f"the constructor {given.constructor[:_SHOWN_MAX]}")
        rank, coder = by_name[given.constructor]
        return rank, coder.decode(given.value, deeper(depth))

    def encode(value: tuple[int, Any], depth: int) -> Value:
        constructor, coder = constructors[value[0]]
        return values.Variant(name, constructor, coder.encode(value[1], deeper(depth)))

    return Coding(decode, encode)


def _enum(name: Identifier, constructors: tuple[str, ...]) -> Coding:
    ranks = {constructor: rank for rank, constructor in enumerate(constructors)}

    def decode(value: Value, _depth: int) -> int:
        given = _expected(values.Enum, value)
        _check_name(given.id, name)
        if given.constructor not in ranks:
            raise UnfitValue(str(name), f"the constructor {given.constructor[:_SHOWN_MAX]}")
        return ranks[given.constructor]

    return Coding(decode, lambda value, _depth: values.Enum(name, constructors[value]))


def _check_name(given: Identifier | None, name: Identifier) -> None:
    if given is not None and given != name:
        raise UnfitValue(str(name), f"one of type {str(given)[:255]}")

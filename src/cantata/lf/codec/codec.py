"""The JSON codec of Daml-LF values, driven by the types of packages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from cantata.lf.codec import containers, data, numerics, texts, times
from cantata.lf.codec.coder import Coder, Coding
from cantata.lf.codec.errors import NotSerializable, ValueRefused
from cantata.lf.codec.shapes import Product, Shape, Shapes, Sum
from cantata.lf.model import Builtin, EnumType, Packages, Ref, Type

_PLAIN = {
    Builtin.UNIT: Coding(texts.decode_unit, texts.encode_unit),
    Builtin.BOOL: Coding(texts.decode_bool, None),
    Builtin.INT64: Coding(numerics.decode_int64, numerics.encode_int64),
    Builtin.DATE: Coding(times.decode_date, times.encode_date),
    Builtin.TIMESTAMP: Coding(times.decode_timestamp, times.encode_timestamp),
    Builtin.PARTY: Coding(texts.decode_party, None),
    Builtin.TEXT: Coding(texts.decode_text, None),
    Builtin.CONTRACT_ID: Coding(texts.decode_contract_id, None),
}

_ARITY = {
    **dict.fromkeys(_PLAIN, 0),
    Builtin.NUMERIC: 1,
    Builtin.OPTIONAL: 1,
    Builtin.LIST: 1,
    Builtin.TEXTMAP: 1,
    Builtin.GENMAP: 2,
}


class JsonCodec:
    """Converts between run-time values and the JSON of the JSON Ledger API v2 (LF-JSON).

    Made once per set of packages; each type is compiled to functions when first used. Packages
    may be added later; a package that is replaced needs a new codec.
    """

    def __init__(self, packages: Packages) -> None:
        self._shapes = Shapes(packages)
        self._coders: dict[Shape, Coder] = {}

    def encode(self, value: Any, type_: Type) -> Any:
        """Give a value of a closed serializable type as JSON data (dict, list, str, bool, None).

        The value is taken to be of the type. Raise `NotSerializable` for other types,
        `NestingTooDeep` for values deeper than the ledger allows.
        """
        return self._coder(type_).encode(value, 0)

    def decode(self, json_data: Any, type_: Type, *, root: str = "") -> Any:
        """Give JSON data as a value of a closed serializable type.

        Numbers must be int or Decimal, as `loads` reads them. `root` names the whole value in
        paths, for example ``createArguments``. Raise a `ValueRefused` that says what and where.
        """
        try:
            return self._coder(type_).decode(json_data, 0)
        except ValueRefused as error:
            error.locate(root)
            raise

    def encoder(self, type_: Type) -> Callable[[Any], Any]:
        """Give `encode` of one type as a function, for loops."""
        coder = self._coder(type_)
        coder.ready()
        encode = coder.encode
        return lambda value: encode(value, 0)

    def decoder(self, type_: Type, *, root: str = "") -> Callable[[Any], Any]:
        """Give `decode` of one type as a function, for loops."""
        return partial(self.decode, type_=type_, root=root)

    def _coder(self, type_: Type) -> Coder:
        return self._of(self._shapes.resolve(type_))

    def _of(self, shape: Shape) -> Coder:
        """Give the coder of a shape; making its functions waits until they are used."""
        coder = self._coders.get(shape)
        if coder is None:
            make = partial(self._make, shape)
            coder = self._coders[shape] = Coder(make, optional=shape.head is Builtin.OPTIONAL)
            if shape.head in _PLAIN or shape.head is Builtin.NUMERIC:
                coder.ready()
        return coder

    def _make(self, shape: Shape) -> Coding:
        if isinstance(shape.head, Ref):
            return self._make_data(shape)
        head, args = shape.head, shape.args
        if not isinstance(head, Builtin) or _ARITY.get(head) != len(args):
            raise NotSerializable(f"the type {shape}")
        match head:
            case Builtin.NUMERIC:
                return _make_numeric(shape)
            case Builtin.OPTIONAL:
                return self._make_optional(args[0])
            case Builtin.LIST:
                return containers.list_of(self._of(args[0]))
            case Builtin.TEXTMAP:
                return containers.textmap(self._of(args[0]))
            case Builtin.GENMAP:
                return containers.genmap(self._of(args[0]), self._of(args[1]))
        return _PLAIN[head]

    def _make_optional(self, element: Shape) -> Coding:
        levels = 1
        while element.head is Builtin.OPTIONAL and len(element.args) == 1:
            element, levels = element.args[0], levels + 1
        if levels == 1:
            return containers.optional(self._of(element))
        return containers.nested_optional(levels, self._of(element))

    def _make_data(self, shape: Shape) -> Coding:
        match self._shapes.unfold(shape):
            case Product(fields):
                return data.record(tuple((name, self._of(part)) for name, part in fields))
            case Sum(constructors):
                return data.variant(tuple((name, self._of(part)) for name, part in constructors))
            case EnumType(constructors):
                return data.enum(constructors)
            case None:
                raise NotSerializable(f"the type {shape}")


def _make_numeric(shape: Shape) -> Coding:
    scale = shape.args[0].head
    if not isinstance(scale, int) or not 0 <= scale < numerics.NUMERIC_DIGITS_MAX:
        raise NotSerializable(f"Numeric {shape.args[0]}")
    return Coding(numerics.numeric_decoder(scale), numerics.numeric_encoder(scale))

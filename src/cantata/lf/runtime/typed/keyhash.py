"""Hashes of contract keys, as the network computes them from key, type and name of the template.

The hash is what makes two keys the same: it leaves out package ids and fields that are None at the
end of a record, so that versions of one package agree. Keys hold no contract ids.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from struct import Struct
from typing import Any

from cantata.lf.model import Builtin, Ref, Type
from cantata.lf.runtime.errors import ContractIdInContractKey, InternalError
from cantata.lf.runtime.typed.plans import Base, Choices, Container, Fields, Plans
from cantata.lf.runtime.values import Value, from_cons

Hasher = Callable[[Value], bytes]
"""Gives the 32 bytes of a key's hash."""

_Encode = Callable[[Any], bytes]

_TYPED_NORMAL_FORM = b"\x03"
_CONTRACT_KEY = b"\x09"
_VERSION = b"\x01"
_END_OF_RECORD = b"\xff"
_RECORD, _VARIANT, _ENUM, _LIST, _OPTIONAL, _TEXTMAP, _GENMAP = (
    bytes([tag]) for tag in range(8, 15)
)

_INT = Struct(">i").pack
_LONG = Struct(">q").pack


class KeyHashes:
    """Hashes of keys by template."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans
        self._encoders: dict[Type, _Encode] = {}

    def hasher(self, package_name: str, template: Ref, type_: Type) -> Hasher:
        """Give the hash of a template's keys, which are of a type.

        Keys are taken to be within the nesting limit; `ContractIdInContractKey` if one holds a
        contract id.
        """
        head = _TYPED_NORMAL_FORM + _CONTRACT_KEY + _VERSION + _text(package_name) + _name(template)
        encode = self._of(type_)
        return lambda key: sha256(head + encode(key)).digest()

    def _of(self, type_: Type) -> _Encode:
        found = self._encoders.get(type_)
        if found is None:
            later: list[_Encode] = []
            self._encoders[type_] = lambda value: later[0](value)  # noqa: PLW0108 - not there yet
            later.append(self._make(type_))
            found = self._encoders[type_] = later[0]
        return found

    def _make(self, type_: Type) -> _Encode:
        match self._plans.plan(type_):
            case Base(builtin) if builtin in _SCALARS:
                return _SCALARS[builtin]
            case Container(builtin, parts):
                return _CONTAINERS[builtin](*map(self._of, parts))
            case Fields(Ref() as ref, fields):
                return _record(ref, [(_text(name), self._of(item)) for name, item in fields])
            case Choices(ref, constructors):
                return self._choice(ref, constructors)
        raise InternalError(f"a contract key holds a value of the type {type_}")

    def _choice(self, ref: Ref, constructors: tuple[tuple[str, Type | None], ...]) -> _Encode:
        head = _name(ref)
        named = [head + _text(name) + _INT(rank) for rank, (name, _) in enumerate(constructors)]
        inner = [None if item is None else self._of(item) for _, item in constructors]

        def encode(value: Any) -> bytes:
            if isinstance(value, int):
                return _ENUM + named[value]
            rank: int = value[0]
            content = inner[rank]
            assert content is not None, "constructors of a variant have payloads"
            return _VARIANT + named[rank] + content(value[1])

        return encode


def _text(text: str) -> bytes:
    content = text.encode()
    return _INT(len(content)) + content


def _name(ref: Ref) -> bytes:
    return _dotted(ref.module) + _dotted(ref.name)


def _dotted(name: str) -> bytes:
    segments = name.split(".")
    return _INT(len(segments)) + b"".join(map(_text, segments))


def _numeric(value: Decimal) -> bytes:
    """Write the digits as one signed number in the fewest bytes."""
    sign, digits, _ = value.as_tuple()
    number = int("".join(map(str, digits)))
    number = -number if sign else number
    size = (number if number >= 0 else ~number).bit_length() // 8 + 1
    content: bytes = number.to_bytes(size, "big", signed=True)
    return b"\x01" + _INT(size) + content


def _refuse(contract_id: str) -> bytes:
    raise ContractIdInContractKey(contract_id)


_SCALARS: dict[Builtin | None, _Encode] = {
    Builtin.INT64: lambda value: b"\x00" + _LONG(value),
    Builtin.NUMERIC: _numeric,
    Builtin.TEXT: lambda value: b"\x02" + _text(value),
    Builtin.TIMESTAMP: lambda value: b"\x03" + _LONG(value),
    Builtin.PARTY: lambda value: b"\x04" + _text(value),
    Builtin.BOOL: lambda value: b"\x05\x01" if value else b"\x05\x00",
    Builtin.UNIT: lambda _: b"\x06",
    Builtin.DATE: lambda value: b"\x07" + _INT(value),
    Builtin.CONTRACT_ID: _refuse,
}


def _optional(inner: _Encode) -> _Encode:
    return lambda value: _OPTIONAL + (b"\x00" if value is None else b"\x01" + inner(value[0]))


def _list(inner: _Encode) -> _Encode:
    def encode(value: Any) -> bytes:
        items = from_cons(value)
        return _LIST + _INT(len(items)) + b"".join(map(inner, items))

    return encode


def _textmap(inner: _Encode) -> _Encode:
    def encode(value: Any) -> bytes:
        entries = [_text(key) + inner(value[key]) for key in sorted(value)]
        return _TEXTMAP + _INT(len(entries)) + b"".join(entries)

    return encode


def _genmap(key: _Encode, inner: _Encode) -> _Encode:
    def encode(value: Any) -> bytes:
        entries = [key(first) + inner(item) for first, item in value.items()]
        return _GENMAP + _INT(len(entries)) + b"".join(entries)

    return encode


_CONTAINERS: dict[Builtin, Callable[..., _Encode]] = {
    Builtin.OPTIONAL: _optional,
    Builtin.LIST: _list,
    Builtin.TEXTMAP: _textmap,
    Builtin.GENMAP: _genmap,
}


def _record(ref: Ref, fields: list[tuple[bytes, _Encode]]) -> _Encode:
    head = _RECORD + _name(ref)

    def encode(value: Any) -> bytes:
        size = len(value)
        while size and value[size - 1] is None:
            size -= 1
        shown = zip(fields, value[:size], strict=False)
        content = b"".join([name + inner(item) for (name, inner), item in shown])
        return head + content + _END_OF_RECORD

    return encode

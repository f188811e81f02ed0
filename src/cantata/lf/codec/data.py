"""Records, variants and enums in JSON."""

from __future__ import annotations

from typing import Any

from cantata.lf.codec.coder import Coder, Coding, Decode, Encode, deeper
from cantata.lf.codec.errors import (
    IllegalVariant,
    MalformedValue,
    MissingFields,
    UnexpectedFields,
    ValueRefused,
    WrongJsonKind,
    excerpt,
)

Fields = tuple[tuple[str, Coder], ...]
"""The fields of a record or the constructors of a variant, in declared order."""


def record(fields: Fields) -> Coding:
    """Make a record: an object by field name, None at the end left out."""
    return Coding(_record_decoder(fields), _record_encoder(fields))


def _record_decoder(fields: Fields) -> Decode:
    names = frozenset(name for name, _ in fields)
    required = frozenset(name for name, coder in fields if not coder.optional)

    def decode(data: Any, depth: int) -> tuple[Any, ...]:
        if not isinstance(data, dict):
            raise WrongJsonKind("a record as a JSON object", data)
        present = data.keys()
        if present != names:
            if not required <= present:
                raise MissingFields(name for name, _ in fields if name in required - present)
            if not present <= names:
                _refuse_unexpected(data, names)
        inner, get, values, name = deeper(depth), data.get, [], ""
        try:
            for name, coder in fields:
                values.append(coder.decode(get(name), inner))
        except ValueRefused as error:
            error.within(name)
            raise
        return tuple(values)

    return decode


def _record_encoder(fields: Fields) -> Encode:
    droppable = []
    for name, coder in reversed(fields):
        if not coder.optional:
            break
        droppable.append(name)

    def encode(value: tuple[Any, ...], depth: int) -> dict[str, Any]:
        inner, data, name = deeper(depth), {}, ""
        try:
            for (name, coder), item in zip(fields, value, strict=True):
                data[name] = coder.encode(item, inner)
        except ValueRefused as error:
            error.within(name)
            raise
        for name in droppable:
            if data[name] is not None:
                break
            del data[name]
        return data

    return encode


def variant(constructors: Fields) -> Coding:
    """Make a variant: ``{"tag": constructor, "value": payload}``."""
    by_name = {name: (rank, coder) for rank, (name, coder) in enumerate(constructors)}

    def decode(data: Any, depth: int) -> tuple[int, Any]:
        if not isinstance(data, dict) or "tag" not in data or "value" not in data:
            cause = "Variant type json must have 'tag' and 'value' fields."
            raise IllegalVariant(cause, hint='a constructor without content has "value": {}')
        tag = data["tag"]
        if not isinstance(tag, str):
            error = WrongJsonKind("a constructor as a JSON string", tag)
            error.within("tag")
            raise error
        if tag not in by_name:
            cause = f"Unexpected variant tag: {excerpt(tag)}"
            raise IllegalVariant(cause, hint=_one_of(by_name))
        rank, coder = by_name[tag]
        try:
            return rank, coder.decode(data["value"], deeper(depth))
        except ValueRefused as error:
            error.within("value")
            raise

    def encode(value: tuple[int, Any], depth: int) -> dict[str, Any]:
        name, coder = constructors[value[0]]
        try:
            return {"tag": name, "value": coder.encode(value[1], deeper(depth))}
        except ValueRefused as error:
            error.within("value")
            raise

    return Coding(decode, encode)


def enum(constructors: tuple[str, ...]) -> Coding:
    """Make an enum: the constructor's name."""
    ranks = {name: rank for rank, name in enumerate(constructors)}

    def decode(data: Any, _depth: int) -> int:
        if not isinstance(data, str):
            raise WrongJsonKind("a constructor as a JSON string", data)
        if data not in ranks:
            raise MalformedValue(f"Unexpected case: {excerpt(data)}", hint=_one_of(ranks))
        return ranks[data]

    def encode(value: int, _depth: int) -> str:
        return constructors[value]

    return Coding(decode, encode)


def _refuse_unexpected(data: dict[str, Any], names: frozenset[str]) -> None:
    """Refuse fields that the record does not have, unless they are null."""
    unexpected = [str(key) for key, item in data.items() if key not in names and item is not None]
    if unexpected:
        raise UnexpectedFields(unexpected)


def _one_of(names: dict[str, Any]) -> str:
    return f"one of {excerpt(', '.join(names))}"

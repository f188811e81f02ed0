"""The base classes of generated records, variants and enums."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Any, Self, TypeAlias, TypeVar

from cantata.lf.codec import data as coding
from cantata.lf.codec.coder import Coding
from cantata.lf.codec.errors import IllegalVariant, ValueRefused, WrongJsonKind
from cantata.lf.codegen.support.codec import Codec

T = TypeVar("T")

Parts: TypeAlias = list[tuple[str, str, Codec[Any]]]
"""The fields of a record: name on the ledger, name in Python, codec."""

Constructors: TypeAlias = list[tuple[str, type[Any], Codec[Any]]]
"""The constructors of a variant: name on the ledger, class, codec of the content."""

CODECS_MAX = 10_000
"""Codecs that are kept; others are made again when they are needed."""


class Record:
    """A record without type parameters."""

    __slots__ = ()

    @classmethod
    def codec(cls) -> Codec[Self]:
        """Give the codec of the record."""
        return _codec(cls)

    def to_json(self) -> Any:
        """Give the record as JSON data; raise `ValueRefused` for what no ledger would take."""
        return self.codec().to_json(self)

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Read the record; raise `ValueRefused` with the path of what does not fit."""
        return cls.codec().from_json(data)


class GenericRecord:
    """A record with type parameters; codecs of the arguments come with each conversion."""

    __slots__ = ()

    def to_json(self, *codecs: Codec[Any]) -> Any:
        """Give the record as JSON data; raise `ValueRefused` for what no ledger would take."""
        return _codec(type(self), *codecs).to_json(self)

    @classmethod
    def from_json(cls, data: Any, *codecs: Codec[Any]) -> Self:
        """Read the record; raise `ValueRefused` with the path of what does not fit."""
        return _codec(cls, *codecs).from_json(data)


class Variant(Record):
    """A variant without type parameters; its constructors are subclasses with a `value`."""

    __slots__ = ()

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Read the variant; on the class of a constructor refuse the other constructors."""
        return _of_class(cls, cls.codec().from_json(data))


class GenericVariant(GenericRecord):
    """A variant with type parameters; its constructors are subclasses with a `value`."""

    __slots__ = ()

    @classmethod
    def from_json(cls, data: Any, *codecs: Codec[Any]) -> Self:
        """Read the variant; on the class of a constructor refuse the other constructors."""
        return _of_class(cls, _codec(cls, *codecs).from_json(data))


class Enum(StrEnum):
    """An enum; the value of a member is its name on the ledger."""

    @classmethod
    def codec(cls) -> Codec[Self]:
        """Give the codec of the enum."""
        return _enum_codec(cls)

    def to_json(self) -> str:
        """Give the name on the ledger."""
        return str(self.value)

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Read a member; raise `ValueRefused` for anything else."""
        return cls.codec().from_json(data)


def generic(cls: type[T], *codecs: Codec[Any]) -> Codec[T]:
    """Give the codec of a class with type parameters for codecs of its arguments."""
    return _codec(cls, *codecs)


@lru_cache(maxsize=CODECS_MAX)
def _cached_codec(cls: Any, codecs: tuple[Codec[Any], ...]) -> Codec[Any]:
    if hasattr(cls, "_constructors"):
        return Codec(lambda: _variant(cls._constructors(*codecs)))
    return Codec(lambda: record_coding(cls, cls._parts(*codecs)))


def _codec(cls: type[T], *codecs: Codec[Any]) -> Codec[T]:
    owner: Any = cls
    return _cached_codec(owner, codecs)


def record_coding(cls: type[Any], parts: Parts) -> Coding:
    """Make the conversion between objects of a class, made by name, and JSON objects."""
    names = tuple(name for _, name, _ in parts)
    inner = coding.record(tuple((wire, codec) for wire, _, codec in parts))
    write = inner.encode
    assert write is not None

    def decode(data: Any, depth: int) -> Any:
        return cls(**dict(zip(names, inner.decode(data, depth), strict=True)))

    def encode(value: Any, depth: int) -> Any:
        if not isinstance(value, cls):
            raise WrongJsonKind(f"a {cls.__name__}", str(value))
        return write(tuple(getattr(value, name) for name in names), depth)

    return Coding(decode, encode)


def _variant(constructors: Constructors) -> Coding:
    """Make the conversion between objects of constructor classes and tagged JSON objects."""
    classes = tuple(cls for _, cls, _ in constructors)
    ranks = {cls: rank for rank, cls in enumerate(classes)}
    inner = coding.variant(tuple((wire, codec) for wire, _, codec in constructors))
    write = inner.encode
    assert write is not None

    def decode(data: Any, depth: int) -> Any:
        rank, content = inner.decode(data, depth)
        return classes[rank](content)

    def encode(value: Any, depth: int) -> Any:
        rank = ranks.get(type(value))
        if rank is None:
            wanted = ", ".join(cls.__name__ for cls in classes)
            raise WrongJsonKind(f"one of {wanted}", str(value))
        return write((rank, value.value), depth)

    return Coding(decode, encode)


@lru_cache(maxsize=CODECS_MAX)
def _enum_codec(cls: Any) -> Codec[Any]:
    members = tuple(cls)
    inner = coding.enum(tuple(str(member.value) for member in members))

    def encode(value: Any, _depth: int) -> str:
        if not isinstance(value, cls):
            raise WrongJsonKind(f"a {cls.__name__}", str(value))
        return str(value.value)

    return Codec(lambda: Coding(lambda data, depth: members[inner.decode(data, depth)], encode))


def _of_class(cls: type[T], value: Any) -> T:
    if isinstance(value, cls):
        return value
    error: ValueRefused = IllegalVariant(f"Expected {cls.__name__}, got {type(value).__name__}")
    error.locate("")
    raise error

"""Codecs of the container types of generated code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from cantata.lf.codec import containers
from cantata.lf.codec.coder import Coding, deeper
from cantata.lf.codec.errors import NotSerializable, ValueRefused, WrongJsonKind
from cantata.lf.codegen.support.codec import Codec
from cantata.lf.codegen.support.values import GenMap, List, Some, TextMap

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


def optional(element: Codec[T]) -> Codec[T | None]:
    """Give the codec of ``Optional a`` where None is no value of a."""
    return OptionalCodec(element, boxed=False)


def nested(element: Codec[T]) -> Codec[Some[T] | None]:
    """Give the codec of ``Optional a`` where None may be a value of a: content in `Some`."""
    return OptionalCodec(element, boxed=True)


class OptionalCodec(Codec[Any]):
    """An Optional: null or the value; around another Optional arrays all the way down."""

    __slots__ = ("boxed", "element")

    def __init__(self, element: Codec[Any], *, boxed: bool) -> None:
        super().__init__(self._functions, optional=True)
        self.element = element
        self.boxed = boxed

    def decode_array(self, data: Any, depth: int) -> Any:
        """Read the form ``[]`` or ``[content]``."""
        if not isinstance(data, list):
            raise WrongJsonKind("a JSON array", data)
        if not data:
            return None
        try:
            content = self._inner_decode(data[0], deeper(depth))
        except ValueRefused as error:
            error.within(0)
            raise
        return Some(content) if self.boxed else content

    def encode_array(self, value: Any, depth: int) -> list[Any]:
        """Write the form ``[]`` or ``[content]``."""
        if value is None:
            return []
        return [self._inner_encode(self._content(value), deeper(depth))]

    def _functions(self) -> Coding:
        if self.element.optional:
            return Coding(self.decode_array, self.encode_array)
        return Coding(self._decode_plain, self._encode_plain)

    def _decode_plain(self, data: Any, depth: int) -> Any:
        if data is None:
            return None
        content = self.element.decode(data, deeper(depth))
        return Some(content) if self.boxed else content

    def _encode_plain(self, value: Any, depth: int) -> Any:
        if value is None:
            return None
        return self.element.encode(self._content(value), deeper(depth))

    def _content(self, value: Any) -> Any:
        if not self.boxed:
            return value
        if not isinstance(value, Some):
            raise WrongJsonKind("Some(…) or None", str(value))
        return value.content

    def _inner_decode(self, data: Any, depth: int) -> Any:
        inner = self.element
        if isinstance(inner, OptionalCodec):
            return inner.decode_array(data, depth)
        return inner.decode(data, depth)

    def _inner_encode(self, value: Any, depth: int) -> Any:
        inner = self.element
        if isinstance(inner, OptionalCodec):
            return inner.encode_array(value, depth)
        return inner.encode(value, depth)


def list_of(element: Codec[T]) -> Codec[List[T]]:
    """Give the codec of ``List a``: a tuple."""

    def decode(data: Any, depth: int) -> tuple[Any, ...]:
        if not isinstance(data, list):
            raise WrongJsonKind("a JSON array", data)
        return tuple(_each(element.decode, data, deeper(depth)))

    def encode(value: Any, depth: int) -> list[Any]:
        if not isinstance(value, tuple | list):
            raise WrongJsonKind("a tuple", str(value))
        return _each(element.encode, value, deeper(depth))

    return Codec(lambda: Coding(decode, encode))


def textmap(element: Codec[T]) -> Codec[TextMap[T]]:
    """Give the codec of ``TextMap a``: a mapping from str."""
    plain = containers.textmap(element)
    write = plain.encode
    assert write is not None

    def encode(value: Any, depth: int) -> Any:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise WrongJsonKind("a mapping from str", str(value))
        return write(dict(value), depth)

    return Codec(lambda: Coding(plain.decode, encode))


def genmap(key: Codec[K], element: Codec[V]) -> Codec[GenMap[K, V]]:
    """Give the codec of ``GenMap k a``: a mapping in the order of keys on the ledger."""
    entries = list_of(_pair(key, element))

    def decode(data: Any, depth: int) -> dict[Any, Any]:
        try:
            return dict(entries.decode(data, depth))
        except TypeError:
            raise NotSerializable("a GenMap whose keys hold maps, as a mapping of Python") from None

    def encode(value: Any, depth: int) -> Any:
        if not isinstance(value, Mapping):
            raise WrongJsonKind("a mapping", str(value))
        return entries.encode(tuple(value.items()), depth)

    return Codec(lambda: Coding(decode, encode))


def _pair(key: Codec[Any], element: Codec[Any]) -> Codec[Any]:
    """Give the codec of an entry; it adds no level of nesting to the map's own."""

    def decode(data: Any, depth: int) -> tuple[Any, Any]:
        if not isinstance(data, list) or len(data) < 2:
            raise WrongJsonKind("an array of key and value", data)
        return _at(0, key.decode, data[0], depth), _at(1, element.decode, data[1], depth)

    def encode(value: Any, depth: int) -> list[Any]:
        return [_at(0, key.encode, value[0], depth), _at(1, element.encode, value[1], depth)]

    return Codec(lambda: Coding(decode, encode))


def _each(convert: Any, items: Any, depth: int) -> list[Any]:
    return [_at(index, convert, item, depth) for index, item in enumerate(items)]


def _at(index: int, convert: Any, item: Any, depth: int) -> Any:
    try:
        return convert(item, depth)
    except ValueRefused as error:
        error.within(index)
        raise

"""The canonical text of a typed value: what hashes of contracts are taken of.

The text is injective for a given type: texts are quoted, counts stand before entries, ranks before
payloads. It is ASCII and the same whatever order a map was built in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cantata.lf.codec.shapes import Shape, Shapes, bind
from cantata.lf.model import Builtin, EnumType, Packages, Record, Ref, Type, Variant

Writer = Callable[[Any, Callable[[str], None]], None]
"""Appends the canonical text of a value piece by piece."""


class Contents:
    """Canonical texts of values of closed serializable types, compiled once for each type.

    Values are taken to be of their type and within the ledger's nesting limit.
    """

    def __init__(self, packages: Packages) -> None:
        self._shapes = Shapes(packages)
        self._writers: dict[Shape, Writer] = {}

    def text(self, value: Any, type_: Type) -> str:
        """Give the canonical text of a value."""
        return self.printer(type_)(value)

    def printer(self, type_: Type) -> Callable[[Any], str]:
        """Give `text` for one type as a function."""
        writer = self._of(self._shapes.resolve(type_))
        if writer is _plain:
            return ascii

        def text(value: Any) -> str:
            pieces: list[str] = []
            writer(value, pieces.append)
            return "".join(pieces)

        return text

    def _of(self, shape: Shape) -> Writer:
        writer = self._writers.get(shape)
        if writer is None:
            later = _Later()
            self._writers[shape] = later
            writer = self._writers[shape] = later.target = self._make(shape)
        return writer

    def _make(self, shape: Shape) -> Writer:
        if isinstance(shape.head, Ref):
            return self._make_data(shape.head, shape.args)
        match shape.head:
            case Builtin.OPTIONAL:
                inner = self._of(shape.args[0])
                return _plain if inner is _plain else _optional(inner)
            case Builtin.LIST:
                return _list(self._of(shape.args[0]))
            case Builtin.TEXTMAP:
                return _textmap(self._of(shape.args[0]))
            case Builtin.GENMAP:
                return _genmap(self._of(shape.args[0]), self._of(shape.args[1]))
        return _plain

    def _make_data(self, ref: Ref, args: tuple[Shape, ...]) -> Writer:
        definition = self._shapes.packages.data_type(ref)
        env = bind(ref, definition.params, args)
        match definition.cons:
            case Record(fields):
                return _joined(_record, [self._of_type(type_, env) for _, type_ in fields])
            case Variant(constructors):
                return _joined(_variant, [self._of_type(type_, env) for _, type_ in constructors])
            case EnumType():
                return _plain
        raise TypeError(f"values of {ref} are not stored")

    def _of_type(self, type_: Type, env: Mapping[str, Shape]) -> Writer:
        return self._of(self._shapes.resolve(type_, env))


class _Later:
    """A writer in the making, for types that contain themselves."""

    __slots__ = ("target",)

    def __init__(self) -> None:
        self.target: Writer = _plain

    def __call__(self, value: Any, put: Callable[[str], None]) -> None:
        self.target(value, put)


def _plain(value: Any, put: Callable[[str], None]) -> None:
    """Write what Python writes in one way only: no lists, whose cells nest, and no maps."""
    put(ascii(value))


def _joined(make: Callable[[list[Writer]], Writer], parts: list[Writer]) -> Writer:
    """Make a writer of parts, unless all of them can be written together."""
    return _plain if all(part is _plain for part in parts) else make(parts)


def _optional(inner: Writer) -> Writer:
    def write(value: Any, put: Callable[[str], None]) -> None:
        if value is None:
            put("-")
        else:
            put("+")
            inner(value[0], put)

    return write


def _list(inner: Writer) -> Writer:
    def write(value: Any, put: Callable[[str], None]) -> None:
        while value:
            put("+")
            inner(value[0], put)
            value = value[1]
        put("-")

    return write


def _textmap(inner: Writer) -> Writer:
    def write(value: Any, put: Callable[[str], None]) -> None:
        put(f"{len(value)};")
        for key in sorted(value):
            put(ascii(key))
            inner(value[key], put)

    return write


def _genmap(key_writer: Writer, inner: Writer) -> Writer:
    def write(value: Any, put: Callable[[str], None]) -> None:
        put(f"{len(value)};")
        for key, item in value.items():
            key_writer(key, put)
            inner(item, put)

    return write


def _record(fields: list[Writer]) -> Writer:
    def write(value: Any, put: Callable[[str], None]) -> None:
        for field, item in zip(fields, value, strict=True):
            field(item, put)

    return write


def _variant(constructors: list[Writer]) -> Writer:
    def write(value: Any, put: Callable[[str], None]) -> None:
        put(f"{value[0]};")
        constructors[value[0]](value[1], put)

    return write

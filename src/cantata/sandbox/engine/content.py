"""The canonical text of a typed value: what hashes of contracts are taken of.

The text is injective for a given type: texts are quoted, counts stand before entries, ranks before
payloads. It is ASCII and the same whatever order a map was built in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cantata.lf.codec.shapes import Shape, Shapes, bind
from cantata.lf.model import Builtin, EnumType, Packages, Record, Ref, Type, Variant

Printer = Callable[[Any], str]
"""Gives the canonical text of a value of one type."""

_plain: Printer = ascii
"""Prints what Python prints in one way only: no lists, whose cells nest, and no maps."""


class Contents:
    """Canonical texts of values of closed serializable types, compiled once for each type.

    Values are taken to be of their type and within the ledger's nesting limit.
    """

    def __init__(self, packages: Packages) -> None:
        self._shapes = Shapes(packages)
        self._printers: dict[Shape, Printer] = {}

    def text(self, value: Any, type_: Type) -> str:
        """Give the canonical text of a value."""
        return self.printer(type_)(value)

    def printer(self, type_: Type) -> Printer:
        """Give `text` for one type as a function."""
        return self._of(self._shapes.resolve(type_))

    def _of(self, shape: Shape) -> Printer:
        printer = self._printers.get(shape)
        if printer is None:
            later = _Later()
            self._printers[shape] = later
            printer = self._printers[shape] = later.target = self._make(shape)
        return printer

    def _make(self, shape: Shape) -> Printer:
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

    def _make_data(self, ref: Ref, args: tuple[Shape, ...]) -> Printer:
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

    def _of_type(self, type_: Type, env: Mapping[str, Shape]) -> Printer:
        return self._of(self._shapes.resolve(type_, env))


class _Later:
    """A printer in the making, for types that contain themselves."""

    __slots__ = ("target",)

    def __init__(self) -> None:
        self.target: Printer = _plain

    def __call__(self, value: Any) -> str:
        return self.target(value)


def _joined(make: Callable[[list[Printer]], Printer], parts: list[Printer]) -> Printer:
    """Make a printer of parts, unless all of them can be printed together."""
    return _plain if all(part is _plain for part in parts) else make(parts)


def _optional(inner: Printer) -> Printer:
    def text(value: Any) -> str:
        return "-" if value is None else "+" + inner(value[0])

    return text


def _list(inner: Printer) -> Printer:
    def text(value: Any) -> str:
        pieces: list[str] = []
        while value:
            head, value = value
            pieces += ("+", inner(head))
        return "".join(pieces) + "-"

    return text


def _textmap(inner: Printer) -> Printer:
    def text(value: Any) -> str:
        pieces = [f"{len(value)};"]
        for key in sorted(value):
            pieces += (ascii(key), inner(value[key]))
        return "".join(pieces)

    return text


def _genmap(key_printer: Printer, inner: Printer) -> Printer:
    def text(value: Any) -> str:
        pieces = [f"{len(value)};"]
        for key, item in value.items():
            pieces += (key_printer(key), inner(item))
        return "".join(pieces)

    return text


def _record(fields: list[Printer]) -> Printer:
    def text(value: Any) -> str:
        return "".join([field(item) for field, item in zip(fields, value, strict=True)])

    return text


def _variant(constructors: list[Printer]) -> Printer:
    def text(value: Any) -> str:
        return f"{value[0]};{constructors[value[0]](value[1])}"

    return text

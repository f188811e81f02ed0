"""Values as the engine prints them in its error texts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from cantata.lf.model import Builtin, Ref, Type
from cantata.lf.runtime.builtins.times import date_to_text, timestamp_to_text
from cantata.lf.runtime.errors import short
from cantata.lf.runtime.typed.plans import Base, Choices, Container, Fields, Plans
from cantata.lf.runtime.values import Value, from_cons

MAX_LENGTH = 20_000
"""Longest text of a value; more is cut off."""


class Texts:
    """Prints values of serializable types.

    `labelled` texts carry type and field names; the others are of the stored form, which has
    neither names nor trailing None.
    """

    def __init__(self, plans: Plans, *, labelled: bool) -> None:
        self.plans = plans
        self.labelled = labelled
        self._left = MAX_LENGTH

    def text(self, value: Value, type_: Type) -> str:
        """Print a value."""
        self._left = MAX_LENGTH
        return self._text(value, type_)

    def _text(self, value: Value, type_: Type) -> str:
        if self._left < 0:
            return "…"
        match self.plans.plan(type_):
            case Container(builtin, parts):
                return self._container(value, builtin, parts)
            case Fields(ref, fields):
                return self._record(value, ref, fields)
            case Choices(ref, constructors):
                return self._choice(value, ref, constructors)
            case Base(builtin):
                text = _BASE[builtin](value) if builtin in _BASE else "…"
                self._left -= len(text)
                return text

    def _container(self, value: Value, builtin: Builtin, parts: tuple[Type, ...]) -> str:
        match builtin:
            case Builtin.OPTIONAL:
                return "None" if value is None else f"Option({self._text(value[0], parts[0])})"
            case Builtin.LIST:
                items = (self._text(item, parts[0]) for item in from_cons(value))
                return f"[{', '.join(items)}]"
            case Builtin.TEXTMAP:
                items = (f"{key} -> {self._text(value[key], parts[0])}" for key in sorted(value))
                return f"TextMap({', '.join(items)})"
        items = (
            f"{self._text(key, parts[0])} -> {self._text(item, parts[1])}"
            for key, item in value.items()
        )
        return f"GenMap({', '.join(items)})"

    def _record(self, value: Value, ref: Ref | None, fields: tuple[tuple[str, Type], ...]) -> str:
        if not self.labelled:
            size = len(value)
            while size and value[size - 1] is None:
                size -= 1
            value = value[:size]
        shown = [
            f"{name if self.labelled else '<no-label>'} = {self._text(part, item)}"
            for (name, item), part in zip(fields, value, strict=False)
        ]
        head = short(ref) if self.labelled and ref is not None else ""
        return f"{head}{{ {', '.join(shown)} }}"

    def _choice(
        self, value: Value, ref: Ref, constructors: tuple[tuple[str, Type | None], ...]
    ) -> str:
        head = f"{short(ref)}:" if self.labelled else ""
        if isinstance(value, int):
            return f"{head}{constructors[value][0]}"
        name, item = constructors[value[0]]
        if value[1] == () and item is not None and self._is_unit(item):
            return f"{head}{name}"
        return f"{head}{name}({self._text(value[1], item) if item is not None else ''})"

    def _is_unit(self, type_: Type) -> bool:
        return self.plans.plan(type_) == Base(Builtin.UNIT)


def _numeric(value: Decimal) -> str:
    text = format(value, "f")
    return text if "." in text else f"{text}."


_BASE: dict[Builtin | None, Callable[[Any], str]] = {
    Builtin.UNIT: lambda value: "<unit>",
    Builtin.BOOL: lambda value: "true" if value else "false",
    Builtin.INT64: str,
    Builtin.NUMERIC: _numeric,
    Builtin.TEXT: lambda value: f'"{value}"',
    Builtin.PARTY: lambda value: f"'{value}'",
    Builtin.CONTRACT_ID: str,
    Builtin.DATE: date_to_text,
    Builtin.TIMESTAMP: timestamp_to_text,
}

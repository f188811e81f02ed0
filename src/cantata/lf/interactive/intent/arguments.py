"""Whether an argument as it was sent is the one in a transaction, without the types at hand.

A value of a transaction says what it is, and so how the JSON must be read that stands for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from cantata.kernel.errors import CantataError
from cantata.kernel.time import Date, Timestamp
from cantata.lf.interactive import values
from cantata.lf.interactive.values import Value

MISMATCHES_MAX = 20
"""Mismatches of one argument that are told."""

GENMAP_UNORDERED_MAX = 1_000
"""Entries of a GenMap that are compared when they were not sent in the order of their keys."""

_TEXT_SHOWN_MAX = 120
_NUMERIC_TEXT_MAX = 100

Mismatch = tuple[str, str, str]
"""Where, what was wanted, what was found."""

_ABSENT = object()


def mismatches(wanted: Any, found: Value) -> list[Mismatch]:
    """Give where an argument differs from the wanted one, JSON or a `Value`; none if nowhere."""
    compare = _Comparison()
    if isinstance(wanted, Value):
        compare.typed(wanted, found)
    else:
        compare.json(wanted, found, "")
    return compare.found


class _Comparison:
    """One comparison; nesting is bounded by that of the value, which was bounded when read."""

    def __init__(self) -> None:
        self.found: list[Mismatch] = []

    def typed(self, wanted: Value, found: Value) -> None:
        """Compare values; names of types and labels count where the wanted value has them."""
        pending = [(wanted, found, "")]
        while pending and len(self.found) < MISMATCHES_MAX:
            left, right, path = pending.pop()
            if not _same_head(left, right):
                self._add(path, left, right)
                continue
            parts = zip(left.parts, right.parts, strict=True)
            pending.extend((a, b, f"{path}/{i}") for i, (a, b) in enumerate(parts))

    def json(self, data: Any, value: Value, path: str, nested: bool = False) -> None:
        """Compare JSON with a value; `nested` says that an Optional stands in an Optional."""
        if len(self.found) >= MISMATCHES_MAX:
            return
        match value:
            case values.Record():
                self._record(data, value, path)
            case values.Optional():
                self._optional(data, value, path, nested)
            case values.List(elements):
                self._list(data, elements, value, path)
            case values.TextMap(entries):
                self._textmap(data, dict(entries), value, path)
            case values.GenMap():
                self._genmap(data, value, path)
            case values.Variant(_, constructor, payload):
                if isinstance(data, Mapping) and data.get("tag") == constructor:
                    self.json(data.get("value"), payload, f"{path}.value")
                else:
                    self._add(path, data, value)
            case _:
                self._scalar(data, value, path)

    def _add(self, path: str, wanted: Any, found: Any) -> None:
        self.found.append((path.lstrip(".") or "the whole", shown(wanted), shown(found)))

    def _scalar(self, data: Any, value: Value, path: str) -> None:
        test = _SCALARS.get(type(value))
        try:
            same = test is not None and test(data, value)
        except (CantataError, InvalidOperation, ValueError, TypeError):
            same = False
        if not same:
            self._add(path, data, value)

    def _record(self, data: Any, value: values.Record, path: str) -> None:
        labels = [label for label, _ in value.fields]
        if not isinstance(data, Mapping) or None in labels:
            self._add(path, data, value)
            return
        for label, item in value.fields:
            place = f"{path}.{label}"
            given = data.get(label, _ABSENT)
            if given is not _ABSENT:
                self.json(given, item, place)
            elif item != values.Optional(None):
                self._add(place, "nothing", item)
        for label in data.keys() - set(labels):
            if data[label] is not None:
                self._add(f"{path}.{label}", data[label], "nothing")

    def _optional(self, data: Any, value: values.Optional, path: str, nested: bool) -> None:
        content = value.value
        if content is None:
            if data is not None and not (nested and data == []):
                self._add(path, data, value)
        elif nested or isinstance(content, values.Optional):
            if isinstance(data, list) and len(data) == 1:
                self.json(data[0], content, path, nested=isinstance(content, values.Optional))
            else:
                self._add(path, data, value)
        elif data is None:
            self._add(path, data, value)
        else:
            self.json(data, content, path)

    def _list(self, data: Any, elements: tuple[Value, ...], value: Value, path: str) -> None:
        if not isinstance(data, list) or len(data) != len(elements):
            self._add(path, data, value)
            return
        for index, (given, element) in enumerate(zip(data, elements, strict=True)):
            self.json(given, element, f"{path}[{index}]")

    def _textmap(self, data: Any, entries: dict[str, Value], value: Value, path: str) -> None:
        if not isinstance(data, Mapping) or data.keys() != entries.keys():
            self._add(path, data, value)
            return
        for key, element in entries.items():
            self.json(data[key], element, f"{path}.{key}")

    def _genmap(self, data: Any, value: values.GenMap, path: str) -> None:
        pairs = value.entries
        if not isinstance(data, list) or not all(_is_pair(pair) for pair in data):
            self._add(path, data, value)
        elif len(data) == len(pairs) and all(
            _entry(d, p) for d, p in zip(data, pairs, strict=True)
        ):
            return
        elif len(data) > GENMAP_UNORDERED_MAX or not _same_entries(data, pairs):
            self._add(path, data, value)


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2


def _matches(data: Any, value: Value) -> bool:
    return not mismatches(data, value)


def _entry(pair: list[Any], entry: tuple[Value, Value]) -> bool:
    return _matches(pair[0], entry[0]) and _matches(pair[1], entry[1])


def _same_entries(data: list[Any], pairs: tuple[tuple[Value, Value], ...]) -> bool:
    """Compare whatever the order; of equal keys the last counts, as on a ledger."""
    left = list(data)
    for key, item in pairs:
        of_key = [pair for pair in left if _matches(pair[0], key)]
        if not of_key or not _matches(of_key[-1][1], item):
            return False
        left = [pair for pair in left if pair not in of_key]
    return not left


def _same_head(left: Value, right: Value) -> bool:
    """Compare two values but for the values inside them."""
    if type(left) is not type(right) or len(left.parts) != len(right.parts):
        return False
    match left, right:
        case (values.Record(ref, fields), values.Record(other, others)):
            labels = zip(fields, others, strict=True)
            return ref in {None, other} and all(a in {None, b} for (a, _), (b, _) in labels)
        case (values.Variant(ref, name), values.Variant(other, another)):
            return ref in {None, other} and name == another
        case (values.Enum(ref, name), values.Enum(other, another)):
            return ref in {None, other} and name == another
        case (values.TextMap(entries), values.TextMap(others)):
            return [key for key, _ in entries] == [key for key, _ in others]
    return bool(left.parts) or left == right


def _number(data: Any, value: Any) -> bool:
    if isinstance(data, bool):
        return False
    if isinstance(data, str) and len(data) > _NUMERIC_TEXT_MAX:
        return False
    written = Decimal(str(data))
    return written.is_finite() and written == Decimal(value.value)


_SCALARS: dict[type[Value], Callable[[Any, Any], bool]] = {
    values.Unit: lambda data, _value: data is None or data == {},
    values.Bool: lambda data, value: data is value.value,
    values.Int64: _number,
    values.Numeric: _number,
    values.Date: lambda data, value: Date.parse(data).days == value.value,
    values.Timestamp: lambda data, value: Timestamp.parse(data).microseconds == value.value,
    values.Party: lambda data, value: bool(data == value.value),
    values.Text: lambda data, value: bool(data == value.value),
    values.ContractId: lambda data, value: bool(data == value.value),
    values.Enum: lambda data, value: bool(data == value.constructor),
}


def shown(item: Any) -> str:
    """Give a short text of anything."""
    if isinstance(item, str):
        return item[:_TEXT_SHOWN_MAX]
    if isinstance(item, values.Record | values.List | values.TextMap | values.GenMap):
        return f"a {type(item).__name__} of {len(item.parts)} parts"
    if isinstance(item, Mapping | list | tuple):
        return f"{type(item).__name__} of {len(item)} parts"
    return repr(item)[:_TEXT_SHOWN_MAX]

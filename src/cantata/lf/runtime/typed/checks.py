"""The check of values before they are stored or shown: nesting of at most 100, legal text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cantata.lf.model import Builtin, Type
from cantata.lf.runtime.bounded import Metered
from cantata.lf.runtime.errors import ValueNesting
from cantata.lf.runtime.typed.check_code import (
    TEXT,
    Check,
    Look,
    call,
    check_text,
    compiled,
    inside,
)
from cantata.lf.runtime.typed.plans import Choices, Container, Fields, Plans
from cantata.lf.runtime.values import Value

MAX_NESTING = 100
"""Deepest level at which a value may lie; the root lies at level 0."""

MAX_PARTS = 1000
"""Most types inside a type that are looked at one by one."""

_Deep = Callable[[Value, int], None]


class Checks:
    """Checks of types, made on first use.

    A type whose values are all shallow is checked for text only. In others the levels above a
    recursive type are known beforehand, and only values of that type are followed level by level.
    """

    def __init__(self, plans: Plans, machine: Metered) -> None:
        self.plans = plans
        self.machine = machine
        self._checks: dict[Type, Check] = {}
        self._shallow: dict[Type, Look | None] = {}
        self._placed: dict[tuple[Type, int], Look | None] = {}
        self._recursive: dict[Type, bool] = {}
        self._deep: dict[Type, _Deep] = {}
        self._heights: dict[Type, int | None] = {}

    def check(self, type_: Type) -> Check:
        """Give the check of a closed type."""
        found = self._checks.get(type_)
        if found is None:
            found = self._checks[type_] = compiled(self._at(type_, 0), self.machine)
        return found

    def _at(self, type_: Type, level: int) -> Look | None:
        """Tell what to look at in a type's values that all lie at one level."""
        height = self._height(type_, 0)
        if height is not None and level + height <= MAX_NESTING:
            return self._texts(type_)
        key = (type_, level)
        if key not in self._placed:
            if self._is_recursive(type_) or level >= MAX_NESTING:
                self._placed[key] = call(_at_level(self._levels(type_), level))
            else:
                look = self._of_parts(type_, lambda part: self._at(part, level + 1))
                self._placed[key] = look
        return self._placed[key]

    def _is_recursive(self, type_: Type) -> bool:
        """Tell whether values of a type can hold values of the same type, or of too many types."""
        found = self._recursive.get(type_)
        if found is None:
            seen: set[Type] = set()
            pending = list(self.plans.parts(type_))
            while pending and type_ not in seen and len(seen) < MAX_PARTS:
                part = pending.pop()
                if part not in seen:
                    seen.add(part)
                    pending.extend(self.plans.parts(part))
            found = self._recursive[type_] = bool(pending) or type_ in seen
        return found

    def _height(self, type_: Type, depth: int) -> int | None:
        """Give the levels below the root that values can reach, or None if that is unbounded."""
        if depth > MAX_NESTING:
            return None
        if type_ in self._heights:
            return self._heights[type_]
        self._heights[type_] = None
        highest = 0
        for part in self.plans.parts(type_):
            height = self._height(part, depth + 1)
            if height is None:
                return None
            highest = max(highest, height + 1)
        self._heights[type_] = highest
        return highest

    # texts only

    def _texts(self, type_: Type) -> Look | None:
        if type_ not in self._shallow:
            self._shallow[type_] = self._of_parts(type_, self._texts)
        return self._shallow[type_]

    def _of_parts(self, type_: Type, of: Callable[[Type], Look | None]) -> Look | None:
        """Look at the parts of a value."""
        match self.plans.plan(type_):
            case Container(builtin, items):
                return inside(builtin.name.lower(), tuple(map(of, items)), self.machine)
            case Fields(_, fields):
                return inside("record", tuple(of(item) for _, item in fields), self.machine)
            case Choices(_, constructors):
                looks = tuple(None if item is None else of(item) for _, item in constructors)
                return inside("variant", looks, self.machine)
            case plan:
                return TEXT if getattr(plan, "builtin", None) is Builtin.TEXT else None

    # level by level

    def _levels(self, type_: Type) -> _Deep:
        found = self._deep.get(type_)
        if found is None:
            found = self._deep[type_] = self._make_levels(type_)
        return found

    def _make_levels(self, type_: Type) -> _Deep:
        plan = self.plans.plan(type_)
        types = self.plans.parts(type_)
        parts: list[_Deep | None] = [None] * len(types)
        pick = _picker(plan)
        is_text = getattr(plan, "builtin", None) is Builtin.TEXT
        machine = self.machine

        def descend(at: int, value: Value, level: int) -> None:
            part = parts[at]
            if part is None:
                part = parts[at] = self._levels(types[at])
            part(value, level)

        def check(value: Value, level: int) -> None:
            if level > MAX_NESTING:
                raise ValueNesting
            if pick is None:
                if is_text:
                    check_text(value)
                return
            for _ in machine.budget.ticks:
                break
            for at, part in pick(value):
                if at < 0:
                    check_text(part)
                else:
                    descend(at, part, level + 1)

        return check


_Picker = Callable[[Any], Any]


def _picker(plan: object) -> _Picker | None:
    """Give how to list a value's parts, each with the number of its type; -1 is a key of text."""
    match plan:
        case Container(Builtin.OPTIONAL):
            return lambda value: () if value is None else ((0, value[0]),)
        case Container(Builtin.LIST):
            return _list_parts
        case Container(Builtin.TEXTMAP):
            return lambda value: [
                pair for key, item in value.items() for pair in ((-1, key), (0, item))
            ]
        case Container():
            return lambda value: [
                pair for key, item in value.items() for pair in ((0, key), (1, item))
            ]
        case Fields():
            return _record_parts
        case Choices(_, constructors) if any(item is not None for _, item in constructors):
            return lambda value: (value,)
    return None


def _record_parts(record: Value) -> Any:
    """List fields up to the last that is not None; those behind it are not stored."""
    size = len(record)
    while size and record[size - 1] is None:
        size -= 1
    return enumerate(record[:size])


def _list_parts(cells: Value) -> Any:
    while cells:
        head, cells = cells
        yield 0, head


def _at_level(deep: _Deep, level: int) -> Check:
    return lambda value: deep(value, level)

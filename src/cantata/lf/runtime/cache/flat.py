"""Definitions of the model as flat sequences of numbers, read back without recursion.

A sequence is in postfix order: the parts of a value come before it. Texts, references and types
are kept once per package and named by number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from types import ModuleType
from typing import Any

from cantata.lf.model import (
    Builtin,
    Ref,
    TApp,
    TBuiltin,
    TCon,
    TForall,
    TNat,
    TStruct,
    TSyn,
    TVar,
    dynamic,
    expressions,
    node,
    package,
    patterns,
    types,
    updates,
)

NONE, TRUE, FALSE, INT, TEXT, DECIMAL, TUPLE, SHARED, BUILTIN, FIRST = range(10)
"""Operations; from FIRST on: make an instance of a class."""

_SHARED = (Ref, TVar, TCon, TSyn, TBuiltin, TApp, TForall, TStruct, TNat)
_MODULES: tuple[ModuleType, ...] = (node, expressions, dynamic, updates, patterns, package, types)


def _classes() -> list[type]:
    found = {
        item
        for module in _MODULES
        for item in vars(module).values()
        if isinstance(item, type) and is_dataclass(item)
    }
    return sorted(found, key=lambda item: item.__name__)


_FIELDS = {form: tuple(field.name for field in fields(form)) for form in _classes()}
_FIELDS[Ref] = Ref._fields

CLASSES = list(_FIELDS)
_NUMBERS = {form: at for at, form in enumerate(CLASSES)}


def _maker(form: type) -> Callable[[list[Any]], Any]:
    names = _FIELDS[form]
    if is_dataclass(form) and any(field.kw_only for field in fields(form)):
        return lambda parts: form(**dict(zip(names, parts, strict=True)))
    if not names:
        only = form()
        return lambda parts: only
    return lambda parts: form(*parts)


_MAKERS = [(_maker(form), len(_FIELDS[form])) for form in CLASSES]
_BUILTINS = {builtin.value: builtin for builtin in Builtin}

Code = tuple[int, ...]


class Writer:
    """Writes values, and collects what they share."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}
        self.shared: dict[object, int] = {}
        self.pool: list[Code] = []

    def write(self, value: object) -> Code:
        """Give the sequence of a value."""
        out: list[int] = []
        pending: list[tuple[object, bool]] = [(value, False)]
        while pending:
            item, done = pending.pop()
            if done:
                assert isinstance(item, int)
                out.append(item)
            elif not self._simple(item, out):
                parts, last = self._compound(item)
                pending.extend((number, True) for number in reversed(last))
                pending.extend((part, False) for part in reversed(parts))
        return tuple(out)

    def _simple(self, item: object, out: list[int]) -> bool:
        if item is None:
            out.append(NONE)
        elif item is True or item is False:
            out.append(TRUE if item else FALSE)
        elif isinstance(item, int):
            out += (INT, item)
        elif isinstance(item, str):
            out += (TEXT, self._text(item))
        elif isinstance(item, Decimal):
            out += (DECIMAL, self._text(str(item)))
        elif isinstance(item, Builtin):
            out += (BUILTIN, item.value)
        elif isinstance(item, _SHARED):
            out += (SHARED, self._share(item))
        else:
            return False
        return True

    def _compound(self, item: object) -> tuple[Sequence[object], tuple[int, ...]]:
        if type(item) is tuple:
            return item, (TUPLE, len(item))
        form = type(item)
        return [getattr(item, name) for name in _FIELDS[form]], (FIRST + _NUMBERS[form],)

    def _text(self, text: str) -> int:
        return self.texts.setdefault(text, len(self.texts))

    def _share(self, item: object) -> int:
        found = self.shared.get(item)
        if found is None:
            code = self._unshared(item)
            found = self.shared[item] = len(self.pool)
            self.pool.append(code)
        return found

    def _unshared(self, item: object) -> Code:
        """Give the sequence of a shared value, in which parts are written out."""
        out: list[int] = []
        pending: list[tuple[object, bool]] = [(item, False)]
        while pending:
            part, done = pending.pop()
            if done:
                assert isinstance(part, int)
                out.append(part)
            elif isinstance(part, _SHARED) or not self._simple(part, out):
                parts, last = self._compound(part)
                pending.extend((number, True) for number in reversed(last))
                pending.extend((each, False) for each in reversed(parts))
        return tuple(out)


class Reader:
    """Reads values written by `Writer`."""

    def __init__(self, texts: Sequence[str], pool: Sequence[Code]) -> None:
        self.texts = texts
        self.pool = pool
        self._shared: list[Any] = [None] * len(pool)

    def read(self, code: Code) -> Any:
        """Give the value of a sequence."""
        stack: list[Any] = []
        push = stack.append
        numbers = iter(code)
        for operation in numbers:
            if operation >= FIRST:
                make, size = _MAKERS[operation - FIRST]
                parts = stack[len(stack) - size :]
                del stack[len(stack) - size :]
                push(make(parts))
            elif operation == TUPLE:
                size = next(numbers)
                parts = stack[len(stack) - size :]
                del stack[len(stack) - size :]
                push(tuple(parts))
            elif operation > FALSE:
                push(self._operand(operation, next(numbers)))
            else:
                push((None, True, False)[operation])
        (value,) = stack
        return value

    def _operand(self, operation: int, operand: int) -> Any:
        match operation:
            case 3:
                return operand
            case 4:
                return self.texts[operand]
            case 5:
                return Decimal(self.texts[operand])
            case 8:
                return _BUILTINS[operand]
        found = self._shared[operand]
        if found is None:
            found = self._shared[operand] = self.read(self.pool[operand])
        return found

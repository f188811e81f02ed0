"""The participant's other state: parts that keep themselves by recording their changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Protocol, runtime_checkable

SLACK = 64
"""Changes of a part beyond twice its size after which they are written anew."""

_PREFIX = "journal "
_DIGITS = 12


class Part(Protocol):
    """State of one service: parties, users, vetting, completions.

    It is made with the node as the only argument, and made again in place when the store has gone
    back. All changes go through `apply`, also when the journal is read back at start: it must
    depend on nothing but the state and the change.
    """

    name: ClassVar[str]

    def apply(self, change: Any) -> None:
        """Make a change that was recorded; lists in it may come as tuples."""
        ...


@runtime_checkable
class CompactPart(Part, Protocol):
    """A part that can say what it is: its journal never outgrows it."""

    def kept(self) -> Iterable[Any]:
        """Give changes that make a fresh part as this one is now."""
        ...


class Tables(Protocol):
    """What the journal needs from a store."""

    def put_all(self, table: str, rows: Mapping[str, Any]) -> None:
        """Set what a table has for keys, all or none; None takes a key out."""
        ...

    def table(self, table: str) -> Mapping[str, Any]:
        """Give a table as it is now."""
        ...


class Journal:
    """Keeps the changes of each part in a table of the store, in the order of their recording."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._next: dict[str, int] = {}
        self._due: dict[str, int] = {}

    def record(self, part: str, change: Any) -> None:
        """Keep a change, JSON-able data; it is safe when the store's ticket says so."""
        number = self._number(part)
        self._tables.put_all(_PREFIX + part, {_key(number): frozen(change)})
        self._next[part] = number + 1

    def changes(self, part: str) -> Iterator[Any]:
        """Give the changes of a part."""
        kept = self._tables.table(_PREFIX + part)
        for key in sorted(kept):
            yield kept[key]

    def compact(self, part: Part) -> None:
        """Write a part anew if its changes are many more than what it is made of.

        That costs a constant for each change in the long run.
        """
        if not isinstance(part, CompactPart):
            return
        table, name = self._tables.table(_PREFIX + part.name), part.name
        if name not in self._due:
            self._due[name] = _due(part)
        if len(table) < self._due[name]:
            return
        rows: dict[str, Any] = dict.fromkeys(table)
        number = self._number(name)
        for change in part.kept():
            rows[_key(number)] = frozen(change)
            number += 1
        self._tables.put_all(_PREFIX + name, rows)
        self._next[name] = number
        self._due[name] = _due(part)

    def forget(self) -> None:
        """Look at the store again: it has gone back."""
        self._next.clear()
        self._due.clear()

    def _number(self, part: str) -> int:
        """Give the number of the next change of a part."""
        number = self._next.get(part)
        if number is None:
            number = int(max(self._tables.table(_PREFIX + part), default="-1")) + 1
        return number


def frozen(value: Any) -> Any:
    """Make lists into tuples, at every depth that a change has."""
    if isinstance(value, Mapping):
        return {key: frozen(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(frozen(item) for item in value)
    return value


def _due(part: CompactPart) -> int:
    return 2 * sum(1 for _ in part.kept()) + SLACK


def _key(number: int) -> str:
    return f"{number:0{_DIGITS}}"

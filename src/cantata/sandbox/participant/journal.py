"""The participant's other state: parts that keep themselves by recording their changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Protocol

TABLE = "journal"
NUMBER_DIGITS = 12


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


class Tables(Protocol):
    """What the journal needs from a store."""

    def put(self, table: str, key: str, value: Any) -> None:
        """Set what a table has for a key."""
        ...

    def table(self, table: str) -> Mapping[str, Any]:
        """Give a table as it is now."""
        ...


class Journal:
    """Keeps changes in a table of the store, in the order in which they were recorded."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def record(self, part: str, change: Any) -> None:
        """Keep a change, JSON-able data; it is safe when the store's ticket says so."""
        key = f"{len(self._tables.table(TABLE)):0{NUMBER_DIGITS}}"
        self._tables.put(TABLE, key, (part, frozen(change)))

    def changes(self, part: str) -> Iterator[Any]:
        """Give the changes of a part."""
        kept = self._tables.table(TABLE)
        for key in sorted(kept):
            name, change = kept[key]
            if name == part:
                yield change


def frozen(value: Any) -> Any:
    """Make lists into tuples, at every depth that a change has."""
    if isinstance(value, Mapping):
        return {key: frozen(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(frozen(item) for item in value)
    return value

"""The participant's other state: parts that keep themselves by recording their changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Protocol


class Part(Protocol):
    """State of one service: parties, users, vetting, completions.

    All changes go through `apply`, also when the journal is read back at start: it must depend on
    nothing but the state and the change.
    """

    name: ClassVar[str]

    def apply(self, change: Any) -> None:
        """Make a change that was recorded, JSON-able data of the part's own."""
        ...


class Journal(Protocol):
    """Where changes of parts are kept."""

    def record(self, part: str, change: Any) -> None:
        """Keep a change; it is safe once the store's next flush is over."""
        ...

    def changes(self) -> Iterator[tuple[str, Any]]:
        """Give all changes in the order in which they were recorded."""
        ...


class MemoryJournal:
    """A journal that lasts as long as the process and keeps nothing twice: the parts hold it."""

    def record(self, part: str, change: Any) -> None:
        """Forget the change; the part has it."""

    def changes(self) -> Iterator[tuple[str, Any]]:
        """Give nothing: a journal in memory starts empty."""
        return iter(())

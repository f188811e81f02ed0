"""What streams are told of updates, as JSON text: made once for all that ask the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from cantata.sandbox.engine import Update

T = TypeVar("T")

QUESTIONS_MAX = 64
"""Different questions for which something is kept, those asked last."""

TOLD_MAX = 128
"""Updates for which the text is kept, for each question: as many as readers are apart."""

TOLD_BYTES_MAX = 64 * 1024
"""Largest text that is kept."""

_encode = msgspec.json.Encoder().encode


class Told:
    """What those who ask one question were told of the last updates; None for nothing."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str], Any] = {}

    def of(self, update: Update, make: Callable[[Update], Any]) -> Any:
        """Give what is told of an update; `make` gives it as JSON-able data or None."""
        kept, key = self._kept, (update.offset, update.update_id)
        if key in kept:
            return kept[key]
        element = make(update)
        if element is not None:
            try:
                text = _encode(element)
            except UnicodeEncodeError:
                return element
            element = msgspec.Raw(text)
            if len(text) > TOLD_BYTES_MAX:
                return element
        if len(kept) >= TOLD_MAX:
            del kept[next(iter(kept))]
        kept[key] = element
        return element


class Questions(Generic[T]):
    """Remembers something for each question."""

    def __init__(self) -> None:
        self._known: dict[Any, T] = {}

    def get(self, question: Any, make: Callable[[], T]) -> T:
        """Give what is kept for a question, made when it is new."""
        found = self._known.pop(question, None)
        if found is None:
            found = make()
            if len(self._known) >= QUESTIONS_MAX:
                del self._known[next(iter(self._known))]
        self._known[question] = found
        return found

"""Reading of answers: lenient about what is missing or new, strict about what is there."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from cantata.kernel.time import MalformedTime, Timestamp
from cantata.ledger.errors import MalformedAnswer

T = TypeVar("T")

_NOTHING: Mapping[str, Any] = {}
TIMES_MAX = 256
"""Points in time that are kept read."""


class Fields:
    """The members of a JSON object; null is the same as absent; `place` is told in errors."""

    __slots__ = ("_data", "_name", "_parent")

    def __init__(self, data: Any, name: str | int = "answer", parent: Fields | None = None) -> None:
        self._name = name
        self._parent = parent
        if type(data) is not dict and not isinstance(data, Mapping):
            raise _malformed(self.place, "an object", data)
        self._data: Mapping[str, Any] = data

    @property
    def place(self) -> str:
        """Tell where this is in the answer; only errors ask, and code decides how deep it is."""
        if self._parent is None:
            return str(self._name)
        name = f"[{self._name}]" if isinstance(self._name, int) else f".{self._name}"
        return self._parent.place + name

    def value(self, name: str) -> Any:
        """Give a member as it is; None if it is absent."""
        return self._data.get(name)

    def text(self, name: str) -> str:
        """Give a text; "" if it is absent."""
        return self._typed(name, str, "a text", "")

    def integer(self, name: str) -> int:
        """Give an integer; 0 if it is absent."""
        found = self._typed(name, int, "an integer", 0)
        if isinstance(found, bool):
            raise _malformed(f"{self.place}.{name}", "an integer", found)
        return found

    def flag(self, name: str) -> bool:
        """Give a truth value; False if it is absent."""
        return self._typed(name, bool, "true or false", False)

    def texts(self, name: str) -> tuple[str, ...]:
        """Give a list of texts; empty if it is absent."""
        found = self._typed(name, list, "a list", [])
        for each in found:
            if not isinstance(each, str):
                raise _malformed(f"{self.place}.{name}", "texts", each)
        return tuple(found)

    def time(self, name: str) -> Timestamp | None:
        """Give a point in time; None if it is absent."""
        text = self.text(name)
        try:
            return time_of(text) if text else None
        except MalformedTime:
            raise _malformed(f"{self.place}.{name}", "a point in time", text) from None

    def content(self, name: str) -> bytes:
        """Give bytes that are written in base64; empty if they are absent."""
        text = self.text(name)
        try:
            return base64.b64decode(text, validate=True)
        except ValueError:
            raise _malformed(f"{self.place}.{name}", "base64", text) from None

    def object(self, name: str) -> Fields:
        """Give an object; one without members if it is absent."""
        found = self._data.get(name)
        return Fields({} if found is None else found, name, self)

    def optional(self, name: str) -> Fields | None:
        """Give an object; None if it is absent."""
        return None if self._data.get(name) is None else self.object(name)

    def items(self, name: str, read: Callable[[Fields], T]) -> tuple[T, ...]:
        """Read each object of a list; empty if it is absent."""
        found = self._typed(name, list, "a list", [])
        if not found:
            return ()
        inside = Fields(_NOTHING, name, self)
        return tuple([read(Fields(each, index, inside)) for index, each in enumerate(found)])

    def case(self) -> tuple[str, Fields]:
        """Give the one member of a union: its name, and what it holds."""
        named = [name for name, content in self._data.items() if content is not None]
        if len(named) != 1:
            raise _malformed(self.place, "an object with one member", dict(self._data))
        return named[0], self.object(named[0])

    def _typed(self, name: str, kind: type[T], wanted: str, absent: T) -> T:
        found = self._data.get(name)
        if found is None:
            return absent
        if not isinstance(found, kind):
            raise _malformed(f"{self.place}.{name}", wanted, found)
        return found


def each_of(data: Any, read: Callable[[Fields], T], place: str = "answer") -> tuple[T, ...]:
    """Read each object of a list."""
    if not isinstance(data, list):
        raise _malformed(place, "a list", data)
    inside = Fields(_NOTHING, place)
    return tuple([read(Fields(each, index, inside)) for index, each in enumerate(data)])


@lru_cache(TIMES_MAX)
def time_of(text: str) -> Timestamp:
    """Read a point in time, or raise MalformedTime; those of one update are mostly the same."""
    return Timestamp.parse(text)


def _malformed(place: str, wanted: str, found: Any) -> MalformedAnswer:
    return MalformedAnswer(f"{place} should be {wanted}, not {str(found)[:80]!r}")

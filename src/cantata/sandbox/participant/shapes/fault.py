"""What is wrong with a body: Canton's complaint and the place, put together on the way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cantata.lf.codec.errors import excerpt
from cantata.lf.codec.jsontext import dumps

FAULTS_MAX = 50
"""Faults of one body that an answer lists."""

MISSING = "Missing required field"


@dataclass(frozen=True, slots=True)
class Fault:
    """One complaint; `path` is where, `sealed` if nothing above goes into the path any more."""

    text: str
    path: str = ""
    sealed: bool = False

    def within(self, segment: str) -> Fault:
        """Put a field (``name``) or an index (``[0]``) before the path."""
        if self.sealed:
            return self
        joint = "." if self.path and not self.path.startswith("[") else ""
        return Fault(self.text, f"{segment}{joint}{self.path}")

    def seal(self) -> Fault:
        """Keep the path as it is."""
        return Fault(self.text, self.path, sealed=True)

    def __str__(self) -> str:
        return f"{self.text} at '{self.path}'" if self.path else self.text


class BodyFault(Exception):
    """A value that does not have its shape."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults)
        self.faults = faults[:FAULTS_MAX]

    def within(self, segment: str) -> BodyFault:
        """Give the same complaints from one level further out."""
        return BodyFault(*(fault.within(segment) for fault in self.faults))

    @property
    def text(self) -> str:
        """Give the plain-text answer."""
        return f"Invalid value for: body ({', '.join(map(str, self.faults))})"


def complaint(text: str) -> BodyFault:
    """Complain about the value at hand."""
    return BodyFault(Fault(text))


def wrong_type(value: Any, expected: str) -> BodyFault:
    """Complain about the kind of a JSON value."""
    return complaint(f"Got value '{shown(value)}' with wrong type, expecting {expected}")


def shown(value: Any) -> str:
    """Repeat a value, shortened; the inside of objects and arrays only if they are small."""
    if isinstance(value, dict):
        return "{…}" if value else "{}"
    if isinstance(value, list):
        return "[…]" if value else "[]"
    if isinstance(value, str):
        return dumps(excerpt(value))
    if isinstance(value, bool) or value is None:
        return dumps(value)
    if isinstance(value, int) and value.bit_length() > 4_000:
        return "a very large number"
    return excerpt(str(value))

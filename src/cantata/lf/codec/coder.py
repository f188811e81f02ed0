"""What a codec makes of one type: a pair of functions, made when first used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cantata.lf.codec.errors import NestingTooDeep

NESTING_MAX = 100
"""How deep values may nest, as in Canton; bounds the recursion of every coder.

The engine counts exactly; coders stop one level later, where an absent Optional may still stand.
"""

Decode = Callable[[Any, int], Any]
"""From JSON data and the depth at which it stands to a run-time value."""

Encode = Callable[[Any, int], Any]
"""From a run-time value and the depth at which it stands to JSON data."""


@dataclass(frozen=True, slots=True)
class Coding:
    """The two directions of one type. `encode` is None where value and JSON are the same."""

    decode: Decode
    encode: Encode | None


class Coder:
    """The two directions of one type, made when one of them is first called.

    Containers keep the coders of their parts and not their functions, so that recursive types
    need no special care and types are only made as deep as values go.
    """

    __slots__ = ("_make", "decode", "encode", "optional")

    def __init__(self, make: Callable[[], Coding], *, optional: bool = False) -> None:
        self._make = make
        self.optional = optional
        self.decode: Decode = self._first_decode
        self.encode: Encode = self._first_encode

    def ready(self) -> Coding:
        """Make the functions now."""
        coding = self._make()
        self.decode = coding.decode
        self.encode = coding.encode or _same
        return coding

    def _first_decode(self, data: Any, depth: int) -> Any:
        return self.ready().decode(data, depth)

    def _first_encode(self, value: Any, depth: int) -> Any:
        self.ready()
        return self.encode(value, depth)


def deeper(depth: int) -> int:
    """Give the depth of the parts of a value that stands at `depth`, or refuse to go there."""
    if depth > NESTING_MAX:
        raise NestingTooDeep(NESTING_MAX)
    return depth + 1


def _same(value: Any, _depth: int) -> Any:
    return value

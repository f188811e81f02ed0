"""Immutable maps of contract code: TextMap and Map, listed in the order of their keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, Self, TypeVar

from cantata.lang.surface.order import order_key

K = TypeVar("K")
V = TypeVar("V")


class Map(Generic[K, V]):
    """A map with keys of any comparable type; every change gives a new one."""

    __slots__ = ("_entries",)
    _entries: dict[K, V]

    def __init__(self, entries: Mapping[K, V] | None = None, /) -> None:
        """Take the entries of a dict display; of equal keys the last counts."""
        pairs = sorted((entries or {}).items(), key=lambda pair: order_key(pair[0]))
        object.__setattr__(self, "_entries", dict(pairs))

    def get(self, key: K) -> V | None:
        """Give the value of a key, None without one."""
        return self._entries.get(key)

    def insert(self, key: K, value: V) -> Self:
        """Give a map in which `key` has this value."""
        return type(self)({**self._entries, key: value})

    def delete(self, key: K) -> Self:
        """Give a map without `key`."""
        return type(self)({k: v for k, v in self._entries.items() if k != key})

    def keys(self) -> list[K]:
        """Give the keys in ascending order."""
        return list(self._entries)

    def values(self) -> list[V]:
        """Give the values in the order of their keys."""
        return list(self._entries.values())

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[K]:
        return iter(self._entries)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and list(self._entries.items()) == list(
            other._entries.items()
        )

    def __hash__(self) -> int:
        return hash(tuple(self._entries))

    def __setattr__(self, name: str, value: object) -> None:
        msg = f"a map never changes: {name} cannot be set to {value!r}"
        raise AttributeError(msg)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._entries!r})"


class TextMap(Map[str, V], Generic[V]):
    """A map with Text keys, in the order of code points."""

    __slots__ = ()

"""Built-in functions on TextMap (immutable dicts) and GenMap."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from cantata.lf.runtime.order import PLAIN
from cantata.lf.runtime.values import Cons, GenMap, Value, to_cons

Order = Callable[[Value, Value], int]
"""Compares two keys: negative, 0 or positive."""

EMPTY_TEXTMAP: dict[str, Value] = {}
EMPTY_GENMAP = GenMap()


def textmap_lookup(key: str, textmap: dict[str, Value]) -> tuple[Value] | None:
    """Give the value of a key, if it is there."""
    return (textmap[key],) if key in textmap else None


def textmap_delete(key: str, textmap: dict[str, Value]) -> dict[str, Value]:
    """Give the map without a key."""
    if key not in textmap:
        return textmap
    return {name: value for name, value in textmap.items() if name != key}


def textmap_to_list(textmap: dict[str, Value]) -> Cons:
    """Give the entries as structs of key and value in ascending order of keys."""
    return to_cons([(key, textmap[key]) for key in sorted(textmap)])


def genmap_insert(key: Value, value: Value, genmap: GenMap, order: Order) -> GenMap:
    """Give the map with one key set."""
    at, found = _find(key, genmap, order)
    keys, values = genmap.keys, genmap.values
    rest = at + found
    return GenMap((*keys[:at], key, *keys[rest:]), (*values[:at], value, *values[rest:]))


def genmap_lookup(key: Value, genmap: GenMap, order: Order) -> tuple[Value] | None:
    """Give the value of a key, if it is there."""
    at, found = _find(key, genmap, order)
    return (genmap.values[at],) if found else None


def genmap_delete(key: Value, genmap: GenMap, order: Order) -> GenMap:
    """Give the map without a key."""
    at, found = _find(key, genmap, order)
    if not found:
        return genmap
    return GenMap(
        genmap.keys[:at] + genmap.keys[at + 1 :], genmap.values[:at] + genmap.values[at + 1 :]
    )


def genmap_keys(genmap: GenMap) -> Cons:
    """Give the keys in order."""
    return to_cons(genmap.keys)


def genmap_values(genmap: GenMap) -> Cons:
    """Give the values in the order of their keys."""
    return to_cons(genmap.values)


def _find(key: Value, genmap: GenMap, order: Order) -> tuple[int, bool]:
    """Give where a key is or would be, and whether it is there."""
    keys = genmap.keys
    if key.__class__ in PLAIN:
        at = bisect_left(keys, key)
        return at, at < len(keys) and keys[at] == key
    order(key, key)
    low, high = 0, len(keys)
    while low < high:
        middle = (low + high) // 2
        verdict = order(keys[middle], key)
        if not verdict:
            return middle, True
        low, high = (middle + 1, high) if verdict < 0 else (low, middle)
    return low, False

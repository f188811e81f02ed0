"""Optional, List, TextMap and GenMap in JSON."""

from __future__ import annotations

from functools import cmp_to_key
from itertools import pairwise
from typing import Any

from cantata.lf.codec.coder import NESTING_MAX, Coder, Coding, deeper
from cantata.lf.codec.errors import NestingTooDeep, ValueRefused, WrongJsonKind
from cantata.lf.codec.texts import legal_text
from cantata.lf.runtime.order import compare
from cantata.lf.runtime.values import GenMap

_order = cmp_to_key(compare)


def optional(element: Coder) -> Coding:
    """Make ``Optional a`` where a is no Optional: the value itself, or null."""

    def decode(data: Any, depth: int) -> tuple[Any] | None:
        return None if data is None else (element.decode(data, deeper(depth)),)

    def encode(value: tuple[Any] | None, depth: int) -> Any:
        return None if value is None else element.encode(value[0], deeper(depth))

    return Coding(decode, encode)


def nested_optional(levels: int, element: Coder) -> Coding:
    """Make `levels` ≥ 2 Optionals around a type: arrays all the way down, None = ``[]``."""

    def decode(data: Any, depth: int) -> tuple[Any] | None:
        value, level = None, 0
        try:
            while level < levels and (data := _array(data)):
                data, level = data[0], level + 1
            _check_depth(depth + level)
            if level == levels:
                value = element.decode(data, depth + level)
        except ValueRefused as error:
            for _ in range(level):
                error.within(0)
            raise
        for _ in range(level):
            value = (value,)
        return value

    def encode(value: tuple[Any] | None, depth: int) -> Any:
        level = 0
        while level < levels and value is not None:
            value, level = value[0], level + 1
        _check_depth(depth + level)
        data = element.encode(value, depth + level) if level == levels else []
        for _ in range(level):
            data = [data]
        return data

    return Coding(decode, encode)


def list_of(element: Coder) -> Coding:
    """Make ``List a``: an array; at run time cells of head and tail."""

    def decode(data: Any, depth: int) -> tuple[Any, ...]:
        inner, items = deeper(depth), []
        for index, item in enumerate(_array(data)):
            try:
                items.append(element.decode(item, inner))
            except ValueRefused as error:
                error.within(index)
                raise
        cell: tuple[Any, ...] = ()
        for item in reversed(items):
            cell = (item, cell)
        return cell

    def encode(value: tuple[Any, ...], depth: int) -> list[Any]:
        inner, encode_one = deeper(depth), element.encode
        items = []
        while value:
            head, value = value
            items.append(encode_one(head, inner))
        return items

    return Coding(decode, encode)


def textmap(element: Coder) -> Coding:
    """Make ``TextMap a``: an object, keys in the order of code points."""

    def decode(data: Any, depth: int) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise WrongJsonKind("a TextMap as a JSON object", data)
        inner = deeper(depth)
        entries = {}
        for key, item in data.items():
            try:
                entries[legal_text(key)] = element.decode(item, inner)
            except ValueRefused as error:
                error.within(key)
                raise
        return entries

    def encode(value: dict[str, Any], depth: int) -> dict[str, Any]:
        inner, data, key = deeper(depth), {}, ""
        try:
            for key in sorted(value):
                data[key] = element.encode(value[key], inner)
        except ValueRefused as error:
            error.within(key)
            raise
        return data

    return Coding(decode, encode)


def genmap(key: Coder, element: Coder) -> Coding:
    """Make ``GenMap k a``: an array of pairs in the order of keys; of equal keys the last wins."""

    def decode(data: Any, depth: int) -> GenMap:
        inner = deeper(depth)
        pairs = []
        for index, pair in enumerate(_array(data)):
            try:
                pairs.append(_decode_pair(key, element, pair, inner))
            except ValueRefused as error:
                error.within(index)
                raise
        return sorted_map(pairs)

    def encode(value: GenMap, depth: int) -> list[list[Any]]:
        inner = deeper(depth)
        return [[key.encode(k, inner), element.encode(v, inner)] for k, v in value.items()]

    return Coding(decode, encode)


def sorted_map(pairs: list[tuple[Any, Any]]) -> GenMap:
    """Give a GenMap of entries; of equal keys the last counts. The list is sorted in place."""
    pairs.sort(key=lambda pair: _order(pair[0]))
    last = [a for a, b in pairwise(pairs) if compare(a[0], b[0])] + pairs[-1:]
    return GenMap(tuple(k for k, _ in last), tuple(v for _, v in last))


def _decode_pair(key: Coder, element: Coder, pair: Any, depth: int) -> tuple[Any, Any]:
    """Read an entry of a GenMap; what follows key and value is ignored, as by the participant."""
    if not isinstance(pair, list) or len(pair) < 2:
        raise WrongJsonKind("an array of key and value", pair)
    place = 0
    try:
        decoded = key.decode(pair[0], depth)
        place = 1
        return decoded, element.decode(pair[1], depth)
    except ValueRefused as error:
        error.within(place)
        raise


def _check_depth(depth: int) -> None:
    if depth > NESTING_MAX + 1:
        raise NestingTooDeep(NESTING_MAX)


def _array(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise WrongJsonKind("a JSON array", data)
    return data

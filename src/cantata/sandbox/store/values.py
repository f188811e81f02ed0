"""Run-time values as text: tokens in prefix order, each saying what it is, with U+0000 between.

========  ==============================================================
``(n``    a tuple, followed by its n elements
``Mn``    a dict with text keys, followed by n keys, each before its value
``mn``    a `GenMap`, likewise
``s…``    a text; ``x…`` one that holds U+0000, escaped
``1``     an int
``d…``    a decimal, with its exponent
``b…``    bytes in hex
``N T F`` None, True, False
``p r {`` what `Symbols` numbers: a text, a reference, a set of parties
========  ==============================================================

Equal values give equal text under the same symbols. A token is never empty. Neither direction
recurses: long lists of LF nest by one level with each element.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from cantata.lf.model import Ref
from cantata.lf.runtime.values import GenMap
from cantata.sandbox.store.symbols import Symbols
from cantata.sandbox.store.tokens import NUL, joined, unescaped

Put = Callable[[str], None]

_WORDS = {"N": None, "T": True, "F": False}
_MISSING = object()
_OPENINGS_MAX = 64
_OPENINGS = {size: f"({size}" for size in range(_OPENINGS_MAX)}
_SIZES = {token: size for size, token in _OPENINGS.items()}


def encode(value: Any, symbols: Symbols) -> str:
    """Write a value as text."""
    tokens: list[str] = []
    put_value(value, tokens.append, symbols)
    return joined(tokens)


def decode(text: str, symbols: Symbols) -> Any:
    """Read a value; ValueError for what is no text of a value."""
    return read_tokens(text.split(NUL), symbols)


def put_value(value: Any, put: Put, symbols: Symbols) -> None:
    """Write the tokens of a value; TypeError for what is no plain value."""
    stack, known, openings = [value], symbols.tokens.get, _OPENINGS
    pop = stack.pop
    while stack:
        item = pop()
        kind = item.__class__
        if kind is str:
            put(known(item) or "s" + item)
        elif kind is tuple:
            put(openings.get(len(item)) or f"({len(item)}")
            stack += item[::-1]
        elif kind is Decimal:
            put(f"d{item}")
        elif item is None:
            put("N")
        elif kind is bool:
            put("T" if item else "F")
        elif kind is int:
            put(str(item))
        else:
            _put_special(item, put, stack, symbols)


def read_tokens(tokens: Sequence[str], symbols: Symbols) -> Any:
    """Read the one value that tokens stand for, from the last to the first."""
    stack: list[Any] = []
    push, known, sizes = stack.append, symbols.atoms.get, _SIZES
    for token in reversed(tokens):
        kind = token[0]
        if kind == "s":
            push(token[1:])
        elif kind == "(":
            size = sizes.get(token) or int(token[1:])
            parts = tuple(stack[: -size - 1 : -1])
            if len(parts) < size:
                raise ValueError(f"{len(parts)} parts of {size}")
            del stack[len(stack) - size :]
            push(parts)
        else:
            atom = known(token, _MISSING)
            push(_read(token, stack, symbols) if atom is _MISSING else atom)
    if len(stack) != 1:
        raise ValueError(f"{len(stack)} values where one belongs")
    return stack[0]


def _read(token: str, stack: list[Any], symbols: Symbols) -> Any:
    kind = token[0]
    if kind in "-0123456789":
        return int(token)
    if kind == "d":
        return Decimal(token[1:])
    if kind in "pr{":
        return symbols.atom(token)
    if kind in "Mm":
        return _read_map(kind, int(token[1:]), stack)
    if kind == "b":
        return bytes.fromhex(token[1:])
    if kind == "x":
        return unescaped(token)
    return _WORDS[token]


def _read_map(kind: str, size: int, stack: list[Any]) -> Any:
    parts = stack[: -2 * size - 1 : -1]
    del stack[len(stack) - 2 * size :]
    keys, values = tuple(parts[::2]), tuple(parts[1::2])
    return GenMap(keys, values) if kind == "m" else dict(zip(keys, values, strict=True))


def _put_special(item: Any, put: Put, stack: list[Any], symbols: Symbols) -> None:
    """Write what is rarer; what is inside of it goes on the stack of what is to be written."""
    match item:
        case dict():
            put(f"M{len(item)}")
            for key in sorted(item, reverse=True):
                stack += item[key], key
        case GenMap():
            put(f"m{len(item)}")
            for key, value in zip(reversed(item.keys), reversed(item.values), strict=True):
                stack += value, key
        case bytes():
            put("b" + item.hex())
        case Ref():
            put(symbols.ref(item))
        case str():
            stack.append(str(item))
        case tuple():
            stack.append(tuple(item))
        case int():
            stack.append(int(item))
        case _:
            raise TypeError(f"a {type(item).__name__} is no value that can be stored")

"""Changes to submissions in JSON, at every level: types, ids, sizes, nesting, keys, characters."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

DEEP = 120
VERY_DEEP = 20_000
WIDE = 500
BODY_MAX = 8 * 2**20
"""Bytes of a body; a server refuses longer ones before it reads them."""

NUMBERS = (
    "0",
    "-0",
    "007",
    "+5",
    "1.00000000001",
    "9999999999999999999999999999.9999999999",
    "10000000000000000000000000000",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "1e3",
    "0x10",
    "1" * 400,
    "1" * 5_000,
    "٣",
    "NaN",
    "Infinity",
    "0." + "1" * 50,
)
TEXTS = (
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\udc00x",
    "\U0001f600",
    "e\u0301",
    "\u202e",
    "x" * 300,
    "x" * 100_000,
    "::",
    "#:::",
    "#a:b:c",
    "a:b:c",
    "not a party!",
    "alice::1220" + "ab" * 32,
    "00",
    "00" + "ab" * 32,
    "00" + "AB" * 32 + "ca12",
    "01" + "ab" * 12 + "80",
    "00" + "ab" * 126,
    "00" + "ab" * 127,
    "2024-02-30",
    "2024-01-01T24:00:00Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59.9999999Z",
    "Archive",
    "{}",
)
KEYS = ("tag", "value", "values", "__class__", "templateId", "", "\0", "contractId", "x" * 300)
LITERALS = (
    "1e400",
    "-1e-400",
    "1e99999999999999999999",
    "NaN",
    "-Infinity",
    "1" * 5_000,
    "0.1",
    "1.0",
    "true",
    "null",
    "[" * VERY_DEEP,
    "{" + '"a":{' * DEEP + "}" * DEEP + "}",
    "[" * DEEP + "]" * DEEP,
    '"\\ud800"',
    '"\\u0000"',
    '"\\x"',
    "{}",
    '{"a":1,"a":2}',
    "",
)

Path = tuple[str | int, ...]


class Known(NamedTuple):
    """What exists, to be put where something else belongs: contract ids, samples."""

    contract_ids: Sequence[str]
    samples: Sequence[dict[str, Any]]


def mutate_submission(known: Known, rng: random.Random) -> str:
    """Give the JSON text of a submission with some changes."""
    body = deepcopy(rng.choice(known.samples))
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        change = rng.choice(_CHANGES)
        change(body, known, rng)
    text = json.dumps(body, ensure_ascii=rng.random() < 0.5)
    changed = _change_text(text, rng) if rng.random() < 0.15 else text
    return changed[:BODY_MAX]


def _places(data: Any) -> list[Path]:
    """Give the places of all values below a body."""
    found: list[Path] = []
    pending: list[tuple[Path, Any]] = [((), data)]
    while pending:
        path, value = pending.pop()
        items: Any = ()
        if isinstance(value, dict):
            items = value.items()
        elif isinstance(value, list):
            items = enumerate(value[:20])
        for key, item in items:
            found.append((*path, key))
            pending.append(((*path, key), item))
    return found


def _at(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data


def _pick(body: Any, rng: random.Random) -> tuple[Any, str | int]:
    """Pick a value: what holds it, and under which key."""
    places = _places(body)
    if not places:
        body["commands"] = []
        return body, "commands"
    path = rng.choice(places)
    return _at(body, path[:-1]), path[-1]


def _replace(body: Any, known: Known, rng: random.Random) -> None:
    holder, key = _pick(body, rng)
    holder[key] = _hostile(known, rng)


def _replace_text(body: Any, known: Known, rng: random.Random) -> None:
    """Change a text into another of its own kind, or one of its characters."""
    texts = [path for path in _places(body) if isinstance(_at(body, path), str)]
    if not texts:
        return
    path = rng.choice(texts)
    old = _at(body, path)
    at = rng.randrange(len(old) + 1)
    char = rng.choice("0a:#. -\0é\ud800\U0001f600")
    new = rng.choice(
        (
            old[:at] + char + old[at:],
            old[:at] + old[at + 1 :],
            old[:at] + char + old[at + 1 :],
            old[:at],
            old * 2,
            old.upper(),
            rng.choice(known.contract_ids or ("00",)),
            rng.choice(NUMBERS),
        )
    )
    _at(body, path[:-1])[path[-1]] = new


def _swap(body: Any, known: Known, rng: random.Random) -> None:
    """Put a value of a sample where another one stands."""
    holder, key = _pick(body, rng)
    other = rng.choice(known.samples)
    places = _places(other)
    holder[key] = deepcopy(_at(other, rng.choice(places)))


def _drop(body: Any, known: Known, rng: random.Random) -> None:
    holder, key = _pick(body, rng)
    del holder[key]


def _add(body: Any, known: Known, rng: random.Random) -> None:
    """Add an unknown key, or elements to a list."""
    holder, key = _pick(body, rng)
    target = holder[key]
    if isinstance(target, dict):
        target[rng.choice(KEYS)] = _hostile(known, rng)
    elif isinstance(target, list):
        first = target[0] if target else "x"
        target.extend(deepcopy(first) for _ in range(rng.choice(_COPIES)))
    else:
        holder[key] = [target]


_COPIES = (1, 2, 10, 150)


def _rename(body: Any, known: Known, rng: random.Random) -> None:
    holder, key = _pick(body, rng)
    if isinstance(holder, dict) and isinstance(key, str):
        new = rng.choice((key.upper(), key[:-1], key + "x", rng.choice(KEYS)))
        holder[new] = holder.pop(key)


def _nest(body: Any, known: Known, rng: random.Random) -> None:
    """Wrap a value in many levels."""
    holder, key = _pick(body, rng)
    value = holder[key]
    wrap = rng.choice(_WRAPS)
    for _ in range(rng.choice((1, 2, 60, 99, 100, 101, DEEP))):
        value = wrap(value)
    holder[key] = value


_WRAPS: Sequence[Callable[[Any], Any]] = (
    lambda value: [value],
    lambda value: {"value": value},
    lambda value: {"tag": "AV_List", "value": [value]},
    lambda value: {"tag": "AV_Map", "value": {"k": value}},
    lambda value: {"values": {"k": value}},
)


def _context(body: Any, known: Known, rng: random.Random) -> None:
    """Fill choice contexts with recursive values near the limit of nesting."""
    contexts = [path for path in _places(body) if path[-1] in ("context", "values")]
    if not contexts:
        return
    value: Any = {"tag": "AV_Text", "value": rng.choice(TEXTS)}
    wrap = rng.choice(_WRAPS[2:4])
    for _ in range(rng.randrange(35, 55)):
        value = wrap(value)
    path = rng.choice(contexts)
    filled = {"values": {"k": value}} if path[-1] == "context" else {"k": value}
    _at(body, path[:-1])[path[-1]] = filled


def _hostile(known: Known, rng: random.Random) -> Any:
    """Give a value that hardly ever belongs where it is put."""
    match rng.randrange(8):
        case 0:
            return rng.choice(NUMBERS)
        case 1:
            return rng.choice(TEXTS)
        case 2:
            return rng.choice((None, True, False, 0, -1, 5, 2**63, 10**30, 10**500, 1.5, 1e300))
        case 3:
            return rng.choice(([], {}, [[]], {"": {}}, ["x"] * WIDE))
        case 4:
            return {"tag": rng.choice(("AV_Text", "AV_Nope", "", "Some")), "value": {}}
        case 5:
            return rng.choice(known.contract_ids or ("00",))
        case 6:
            return deepcopy(rng.choice(known.samples))
        case _:
            return {f"k{index}": index for index in range(rng.choice((1, 3, WIDE)))}


def _change_text(text: str, rng: random.Random) -> str:
    """Change the JSON text itself: cut, put in, take a value's place."""
    at = rng.randrange(len(text) + 1)
    match rng.randrange(4):
        case 0:
            return text[:at]
        case 1:
            return text[:at] + rng.choice(LITERALS) + text[at:]
        case 2:
            return text[:at] + rng.choice('{}[]",:0-e\\\0\ufeff') + text[at + 1 :]
        case _:
            start = text.find(":", at)
            end = text.find(",", start)
            return text[: start + 1] + rng.choice(LITERALS) + text[end:] if start > 0 < end else ""


_CHANGES: Sequence[Callable[[Any, Known, random.Random], None]] = (
    *[_replace] * 2,
    *[_replace_text] * 2,
    _swap,
    _drop,
    _add,
    _rename,
    _nest,
    _context,
)

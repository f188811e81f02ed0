"""Ids, parties and JSON values in few words, for pictures that people read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

VALUE_MAX = 90

_NAMESPACE = re.compile(r"::1220[0-9a-f]{64}")
_WORDS = {True: "true", False: "false", None: "none"}
_DECIMAL = re.compile(r"\b[0-9]+\.[0-9]{10}\b")
_CONTRACT_ID = re.compile(r"00([0-9a-f]{8})[0-9a-f]{56,}")
_PACKAGE_ID = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{56}\b")


def short_id(contract_id: str) -> str:
    """Give the first digits that tell a contract id from others."""
    return _CONTRACT_ID.sub(r"#\1", contract_id)


def short_party(party: str) -> str:
    """Give the name of a party without its namespace."""
    return _NAMESPACE.sub("", party)


def short_ids(text: str) -> str:
    """Shorten all ids in a text: parties, contracts, packages."""
    return _PACKAGE_ID.sub(r"\1", short_id(short_party(text)))


def short_parties(parties: Iterable[str]) -> str:
    """Give the names of parties in order."""
    return ", ".join(sorted(short_party(party) for party in parties))


def compact(data: Any, most: int = VALUE_MAX) -> str:
    """Give JSON data without quotes, with short ids and numbers, cut to `most` characters."""
    text = _DECIMAL.sub(_short_decimal, short_id(short_party(_plain(data))))
    return text if len(text) <= most else text[: most - 1] + "…"


def branches(depths: Sequence[int]) -> list[str]:
    """Give the branches in front of each row of a tree, from the rows' depths in preorder."""
    bars: list[str] = []
    following: set[int] = set()
    for depth in reversed(depths):
        following = {level for level in following if level <= depth}
        branch = "├─ " if depth in following else "└─ "
        inner = ["│  " if level in following else "   " for level in range(depth)]
        bars.append("".join(inner) + branch)
        following.add(depth)
    return bars[::-1]


def _plain(data: Any) -> str:
    if isinstance(data, Mapping):
        if data.keys() == {"values"}:
            return _plain(data["values"])
        return "{" + ", ".join(f"{_key(key)}: {_plain(data[key])}" for key in data) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(_plain(item) for item in data) + "]"
    if isinstance(data, bool) or data is None:
        return _WORDS[data]
    return str(data)


def _key(key: str) -> str:
    """Leave out the DNS prefix of a metadata key."""
    return key.rpartition("/")[2]


def _short_decimal(found: re.Match[str]) -> str:
    return found[0].rstrip("0").rstrip(".")

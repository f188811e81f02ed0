"""Ids, parties and JSON values in few words, for pictures that people read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

VALUE_MAX = 140

_PARTY = re.compile(r"([A-Za-z0-9:\-_ ]+?)::1220[0-9a-f]{64}")
_CONTRACT_ID = re.compile(r"00([0-9a-f]{8})[0-9a-f]{56,}")


def short_id(contract_id: str) -> str:
    """Give the first digits that tell a contract id from others."""
    return _CONTRACT_ID.sub(r"#\1", contract_id)


def short_party(party: str) -> str:
    """Give the name of a party without its namespace."""
    return _PARTY.sub(r"\1", party)


def short_parties(parties: Iterable[str]) -> str:
    """Give the names of parties in order."""
    return ", ".join(sorted(short_party(party) for party in parties))


def compact(data: Any) -> str:
    """Give JSON data without quotes, with short ids, cut to `VALUE_MAX` characters."""
    text = short_id(short_party(_plain(data)))
    return text if len(text) <= VALUE_MAX else text[: VALUE_MAX - 1] + "…"


def _plain(data: Any) -> str:
    if isinstance(data, Mapping):
        return "{" + ", ".join(f"{key}: {_plain(value)}" for key, value in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(_plain(item) for item in data) + "]"
    return "none" if data is None else str(data)

"""Plain data as YAML: blocks, with every text quoted as JSON does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def to_yaml(value: Any) -> str:
    """Write nested mappings and lists of scalars."""
    return "\n".join(_lines(value, "")) + "\n"


def _lines(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _entry(f"{indent}{_key(key)}:", item, indent + "  ")
    else:
        for item in value:
            yield from _entry(f"{indent}-", item, indent + "  ")


def _entry(head: str, item: Any, indent: str) -> Iterator[str]:
    if isinstance(item, Mapping | list) and item:
        yield head
        yield from _lines(item, indent)
    else:
        yield f"{head} {json.dumps(item, ensure_ascii=False)}"


def _key(key: str) -> str:
    return key if key.isalnum() and not key.isdigit() else json.dumps(key)

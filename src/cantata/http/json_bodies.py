"""Whether a JSON body means one thing to every reader: UTF-8, flat enough, no member twice."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from cantata.http.errors import MalformedJson

DEPTH_MAX = 32
"""How deep objects and lists may stand in each other."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def require_sound(body: bytes) -> None:
    """Raise MalformedJson for a body that readers may understand differently, or not at all."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedJson("it is not UTF-8") from None
    _require_flat(text)
    try:
        json.loads(text, object_pairs_hook=_once_each, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise MalformedJson("it does not follow the grammar") from None


def _require_flat(text: str) -> None:
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > DEPTH_MAX:
                raise MalformedJson(f"it is nested deeper than {DEPTH_MAX}")
        elif token[0] in "]}":
            depth -= 1


def _once_each(members: Sequence[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in members:
        if name in seen:
            raise MalformedJson(f"the member {name[:80]!r} stands there twice")
        seen.add(name)


def _refused(name: str) -> None:
    raise MalformedJson(f"{name} is no number of JSON")

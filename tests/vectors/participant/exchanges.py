"""Recordings: what was asked of a real participant, and what it answered."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

Json = Any

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its recorded answer, of a file."""

    file: str
    number: int
    name: str
    request: Mapping[str, Json]
    response: Mapping[str, Json]
    needs: tuple[str, ...] = ()
    socket: bool = False

    @property
    def id(self) -> str:
        """Give the name under which it is reported."""
        return f"{self.file}:{self.number} {self.name}"

    @property
    def withheld(self) -> bool:
        """Tell whether it is there for its effect only: there is no answer to compare with."""
        return bool(self.response.get("withheld"))

    @property
    def times(self) -> list[float]:
        """Give the times of the recording that the answer tells, in seconds since 1970."""
        told = _instants(self.response.get("body", self.response.get("received")))
        dated = self.response.get("handshake", {}).get("headers", {}).get("Date")
        times = [datetime.fromisoformat(each).timestamp() for each in told]
        return [*times, parsedate_to_datetime(dated).timestamp()] if dated else times


def read(path: Path) -> list[Exchange]:
    """Read a file of exchanges, in the order in which they happened."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_exchange(path.name, json.loads(line)) for line in lines if line.strip()]


def _exchange(file: str, data: Mapping[str, Json]) -> Exchange:
    return Exchange(
        file=file,
        number=data["n"],
        name=data["name"],
        request=data["request"],
        response=data["response"],
        needs=tuple(data.get("needs", ())),
        socket=data.get("kind") == "websocket",
    )


RECORDED_AT = ("recordTime", "createdAt", "effectiveAt")


def _instants(value: Json) -> list[str]:
    found: list[str] = []
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            found += [item[key] for key in RECORDED_AT if _is_instant(item.get(key))]
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return found


def _is_instant(value: Json) -> bool:
    return isinstance(value, str) and INSTANT.fullmatch(value) is not None

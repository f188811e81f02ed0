"""Recorded prepared transactions with what asked for them."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cantata.lf.interactive.hashing import HashingScheme
from cantata.lf.interactive.model import PreparedTransaction
from cantata.lf.interactive.prepared_wire import decode_prepared

GOLDEN_HASH = "f97Cv1BO7QS7jmSY03p56JGsPf60Vx/ABXmRub7iiQI="


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request to prepare and its answer."""

    name: str
    request: dict[str, Any]
    data: bytes
    hash: bytes
    scheme: HashingScheme

    @property
    def prepared(self) -> PreparedTransaction:
        """The transaction, decoded."""
        return decode_prepared(self.data)


def recorded(folder: Path) -> list[Recorded]:
    """Read all answers of the participants in a folder of frozen answers."""
    found = [_of(f"amulet {row['n']}", row, row) for row in _rows(folder / "amulet/prepared.jsonl")]
    found += [
        _of(f"scenario {row['n']}", row["requestBody"], row["responseBody"])
        for row in _rows(folder / "amulet/scenario.jsonl")
        if row["path"].endswith("/prepare") and row["status"] == 200
    ]
    for row in _rows(folder / "participant/main.jsonl"):
        request, response = row["request"], row["response"]
        if request.get("path", "").endswith("/prepare") and response.get("status") == 200:
            found.append(_of(row["name"], request["body"], response["body"]))
    return found


def golden(folder: Path) -> bytes:
    """Read the golden prepared transaction."""
    return b64decode((folder / "golden_prepared_tx.b64").read_text())


def _rows(file: Path) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _of(name: str, request: dict[str, Any], answer: dict[str, Any]) -> Recorded:
    return Recorded(
        name,
        request,
        b64decode(answer["preparedTransaction"]),
        b64decode(answer["preparedTransactionHash"]),
        HashingScheme[answer["hashingSchemeVersion"]],
    )

"""The recorded exchanges as requests: those kept whole, and those kept with what they prepared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.ledger.amulet.recording import PREPARE, lines

Json = Any

USER = "ledger-api-user"


@dataclass(frozen=True, slots=True)
class Row:
    """One exchange; `signers` are the parties whose signatures have to be made."""

    n: int
    caller: str
    method: str
    path: str
    body: Json
    status: int
    answer: Json
    signers: tuple[str, ...] = ()


def rows(folder: Path) -> list[Row]:
    """Give all exchanges in order."""
    whole = [*lines(folder / "bootstrap.jsonl"), *lines(folder / "scenario.jsonl")]
    kept = {line["n"] for line in whole}
    found = [_whole(line) for line in whole]
    for line in lines(folder / "prepared.jsonl"):
        if line["n"] not in kept:
            found += _prepared(line)
    return sorted(found, key=lambda row: row.n)


def _whole(line: Json) -> Row:
    return Row(
        line["n"],
        line["from"],
        line["method"],
        line["path"],
        line["requestBody"],
        line["status"],
        line["responseBody"],
    )


def _prepared(line: Json) -> Iterator[Row]:
    """Give the preparation and the executions of a kept transaction."""
    names = ("actAs", "commandId", "commands", "disclosedContracts", "verboseHashing")
    body = {name: line[name] for name in names} | {"userId": USER, "synchronizerId": ""}
    body["packageIdSelectionPreference"] = []
    told = ("preparedTransaction", "preparedTransactionHash", "hashingSchemeVersion")
    answer = {name: line[name] for name in (*told, "hashingDetails", "costEstimation")}
    yield Row(line["n"], line["from"], "POST", PREPARE, body, 200, answer)
    for done in line["executed"]:
        parties = done["partySignatures"]["signatures"]
        executed = {
            "userId": USER,
            "preparedTransaction": line["preparedTransaction"],
            "hashingSchemeVersion": line["hashingSchemeVersion"],
            "submissionId": f"execution-{done['n']}",
            "deduplicationPeriod": {"Empty": {}},
            "partySignatures": done["partySignatures"],
        }
        signers = tuple(each["party"] for each in parties)
        status, said = done["status"], done["answer"]
        yield Row(done["n"], line["from"], "POST", done["path"], executed, status, said, signers)

"""The recorded exchanges as a sequence of steps: commands with their outcomes, and readings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]


class Times(NamedTuple):
    """When an update took effect and was recorded, as written."""

    offset: int
    effective_at: str
    record_time: str


class Asked(NamedTuple):
    """What a submission or preparation asks for."""

    act_as: tuple[str, ...]
    read_as: tuple[str, ...]
    commands: tuple[Json, ...]
    disclosed: tuple[Json, ...]
    preference: tuple[str, ...]
    command_id: str
    workflow_id: str


@dataclass(frozen=True, slots=True)
class Submit:
    """Commands submitted at once, with the answer."""

    n: int
    asked: Asked
    shown: Json | None
    status: int
    answer: Json


@dataclass(frozen=True, slots=True)
class Prepare:
    """Commands prepared for signing; `estimated_at` is a time shortly before."""

    n: int
    asked: Asked
    estimated_at: str


@dataclass(frozen=True, slots=True)
class Execute:
    """A prepared transaction signed and executed; `prepared` is None if it was altered."""

    n: int
    prepared: int | None
    shown: Json | None
    status: int
    answer: Json


@dataclass(frozen=True, slots=True)
class Read:
    """A reading of active contracts or of updates."""

    n: int
    path: str
    request: Json
    answer: Any


@dataclass(frozen=True, slots=True)
class Implied:
    """An update whose commands were not recorded, only what a party saw of it."""

    offset: int
    nodes: dict[int, Json]
    transaction: Json


Step = Submit | Prepare | Execute | Read | Implied

SUBMIT = ("/v2/commands/submit-and-wait", "/v2/commands/submit-and-wait-for-transaction")
EXECUTE = (
    "/v2/interactive-submission/executeAndWait",
    "/v2/interactive-submission/executeAndWaitForTransaction",
)
PREPARE = "/v2/interactive-submission/prepare"
CONTRACTS = ("/v2/state/active-contracts", "/v2/state/active-contracts-page")
UPDATES = "/v2/updates/flats"


def lines(file: Path) -> list[Json]:
    """Read a file of one JSON object in each line."""
    with file.open(encoding="utf-8") as opened:
        return [json.loads(line) for line in opened]


def exchanges(folder: Path) -> Iterator[Step]:
    """Give the recorded steps in order, those of the first session from its prepared ones."""
    rows = lines(folder / "bootstrap.jsonl") + lines(folder / "scenario.jsonl")
    kept = {row["n"] for row in rows}
    steps: list[Submit | Prepare | Execute | Read] = [
        step
        for row in lines(folder / "prepared.jsonl")
        if row["n"] not in kept
        for step in _prepared(row)
    ]
    known: dict[str, int] = {}
    for row in rows:
        step = _step(row, known)
        if step is not None:
            steps.append(step)
    yield from sorted(steps, key=_number)


def _number(step: Submit | Prepare | Execute | Read) -> int:
    return step.n


def _prepared(row: Json) -> Iterator[Prepare | Execute]:
    yield Prepare(row["n"], _asked(row), row["costEstimation"]["estimationTimestamp"])
    for done in row["executed"]:
        yield Execute(done["n"], row["n"], None, done["status"], done["answer"])


def _step(row: Json, known: dict[str, int]) -> Submit | Prepare | Execute | Read | None:
    n, path, request, answer = row["n"], row["path"], row["requestBody"], row["responseBody"]
    if path in SUBMIT:
        asked = request["commands"] if isinstance(request["commands"], dict) else request
        shown = request.get("transactionFormat")
        return Submit(n, _asked(asked), shown, row["status"], answer)
    if path == PREPARE:
        known[answer["preparedTransaction"]] = n
        return Prepare(n, _asked(request), answer["costEstimation"]["estimationTimestamp"])
    if path in EXECUTE:
        prepared = known.get(request["preparedTransaction"])
        shown = request.get("transactionFormat")
        return Execute(n, prepared, shown, row["status"], answer)
    if path == UPDATES or path in CONTRACTS:
        return Read(n, path, request, answer)
    return None


def _asked(request: Json) -> Asked:
    return Asked(
        tuple(request["actAs"]),
        tuple(request.get("readAs") or ()),
        tuple(request["commands"]),
        tuple(request.get("disclosedContracts") or ()),
        tuple(request.get("packageIdSelectionPreference") or ()),
        request["commandId"],
        request.get("workflowId") or "",
    )

"""Bad commands as they were sent to a real participant: the same code, category and words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.command_desk import Desk
from cantata.kernel.errors import CantataError
from cantata.lf.codec import loads
from cantata.sandbox.commands import MalformedBody

OF_COMMANDS = ("commands[", "expecting array at 'actAs'")
"""What a body is refused for that the reader of commands reads."""

OF_THE_LEDGER = {
    "COMMAND_PREPROCESSING_FAILED",
    "DAML_AUTHORIZATION_ERROR",
    "INTERPRETATION_USER_ERROR",
    "INVALID_ARGUMENT",
    "INVALID_FIELD",
    "JSON_API_PACKAGE_SELECTION_FAILED",
    "LEDGER_API_INTERNAL_ERROR",
    "MISSING_FIELD",
    "PACKAGE_NAMES_NOT_FOUND",
    "TEMPLATES_OR_INTERFACES_NOT_FOUND",
    "TEMPLATE_PRECONDITION_VIOLATED",
}
"""Codes of refusals that need no contract of the recorded ledger."""

OF_THE_SUBMISSION = (
    "command_id",
    "submission_id",
    "synchronizer_id",
    "deduplication_period",
    "package_id",
    "Ledger String",
    "Mismatch between DisclosedContract",
    "DisclosedContract",
    "transaction_shape",
    "filtersByParty",
    "No synchronizer",
)
"""What a submission is refused for that stands beside its commands."""

OF_CONTRACTS = {"DAML_AUTHORIZATION_ERROR", "INTERPRETATION_USER_ERROR"}
"""Codes that only say the same without the recorded contracts where commands create."""

IN_OTHER_WORDS = {"val_num10_jsonbig", "val_num10_jsonsmall", "val_date_below", "val_time_below"}
"""Where the participant tells how its own language writes the number that it cannot take."""

_HEAD = re.compile(r"[A-Z_]+\(\d+,[0-9a-f]+\): ")
_SET = re.compile(r"(?:Hash)?Set\((.*)\)")


class Case(NamedTuple):
    """A recorded submission and its refusal."""

    name: str
    body: dict[str, Any]
    code: str
    category: int
    cause: str


def recorded(folder: Path) -> Iterator[Case]:
    """Give the recorded refusals of commands."""
    with (folder / "participant" / "main.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = loads(line)
            path = row.get("request", {}).get("path", "")
            if path.startswith("/v2/commands/submit-and-wait"):
                yield from _case(row)


def _case(row: dict[str, Any]) -> Iterator[Case]:
    body, answer = row["request"].get("body"), row["response"].get("body")
    if isinstance(body, dict) and isinstance(body.get("commands"), dict):
        body = body["commands"]
    if not isinstance(body, dict) or row["response"].get("status") in (None, 200):
        return
    if isinstance(answer, str):
        if any(word in answer for word in OF_COMMANDS):
            yield Case(row["name"], body, "", 8, answer)
    elif answer["code"] in OF_THE_LEDGER and _is_here(body, answer):
        yield Case(row["name"], body, answer["code"], answer["errorCategory"], answer["cause"])


def _is_here(body: dict[str, Any], answer: dict[str, Any]) -> bool:
    """Tell whether a refusal is one of this ledger, which has no keys and no old contracts."""
    cases = {case for command in body.get("commands", []) for case in command}
    beside = any(word in answer["cause"] for word in OF_THE_SUBMISSION)
    if beside or "ExerciseByKeyCommand" in cases:
        return False
    return answer["code"] not in OF_CONTRACTS or cases == {"CreateCommand"}


def refusal(desk: Desk, body: dict[str, Any]) -> CantataError | None:
    """Submit a body and give why it is refused, None if it is not."""
    before = desk.state()
    refused = None
    with desk.ledger.anchor():
        try:
            desk.submit(body)
        except CantataError as error:
            refused = error
    assert desk.state() == before
    return refused


def test_recorded_refusals(oracle_desk: Desk, shared_data: Path) -> None:
    different = []
    cases = list(recorded(shared_data))
    assert len(cases) > 80
    for case in cases:
        error = refusal(oracle_desk, case.body)
        if error is None or not agrees(error, case):
            different.append(f"{case.name}: {case.code} {case.cause!r} is {error!r}")
    assert different == []


def agrees(error: CantataError, case: Case) -> bool:
    """Tell whether a refusal is the recorded one.

    Where the participant answers 500 to a wrong JSON kind, any refusal of category 8 is right.
    """
    category = getattr(error, "category", None)
    if case.code == "LEDGER_API_INTERNAL_ERROR":
        return category == 8
    if not case.code:
        return isinstance(error, MalformedBody) and error.text == case.cause
    if error.code != case.code or category != case.category:
        return False
    if case.name in IN_OTHER_WORDS:
        return True
    parts = map(re.escape, _words(case.cause).split("..."))
    return re.match(".*".join(parts), _words(_cause(error)), re.DOTALL) is not None


def _cause(error: CantataError) -> str:
    for name in ("full_message", "cause", "message"):
        if hasattr(error, name):
            return str(getattr(error, name))
    return str(error)


def _words(cause: str) -> str:
    """Give a cause without what differs by request: its head, the order of a set."""
    text = _SET.sub(r"\1", _HEAD.sub("", cause))
    start, colon, names = text.partition("fields: ")
    return f"{start}{colon}{', '.join(sorted(names.split(', ')))}" if colon else text

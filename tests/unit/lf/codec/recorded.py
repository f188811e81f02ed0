"""The exchanges recorded on a real participant, as far as they are about Daml values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cantata.lf.archive import read_dar
from cantata.lf.codec import loads
from cantata.lf.model import Packages, Ref, TCon, Type

ABSENT = "<absent>"


@dataclass(frozen=True, slots=True)
class Stored:
    """A recorded Daml value with its type, and where it was seen."""

    place: str
    type: Type
    data: Any


@dataclass(frozen=True, slots=True)
class Case:
    """A value that was sent, and what the participant made of it."""

    name: str
    root: str
    type: Type
    sent: Any
    status: int
    code: str
    cause: str
    stored: Any
    fields: tuple[str, ...]

    def stored_in(self, answer: Any) -> Any:
        """Cut our answer down to the fields whose stored values are known."""
        if not self.fields:
            return answer
        picked = {name: answer.get(name, ABSENT) for name in self.fields}
        return picked if len(self.fields) > 1 else picked[self.fields[0]]


def oracle_packages(folder: Path) -> Packages:
    """Load the packages that the recorded participant had."""
    return Packages(
        stored.package
        for path in sorted((folder / "packages").glob("*.dar"))
        for stored in read_dar(path.read_bytes()).packages.values()
    )


def exchanges(folder: Path) -> Iterator[dict[str, Any]]:
    """Give the recorded exchanges in order, numbers read exactly."""
    with (folder / "main.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield loads(line)


def template_ref(packages: Packages, text: str) -> Ref | None:
    """Find a template or interface by an id of either form; of versions take the first."""
    package, module, name = text.split(":")
    for candidate in packages.values():
        known = candidate.modules.get(module)
        if (
            package in (candidate.id, f"#{candidate.name}")
            and known is not None
            and (name in known.templates or name in known.interfaces)
        ):
            return Ref(candidate.id, module, name)
    return None


def stored_values(packages: Packages, body: Any, place: str) -> Iterator[Stored]:
    """Give each contract, choice argument, result and view in an answer."""
    pending = [body]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending.extend(node)
        elif isinstance(node, dict):
            yield from _event_values(packages, node, place)
            pending.extend(node.values())


def _event_values(packages: Packages, event: dict[str, Any], place: str) -> Iterator[Stored]:
    if "createArgument" in event:
        ref = template_ref(packages, event["templateId"])
        if ref is not None:
            yield Stored(f"{place} {ref.name}", TCon(ref), event["createArgument"])
    if "viewValue" in event and event["viewValue"] is not None:
        ref = template_ref(packages, event["interfaceId"])
        if ref is not None:
            view = packages.interface(ref).view
            yield Stored(f"{place} view {ref.name}", view, event["viewValue"])
    if "exerciseResult" in event:
        choice = _choice(packages, event)
        if choice is not None:
            where = f"{place} {event['choice']}"
            yield Stored(f"{where} argument", choice.arg_type, event["choiceArgument"])
            yield Stored(f"{where} result", choice.result, event["exerciseResult"])


def _choice(packages: Packages, event: dict[str, Any]) -> Any:
    ref = template_ref(packages, event.get("interfaceId") or event["templateId"])
    if ref is None:
        return None
    module = packages.module(ref)
    owner = module.templates.get(ref.name) or module.interfaces[ref.name]
    return owner.choice(event["choice"])


def value_cases(folder: Path, packages: Packages) -> Iterator[Case]:
    """Give one case for each row of values.md: the exchange, or the row where it is withheld."""
    rows = dict(_rows(folder))
    for exchange in exchanges(folder):
        row = rows.get(exchange["name"])
        if row is not None:
            yield _case(exchange, row, packages)


def _rows(folder: Path) -> Iterator[tuple[str, tuple[str, str, str]]]:
    for line in (folder / "values.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| val_"):
            name, field, rest = line.strip("| ").split(" | ", 2)
            status, _, outcome = rest.partition(" | ")
            yield name, (field, status, outcome)


def _case(exchange: dict[str, Any], row: tuple[str, str, str], packages: Packages) -> Case:
    ((kind, command),) = exchange["request"]["body"]["commands"]["commands"][0].items()
    ref = template_ref(packages, command["templateId"])
    assert ref is not None
    if kind == "CreateCommand":
        root, sent = "createArguments", command["createArguments"]
        type_: Type = TCon(ref)
    else:
        root, sent = "choiceArgument", command["choiceArgument"]
        choice = packages.template(ref).choice(command["choice"])
        assert choice is not None
        type_ = choice.arg_type
    status, code, cause, stored, fields = _outcome(exchange["response"], row, kind)
    return Case(exchange["name"], root, type_, sent, status, code, cause, stored, fields)


def _outcome(
    response: dict[str, Any], row: tuple[str, str, str], kind: str
) -> tuple[int, str, str, Any, tuple[str, ...]]:
    field, status, outcome = row
    if response.get("withheld"):
        if int(status) >= 400:
            code, _, cause = outcome.partition(": ")
            return int(status), code, cause, None, ()
        fields = () if kind == "ExerciseCommand" else tuple(field.partition(" = ")[0].split(","))
        return int(status), "", "", json.loads(outcome), fields
    body = response["body"]
    if response["status"] >= 400:
        return response["status"], body["code"], body["cause"], None, ()
    ((event_kind, event),) = body["transaction"]["events"][0].items()
    key = "createArgument" if event_kind == "CreatedEvent" else "choiceArgument"
    return response["status"], "", "", event[key], ()

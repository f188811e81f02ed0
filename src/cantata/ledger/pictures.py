"""Transactions as text: a tree of what happened, as far as its reader may see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cantata.kernel.words import VALUE_MAX, branches, compact, short_id, short_parties
from cantata.ledger.model.events import CreatedEvent, Event, ExercisedEvent, qualified_name
from cantata.ledger.model.updates import Transaction

RESULT_MAX = 30
"""Characters of a choice's result; a longer one is left out, what it made is drawn below."""

VALUE_MIN = 12
"""Characters below which a value is left out rather than cut."""

UPDATE_ID_SHOWN = 16
NOTHING: tuple[Any, ...] = (None, {})
"""Arguments and results that need no words; Unit is one."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the tree: ``branch verb subject value [witnesses]``."""

    branch: str
    verb: str
    subject: str
    value: str
    witnesses: str

    def __str__(self) -> str:
        told = " ".join(each for each in (self.verb, self.subject, self.value) if each)
        return f"{self.branch}{told}  [{self.witnesses}]"


def title(transaction: Transaction) -> str:
    """Give the line above a tree: where and when it is recorded, and the begin of its id."""
    return (
        f"offset {transaction.offset} · {transaction.effective_at} · "
        f"update {transaction.update_id[:UPDATE_ID_SHOWN]}…"
    )


def rows(transaction: Transaction, width: int | None = None) -> list[Row]:
    """Give a line for each event, below the exercise it is part of, each at most `width` wide.

    Values are cut, and nothing else: a line whose names alone are longer stays so.
    """
    drawn = zip(branches(_depths(transaction)), transaction.events, strict=True)
    return [_row(branch, event, width) for branch, event in drawn]


def draw(transaction: Transaction, width: int | None = None) -> str:
    """Draw a transaction: its title, then its tree."""
    return "\n".join([title(transaction), *map(str, rows(transaction, width))])


def _depths(transaction: Transaction) -> list[int]:
    depths: list[int] = []
    open_until: list[int] = []
    for event in transaction.events:
        while open_until and open_until[-1] < event.node_id:
            open_until.pop()
        depths.append(len(open_until))
        if isinstance(event, ExercisedEvent) and event.last_descendant > event.node_id:
            open_until.append(event.last_descendant)
    return depths


def _row(branch: str, event: Event, width: int | None) -> Row:
    verb, subject = _what(event)
    seen = short_parties(event.witnesses)
    taken = len(str(Row(branch, verb, subject, "", seen))) + 1
    room = VALUE_MAX if width is None else width - taken
    return Row(branch, verb, subject, _value(event, room), seen)


def _what(event: Event) -> tuple[str, str]:
    entity = qualified_name(event.template_id).rpartition(":")[2]
    contract = f"{entity} {short_id(event.contract_id)}"
    if isinstance(event, CreatedEvent):
        return "create", contract
    if isinstance(event, ExercisedEvent):
        verb = "consume" if event.is_consuming else "exercise"
        return verb, f"{contract} {event.choice} as {short_parties(event.acting_parties)}"
    return "archive", contract


def _value(event: Event, room: int) -> str:
    """Give the payload or the argument, and the result if it is short, within some room."""
    if isinstance(event, CreatedEvent):
        return _cut(compact(_plain_first(event.argument), VALUE_MAX), room)
    if not isinstance(event, ExercisedEvent):
        return ""
    given = "" if event.argument in NOTHING else compact(_plain_first(event.argument), VALUE_MAX)
    gave = "…" if event.result in NOTHING else compact(event.result, RESULT_MAX)
    ending = "" if gave.endswith("…") else f" -> {gave}"
    if len(given) + len(ending) <= room:
        return f"{given}{ending}".strip()
    return _cut(given, room)


def _plain_first(data: Any) -> Any:
    """Give a record with what it holds directly before its records and lists: the rest is cut."""
    if not isinstance(data, Mapping):
        return data
    return dict(sorted(data.items(), key=lambda pair: isinstance(pair[1], Mapping | list)))


def _cut(text: str, room: int) -> str:
    if len(text) <= room:
        return text
    return f"{text[: room - 1]}…" if room >= VALUE_MIN else ""

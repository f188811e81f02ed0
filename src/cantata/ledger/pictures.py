"""Transactions as text: a tree of what happened, as far as its reader may see it."""

from __future__ import annotations

import json
from typing import Any

from cantata.ledger.model.events import CreatedEvent, Event, ExercisedEvent, qualified_name
from cantata.ledger.model.updates import Transaction

VALUE_MAX = 100
ID_SHOWN = 10


def draw(transaction: Transaction) -> str:
    """Draw a transaction: a title, then a line for each event, below the exercise it is part of."""
    title = f"{transaction.offset}  {transaction.effective_at}  {transaction.update_id[:16]}…"
    rows = [title]
    open_until: list[int] = []
    for event in transaction.events:
        while open_until and open_until[-1] < event.node_id:
            open_until.pop()
        rows.append(f"{'  ' * (len(open_until) + 1)}{_line(event)}")
        if isinstance(event, ExercisedEvent) and event.last_descendant > event.node_id:
            open_until.append(event.last_descendant)
    return "\n".join(rows)


def _line(event: Event) -> str:
    what = f"{qualified_name(event.template_id)} {event.contract_id[:ID_SHOWN]}…"
    seen = ", ".join(party.partition("::")[0] for party in event.witnesses)
    if isinstance(event, CreatedEvent):
        return f"create {what} {_value(event.argument)}  [{seen}]"
    if isinstance(event, ExercisedEvent):
        verb = "consume" if event.is_consuming else "exercise"
        return f"{verb} {what} {event.choice} {_value(event.argument)}  [{seen}]"
    return f"archive {what}  [{seen}]"


def _value(data: Any) -> str:
    text = json.dumps(data, ensure_ascii=False, default=str)
    return text if len(text) <= VALUE_MAX else f"{text[: VALUE_MAX - 1]}…"

"""The part of a transaction that one of several commands made."""

from __future__ import annotations

from dataclasses import replace

from cantata.ledger.model.events import Event, ExercisedEvent
from cantata.ledger.model.updates import Transaction


def part_of(transaction: Transaction, place: int | None) -> Transaction:
    """Give a transaction with the events of the command at a place alone; all of them for None.

    The events are those of the shape LEDGER_EFFECTS, in their order: each command makes one root,
    and what is below a root follows it.
    """
    if place is None:
        return transaction
    found: list[Event] = []
    root, last = -1, -1
    for event in transaction.events:
        if event.node_id > last:
            root += 1
            last = event.last_descendant if isinstance(event, ExercisedEvent) else event.node_id
        if root == place:
            found.append(event)
    return replace(transaction, events=tuple(found))

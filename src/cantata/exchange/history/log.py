"""The second version's log: one event for every change of the holdings of an account.

Such an event says outright what older histories have to be guessed from. It counts only if the
admin of its instruments exercised it: everybody can have a contract with a choice of that name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cantata.exchange.history import shapes
from cantata.exchange.history.contracts import Kind, interface_of
from cantata.exchange.history.model import Instrument
from cantata.kernel.money import Decimal
from cantata.ledger.model.events import ExercisedEvent

CHOICE = "EventLog_HoldingsChange"


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a transfer: the account gave or got an amount; `other` is None for nobody."""

    id: str
    is_sender: bool
    other: str | None
    amount: Decimal
    instrument: Instrument
    memo: str | None


@dataclass(frozen=True, slots=True)
class LogEvent:
    """What the admin says that happened to the holdings of an account of the party."""

    event: ExercisedEvent
    admin: str
    touched: frozenset[str]
    legs: tuple[Leg, ...]
    meta: Mapping[str, Any]


def log_event(event: ExercisedEvent, party: str) -> LogEvent | None:
    """Read the event if it is about an account of the party and its admin said it."""
    if event.choice != CHOICE or interface_of(event.interface_id)[0] is not Kind.EVENT_LOG:
        return None
    argument = event.argument
    admin = shapes.text(shapes.member(argument, "admin"))
    if admin is None or admin not in event.acting_parties:
        return None
    if shapes.owner(argument.get("account")) != party:
        return None
    used, made = argument.get("inputHoldingCids"), argument.get("outputHoldingCids")
    sides = argument.get("transferLegSides")
    legs = tuple(_leg(each, admin) for each in sides) if isinstance(sides, list) else ()
    return LogEvent(
        event=event,
        admin=admin,
        touched=frozenset(shapes.texts(used) + shapes.texts(made)),
        legs=tuple(leg for leg in legs if leg is not None),
        meta=shapes.merged(shapes.said(argument, None)),
    )


def _leg(value: Any, admin: str) -> Leg | None:
    side, quantity = shapes.member(value, "side"), shapes.amount(shapes.member(value, "amount"))
    name = shapes.text(shapes.member(value, "instrumentId"))
    if not isinstance(side, str) or quantity is None or name is None:
        return None
    return Leg(
        id=shapes.text(value.get("transferLegId")) or "",
        is_sender=side.startswith("Sender"),
        other=shapes.owner(value.get("otherside")),
        amount=quantity,
        instrument=Instrument(admin, name),
        memo=shapes.memo(value.get("meta")),
    )

"""Our events as the JSON API shows them, and recorded ones in the same form.

What only a participant's front adds is left out: trace contexts, hashes of signed transactions,
the bytes of blobs (whether there is one is compared). Sets of things are put in order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cantata.lf.codec import JsonCodec
from cantata.lf.model import TIMESTAMP, Ref, TCon
from cantata.lf.runtime.runtime import Runtime
from cantata.sandbox.engine.projection import (
    ArchivedEvent,
    CreatedEvent,
    Event,
    ExercisedEvent,
    Seen,
    View,
)
from tests.ledger.amulet.recording import Json

SETS = ("signatories", "observers", "actingParties", "witnessParties", "implementedInterfaces")
ADDED = ("contractKey", "contractKeyHash")
OF_TRANSACTION = ("commandId", "workflowId", "effectiveAt", "recordTime")
SUCCEEDED = {"code": 0, "message": "", "details": []}

Place = Callable[[int, int], tuple[int, int]]
"""Gives the recorded offset and node id of ours."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Writes events with the codec of a set of packages."""

    runtime: Runtime
    codec: JsonCodec
    place: Place

    def transaction(self, seen: Seen) -> Json:
        """Write an update as some parties see it."""
        return {
            "commandId": seen.command_id,
            "workflowId": seen.workflow_id,
            "effectiveAt": self.time(seen.effective_at),
            "recordTime": self.time(seen.record_time),
            "events": [self.event(event) for event in seen.events],
        }

    def time(self, micros: int) -> str:
        """Write a time as the envelope of answers does: no, three or six digits of a second."""
        text: str = self.codec.encode(micros, TIMESTAMP)
        seconds, _, fraction = text.removesuffix("Z").partition(".")
        return f"{seconds}.{fraction.ljust(-len(fraction) // 3 * -3, '0')}Z" if fraction else text

    def event(self, event: Event) -> Json:
        """Write an event."""
        match event:
            case CreatedEvent():
                return {"CreatedEvent": self.created(event)}
            case ArchivedEvent():
                return {"ArchivedEvent": self._archived(event)}
            case ExercisedEvent():
                return {"ExercisedEvent": self._exercised(event)}

    def created(self, event: CreatedEvent) -> Json:
        """Write the event of a created contract."""
        contract = event.contract
        return {
            **self._place(event.offset, event.node_id),
            "contractId": contract.contract_id,
            "templateId": str(contract.template),
            "createArgument": self.codec.encode(contract.payload, TCon(contract.template)),
            "createdEventBlob": event.blob,
            "interfaceViews": _views([self._view(view) for view in event.views]),
            "witnessParties": sorted(event.witnesses),
            "signatories": sorted(contract.signatories),
            "observers": sorted(contract.observers),
            "createdAt": self.time(contract.created_at),
            "packageName": contract.package_name,
            "representativePackageId": contract.template.package,
            "acsDelta": event.acs_delta,
        }

    def _place(self, offset: int, node_id: int) -> Json:
        offset, node_id = self.place(offset, node_id)
        return {"offset": offset, "nodeId": node_id}

    def _view(self, view: View) -> Json:
        assert view.error is None, view.error
        type_ = self.runtime.interface(view.interface).view_type
        return {
            "interfaceId": str(view.interface),
            "viewStatus": SUCCEEDED,
            "viewValue": self.codec.encode(view.value, type_),
            "implementationPackageId": view.implementation,
        }

    def _archived(self, event: ArchivedEvent) -> Json:
        return {
            **self._place(event.offset, event.node_id),
            "contractId": event.contract_id,
            "templateId": str(event.template),
            "witnessParties": sorted(event.witnesses),
            "packageName": event.package_name,
            "implementedInterfaces": sorted(map(str, event.interfaces)),
        }

    def _exercised(self, event: ExercisedEvent) -> Json:
        node = event.exercise
        owner: Any = (
            self.runtime.template(node.template)
            if node.interface is None
            else self.runtime.interface(node.interface)
        )
        choice = owner.choice(node.choice)
        return {
            **self._place(event.offset, node.node_id),
            "contractId": node.contract_id,
            "templateId": str(node.template),
            "interfaceId": _text(node.interface),
            "choice": node.choice,
            "choiceArgument": self.codec.encode(node.argument, choice.arg_type),
            "actingParties": sorted(node.actors),
            "consuming": node.consuming,
            "witnessParties": sorted(event.witnesses),
            "lastDescendantNodeId": self.place(event.offset, node.last_descendant)[1],
            "exerciseResult": self.codec.encode(node.result, choice.result_type),
            "packageName": node.package_name,
            "implementedInterfaces": sorted(map(str, event.interfaces)),
            "acsDelta": event.acs_delta,
        }


def recorded(transaction: Json) -> Json:
    """Give a recorded transaction in the form of ours."""
    head = {name: transaction[name] for name in OF_TRANSACTION}
    events = [
        {kind: recorded_event(event)}
        for part in transaction["events"]
        for kind, event in part.items()
    ]
    return {**head, "events": events}


def recorded_event(event: Json) -> Json:
    """Give a recorded event in the form of ours."""
    kept = {key: value for key, value in event.items() if key not in ADDED}
    for key in SETS:
        if key in kept:
            kept[key] = sorted(kept[key])
    if "createArgument" in kept:
        kept["createdEventBlob"] = bool(kept["createdEventBlob"])
        kept["interfaceViews"] = _views(kept["interfaceViews"])
    return kept


def _views(views: list[Json]) -> list[Json]:
    return sorted(views, key=lambda view: str(view["interfaceId"]))


def _text(ref: Ref | None) -> str | None:
    return None if ref is None else str(ref)

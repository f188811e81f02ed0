"""Events, contracts and transactions as the JSON API shows them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any

from cantata.kernel.errors import CantataError
from cantata.kernel.time import Timestamp
from cantata.lf.model import Ref, TCon
from cantata.sandbox.engine import Contract, ContractKey
from cantata.sandbox.engine.projection import (
    ArchivedEvent,
    CreatedEvent,
    Event,
    ExercisedEvent,
    Seen,
    View,
)
from cantata.sandbox.engine.store import Update
from cantata.sandbox.participant.errors import Refusal, refusal_of
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.prepared import key_type

Json = dict[str, Any]

SECOND = 1_000_000
SPAN_HEX_DIGITS = 16
INTERNAL = 13
_SUCCEEDED: Json = {"code": 0, "message": "", "details": []}
_NAMES: Mapping[type[Any], str] = {
    CreatedEvent: "CreatedEvent",
    ArchivedEvent: "ArchivedEvent",
    ExercisedEvent: "ExercisedEvent",
}
_TREE_NAMES: Mapping[type[Any], str] = {
    CreatedEvent: "CreatedTreeEvent",
    ExercisedEvent: "ExercisedTreeEvent",
}


def instant(micros: int) -> str:
    """Write a time with no, three or six digits of a second."""
    seconds, fraction = divmod(micros, SECOND)
    if not fraction:
        return f"{_seconds(seconds)}Z"
    return f"{_seconds(seconds)}.{f'{fraction:06}'.removesuffix('000')}Z"


def trace_context(trace_id: str, update_id: str) -> Json | None:
    """Write where an update comes from: the trace of the request, a span of its own."""
    if not trace_id:
        return None
    span = sha256(update_id.encode()).hexdigest()[:SPAN_HEX_DIGITS]
    return {"traceparent": f"00-{trace_id}-{span}-03", "tracestate": None}


class Renderer:
    """Writes what readers see, with the codec of a node."""

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._blobs = node.blobs
        self._synchronizer = node.identity.synchronizer.id
        self._types: dict[Ref, TCon] = {}

    def transaction(self, seen: Seen, update: Update) -> Json:
        """Write a transaction."""
        return {
            "updateId": seen.update_id,
            "commandId": seen.command_id,
            "workflowId": seen.workflow_id,
            "effectiveAt": instant(seen.effective_at),
            "events": [{_NAMES[type(event)]: self.event(event)} for event in seen.events],
            "offset": seen.offset,
            "synchronizerId": self._synchronizer,
            "traceContext": trace_context(update.trace_id, seen.update_id),
            "recordTime": instant(seen.record_time),
            "externalTransactionHash": update.external_hash or None,
            "paidTrafficCost": 0 if seen.command_id else None,
        }

    def tree(self, seen: Seen, update: Update) -> Json:
        """Write a transaction in the older form of a tree, which must show its effects."""
        events: Json = {}
        for event in seen.events:
            node_id = event.exercise.node_id if isinstance(event, ExercisedEvent) else event.node_id
            events[str(node_id)] = {_TREE_NAMES[type(event)]: {"value": self.event(event)}}
        return {
            "updateId": seen.update_id,
            "commandId": seen.command_id,
            "workflowId": seen.workflow_id,
            "effectiveAt": instant(seen.effective_at),
            "offset": seen.offset,
            "eventsById": events,
            "synchronizerId": self._synchronizer,
            "traceContext": trace_context(update.trace_id, seen.update_id),
            "recordTime": instant(seen.record_time),
        }

    def event(self, event: Event) -> Json:
        """Write an event of any kind."""
        if isinstance(event, CreatedEvent):
            return self.created(event)
        if isinstance(event, ExercisedEvent):
            return self._exercised(event)
        return {
            "offset": event.offset,
            "nodeId": event.node_id,
            "contractId": event.contract_id,
            "templateId": str(event.template),
            "witnessParties": list(event.witnesses),
            "packageName": event.package_name,
            "implementedInterfaces": [str(ref) for ref in event.interfaces],
        }

    def created(self, event: CreatedEvent) -> Json:
        """Write the creation of a contract."""
        contract = event.contract
        key = contract.key
        return {
            "offset": event.offset,
            "nodeId": event.node_id,
            "contractId": contract.contract_id,
            "templateId": str(contract.template),
            "contractKey": None if key is None else self._key(contract.template, key),
            "contractKeyHash": "" if key is None else base64.b64encode(key.hash).decode(),
            "createArgument": self._node.codec.encode(
                contract.payload, self._type(contract.template)
            ),
            "createdEventBlob": self.blob(contract) if event.blob else "",
            "interfaceViews": [self._view(view) for view in event.views],
            "witnessParties": list(event.witnesses),
            "signatories": sorted(contract.signatories),
            "observers": sorted(contract.observers),
            "createdAt": instant(contract.created_at),
            "packageName": contract.package_name,
            "representativePackageId": contract.template.package,
            "acsDelta": event.acs_delta,
        }

    def blob(self, contract: Contract) -> str:
        """Write the blob with which a contract can be shown to others."""
        return base64.b64encode(self._blobs.write(contract)).decode()

    def active(self, event: CreatedEvent, workflow_id: str, token: str) -> Json:
        """Write an active contract."""
        return {
            "workflowId": workflow_id,
            "contractEntry": {
                "JsActiveContract": {
                    "createdEvent": self.created(event),
                    "synchronizerId": self._synchronizer,
                    "reassignmentCounter": 0,
                }
            },
            "streamContinuationToken": token,
        }

    def checkpoint(self, offset: int, record_time: int | None) -> Json:
        """Write an offset checkpoint; `record_time` None before anything was recorded."""
        times = [] if record_time is None else [self.synchronizer_time(record_time)]
        return {"OffsetCheckpoint": {"value": {"offset": offset, "synchronizerTimes": times}}}

    def synchronizer_time(self, record_time: int) -> Json:
        """Write a time of the synchronizer."""
        return {"synchronizerId": self._synchronizer, "recordTime": instant(record_time)}

    def _exercised(self, event: ExercisedEvent) -> Json:
        node = event.exercise
        runtime = self._node.engine.runtime
        if node.interface is None:
            choice = runtime.template(node.template).choice(node.choice)
        else:
            choice = runtime.interface(node.interface).choice(node.choice)
        assert choice is not None, "the choice was exercised"
        encode = self._node.codec.encode
        return {
            "offset": event.offset,
            "nodeId": node.node_id,
            "contractId": node.contract_id,
            "templateId": str(node.template),
            "interfaceId": None if node.interface is None else str(node.interface),
            "choice": node.choice,
            "choiceArgument": encode(node.argument, choice.arg_type),
            "actingParties": sorted(node.actors),
            "consuming": node.consuming,
            "witnessParties": list(event.witnesses),
            "lastDescendantNodeId": node.last_descendant,
            "exerciseResult": encode(node.result, choice.result_type),
            "packageName": node.package_name,
            "implementedInterfaces": [str(ref) for ref in event.interfaces],
            "acsDelta": event.acs_delta,
        }

    def _key(self, template: Ref, key: ContractKey) -> Any:
        return self._node.codec.encode(key.value, key_type(self._node.packages.packages, template))

    def _view(self, view: View) -> Json:
        if view.error is not None:
            return {
                "interfaceId": str(view.interface),
                "viewStatus": _status(view.error),
                "viewValue": None,
                "implementationPackageId": view.implementation,
            }
        type_ = self._node.engine.runtime.interface(view.interface).view_type
        return {
            "interfaceId": str(view.interface),
            "viewStatus": _SUCCEEDED,
            "viewValue": self._node.codec.encode(view.value, type_),
            "implementationPackageId": view.implementation,
        }

    def _type(self, template: Ref) -> TCon:
        known = self._types.get(template)
        if known is None:
            known = self._types[template] = TCon(template)
        return known


def _status(error: CantataError) -> Json:
    refusal = refusal_of(error)
    code = refusal.grpc if isinstance(refusal, Refusal) else INTERNAL
    return {"code": code, "message": error.message, "details": []}


@lru_cache(maxsize=4096)
def _seconds(seconds: int) -> str:
    return str(Timestamp(seconds * SECOND)).removesuffix("Z")

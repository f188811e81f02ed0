"""Reads transactions straight from the bytes of the stream, in the form that ledgers send them.

What has any other form is left to the general reader, which also says what is wrong with it. So
there is one meaning of a frame, and this is only the short way to it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from cantata.kernel.time import MalformedTime, Timestamp
from cantata.ledger.decoding import time_of
from cantata.ledger.model.events import (
    ArchivedEvent,
    CreatedEvent,
    Event,
    ExercisedEvent,
    InterfaceView,
)
from cantata.ledger.model.updates import Transaction

Texts = tuple[str, ...]


def read_transaction(frame: bytes) -> Transaction | None:
    """Read a frame of a stream of updates; None unless it is a transaction of the usual form."""
    try:
        found = _DECODER.decode(frame).update.transaction.value
        return Transaction(
            update_id=found.update_id,
            offset=found.offset,
            command_id=found.command_id or "",
            workflow_id=found.workflow_id or "",
            synchronizer_id=found.synchronizer_id,
            effective_at=_moment(found.effective_at),
            record_time=_moment(found.record_time),
            events=tuple([_event(each) for each in found.events]),
            trace=found.trace_context.traceparent or "" if found.trace_context else "",
        )
    except (msgspec.MsgspecError, MalformedTime, _Unusual, RecursionError):
        return None


class _Unusual(Exception):
    """An element is not what it usually is."""


class _Status(msgspec.Struct, gc=False):
    code: int = 0
    message: str | None = None


class _View(msgspec.Struct, rename="camel"):
    interface_id: str
    view_status: _Status | None = None
    view_value: Any = None


class _Created(msgspec.Struct, rename="camel"):
    offset: int
    node_id: int
    contract_id: str
    template_id: str
    package_name: str
    create_argument: Any = None
    contract_key: Any = None
    created_event_blob: str | None = None
    interface_views: list[_View] | None = None
    witness_parties: Texts = ()
    signatories: Texts = ()
    observers: Texts = ()
    created_at: str | None = None


class _Archived(msgspec.Struct, rename="camel"):
    offset: int
    node_id: int
    contract_id: str
    template_id: str
    package_name: str
    witness_parties: Texts = ()


class _Exercised(msgspec.Struct, rename="camel"):
    offset: int
    node_id: int
    contract_id: str
    template_id: str
    package_name: str
    choice: str
    consuming: bool
    last_descendant_node_id: int
    interface_id: str | None = None
    choice_argument: Any = None
    exercise_result: Any = None
    acting_parties: Texts = ()
    witness_parties: Texts = ()


class _Event(msgspec.Struct, rename="pascal", forbid_unknown_fields=True):
    created_event: _Created | None = None
    archived_event: _Archived | None = None
    exercised_event: _Exercised | None = None


class _Trace(msgspec.Struct, gc=False):
    traceparent: str | None = None


class _Transaction(msgspec.Struct, rename="camel"):
    update_id: str
    offset: int
    synchronizer_id: str
    events: list[_Event]
    command_id: str | None = None
    workflow_id: str | None = None
    effective_at: str | None = None
    record_time: str | None = None
    trace_context: _Trace | None = None


class _Value(msgspec.Struct):
    value: _Transaction


class _Update(msgspec.Struct, rename="pascal", forbid_unknown_fields=True):
    transaction: _Value


class _Frame(msgspec.Struct):
    update: _Update


_DECODER = msgspec.json.Decoder(_Frame, float_hook=Decimal)


def _event(found: _Event) -> Event:
    created, exercised, archived = (
        found.created_event,
        found.exercised_event,
        found.archived_event,
    )
    if (created is not None) + (exercised is not None) + (archived is not None) != 1:
        raise _Unusual
    if created is not None:
        return _created(created)
    if exercised is not None:
        return _exercised(exercised)
    assert archived is not None
    return _archived(archived)


def _created(found: _Created) -> CreatedEvent:
    return CreatedEvent(
        offset=found.offset,
        node_id=found.node_id,
        contract_id=found.contract_id,
        template_id=found.template_id,
        package_name=found.package_name,
        argument=found.create_argument,
        key=found.contract_key,
        blob=found.created_event_blob or "",
        views=tuple([_view(each) for each in found.interface_views or ()]),
        witnesses=found.witness_parties,
        signatories=found.signatories,
        observers=found.observers,
        created_at=_moment(found.created_at),
    )


def _archived(found: _Archived) -> ArchivedEvent:
    return ArchivedEvent(
        offset=found.offset,
        node_id=found.node_id,
        contract_id=found.contract_id,
        template_id=found.template_id,
        package_name=found.package_name,
        witnesses=found.witness_parties,
    )


def _exercised(found: _Exercised) -> ExercisedEvent:
    return ExercisedEvent(
        offset=found.offset,
        node_id=found.node_id,
        contract_id=found.contract_id,
        template_id=found.template_id,
        package_name=found.package_name,
        interface_id=found.interface_id or "",
        choice=found.choice,
        argument=found.choice_argument,
        result=found.exercise_result,
        acting_parties=found.acting_parties,
        is_consuming=found.consuming,
        witnesses=found.witness_parties,
        last_descendant=found.last_descendant_node_id,
    )


def _view(found: _View) -> InterfaceView:
    status = found.view_status
    if status is None or status.code == 0:
        return InterfaceView(interface_id=found.interface_id, value=found.view_value, failure="")
    failure = status.message or "the view failed"
    return InterfaceView(interface_id=found.interface_id, value=None, failure=failure)


def _moment(text: str | None) -> Timestamp | None:
    return time_of(text) if text else None

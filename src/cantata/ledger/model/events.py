"""Events of contracts: created, archived, exercised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from cantata.kernel.time import Timestamp
from cantata.ledger.decoding import Fields
from cantata.ledger.errors import MalformedAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceView:
    """A contract seen through an interface; `value` is None if `failure` says why not."""

    interface_id: str
    value: Any
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedEvent:
    """A contract was created; `argument` and `key` are JSON, `blob` is for disclosure."""

    offset: int
    node_id: int
    contract_id: str
    template_id: str
    package_name: str
    argument: Any
    key: Any
    blob: str
    views: tuple[InterfaceView, ...]
    witnesses: tuple[str, ...]
    signatories: tuple[str, ...]
    observers: tuple[str, ...]
    created_at: Timestamp | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedEvent:
    """A contract was archived."""

    offset: int
    node_id: int
    contract_id: str
    template_id: str
    package_name: str
    witnesses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExercisedEvent:
    """A choice was exercised; `argument` and `result` are JSON."""

    offset: int
    node_id: int
    contract_id: str
    template_id: str
    package_name: str
    interface_id: str
    choice: str
    argument: Any
    result: Any
    acting_parties: tuple[str, ...]
    is_consuming: bool
    witnesses: tuple[str, ...]
    last_descendant: int


Event: TypeAlias = CreatedEvent | ArchivedEvent | ExercisedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveContract:
    """A contract that is active on a synchronizer."""

    event: CreatedEvent
    synchronizer_id: str
    continuation: str = ""


def qualified_name(template_id: str) -> str:
    """Give the module and entity of an identifier, without the package."""
    return template_id.partition(":")[2]


def created(fields: Fields) -> CreatedEvent:
    """Read a created event."""
    return CreatedEvent(
        offset=fields.integer("offset"),
        node_id=fields.integer("nodeId"),
        contract_id=fields.text("contractId"),
        template_id=fields.text("templateId"),
        package_name=fields.text("packageName"),
        argument=fields.value("createArgument"),
        key=fields.value("contractKey"),
        blob=fields.text("createdEventBlob"),
        views=fields.items("interfaceViews", _view),
        witnesses=fields.texts("witnessParties"),
        signatories=fields.texts("signatories"),
        observers=fields.texts("observers"),
        created_at=fields.time("createdAt"),
    )


def archived(fields: Fields) -> ArchivedEvent:
    """Read an archived event."""
    return ArchivedEvent(
        offset=fields.integer("offset"),
        node_id=fields.integer("nodeId"),
        contract_id=fields.text("contractId"),
        template_id=fields.text("templateId"),
        package_name=fields.text("packageName"),
        witnesses=fields.texts("witnessParties"),
    )


def exercised(fields: Fields) -> ExercisedEvent:
    """Read an exercised event."""
    return ExercisedEvent(
        offset=fields.integer("offset"),
        node_id=fields.integer("nodeId"),
        contract_id=fields.text("contractId"),
        template_id=fields.text("templateId"),
        package_name=fields.text("packageName"),
        interface_id=fields.text("interfaceId"),
        choice=fields.text("choice"),
        argument=fields.value("choiceArgument"),
        result=fields.value("exerciseResult"),
        acting_parties=fields.texts("actingParties"),
        is_consuming=fields.flag("consuming"),
        witnesses=fields.texts("witnessParties"),
        last_descendant=fields.integer("lastDescendantNodeId"),
    )


def event(fields: Fields) -> Event:
    """Read an event of any kind."""
    name, content = fields.case()
    if name not in _EVENTS:
        raise MalformedAnswer(f"an event of the unknown kind {name[:80]!r}")
    return _EVENTS[name](content)


def active_contract(fields: Fields) -> ActiveContract | None:
    """Read an element of the active contracts; None for one that is between synchronizers."""
    entry = fields.object("contractEntry").optional("JsActiveContract")
    if entry is None:
        return None
    return ActiveContract(
        event=created(entry.object("createdEvent")),
        synchronizer_id=entry.text("synchronizerId"),
        continuation=fields.text("streamContinuationToken"),
    )


def _view(fields: Fields) -> InterfaceView:
    status = fields.object("viewStatus")
    failed = status.integer("code") != 0
    return InterfaceView(
        interface_id=fields.text("interfaceId"),
        value=None if failed else fields.value("viewValue"),
        failure=(status.text("message") or "the view failed") if failed else "",
    )


_EVENTS: dict[str, Callable[[Fields], Event]] = {
    "CreatedEvent": created,
    "ArchivedEvent": archived,
    "ExercisedEvent": exercised,
}

"""Updates of a ledger, and completions of commands, with the checkpoints between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from cantata.kernel.time import Timestamp
from cantata.ledger.decoding import Fields
from cantata.ledger.model.events import ArchivedEvent, CreatedEvent, Event, ExercisedEvent, event


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A transaction as its reader may see it; `command_id` is empty for who did not submit it."""

    update_id: str
    offset: int
    command_id: str
    workflow_id: str
    synchronizer_id: str
    effective_at: Timestamp | None
    record_time: Timestamp | None
    events: tuple[Event, ...]
    trace: str = ""
    """The `traceparent` under which it was submitted, as far as the ledger tells."""

    @property
    def created(self) -> tuple[CreatedEvent, ...]:
        """Give the created events."""
        return tuple(each for each in self.events if isinstance(each, CreatedEvent))

    @property
    def archived(self) -> tuple[ArchivedEvent, ...]:
        """Give the archived events, which only the shape ACS_DELTA has."""
        return tuple(each for each in self.events if isinstance(each, ArchivedEvent))

    @property
    def exercised(self) -> tuple[ExercisedEvent, ...]:
        """Give the exercised events, which only the shape LEDGER_EFFECTS has."""
        return tuple(each for each in self.events if isinstance(each, ExercisedEvent))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """There is nothing more up to this offset; `times` are record times by synchronizer."""

    offset: int
    times: Mapping[str, Timestamp] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OtherUpdate:
    """An update that is no transaction: a reassignment, a change of topology, a later kind."""

    kind: str
    offset: int


Update: TypeAlias = Transaction | Checkpoint | OtherUpdate


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What became of a command; `failure` is empty and `update_id` set if it was recorded."""

    command_id: str
    submission_id: str
    user_id: str
    act_as: tuple[str, ...]
    offset: int
    update_id: str
    failure_code: int
    failure: str

    @property
    def is_success(self) -> bool:
        """Tell whether the command was recorded."""
        return self.failure_code == 0


CompletionUpdate: TypeAlias = Completion | Checkpoint


def transaction(fields: Fields) -> Transaction:
    """Read a transaction."""
    return Transaction(
        update_id=fields.text("updateId"),
        offset=fields.integer("offset"),
        command_id=fields.text("commandId"),
        workflow_id=fields.text("workflowId"),
        synchronizer_id=fields.text("synchronizerId"),
        effective_at=fields.time("effectiveAt"),
        record_time=fields.time("recordTime"),
        events=fields.items("events", event),
        trace=fields.object("traceContext").text("traceparent"),
    )


def update(fields: Fields) -> Update:
    """Read an element of a stream of updates."""
    kind, content = fields.object("update").case()
    value = content.object("value")
    if kind == "Transaction":
        return transaction(value)
    if kind == "OffsetCheckpoint":
        return _checkpoint(value)
    return OtherUpdate(kind, value.integer("offset"))


def completion(fields: Fields) -> CompletionUpdate | None:
    """Read an element of a stream of completions; None for an empty one."""
    kind, content = fields.object("completionResponse").case()
    value = content.object("value")
    if kind == "OffsetCheckpoint":
        return _checkpoint(value)
    if kind != "Completion":
        return None
    status = value.object("status")
    return Completion(
        command_id=value.text("commandId"),
        submission_id=value.text("submissionId"),
        user_id=value.text("userId"),
        act_as=value.texts("actAs"),
        offset=value.integer("offset"),
        update_id=value.text("updateId"),
        failure_code=status.integer("code"),
        failure=status.text("message"),
    )


def _checkpoint(fields: Fields) -> Checkpoint:
    told = fields.items("synchronizerTimes", _time)
    known = {synchronizer: moment for synchronizer, moment in told if moment is not None}
    return Checkpoint(fields.integer("offset"), known)


def _time(fields: Fields) -> tuple[str, Timestamp | None]:
    return fields.text("synchronizerId"), fields.time("recordTime")

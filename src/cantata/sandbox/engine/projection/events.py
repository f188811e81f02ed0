"""Events: what a reader gets to see of a transaction's nodes."""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from cantata.kernel.errors import CantataError
from cantata.lf.model import Ref
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.transaction import Exercise


class Shape(Enum):
    """How a transaction is shown."""

    ACS_DELTA = "TRANSACTION_SHAPE_ACS_DELTA"
    """Creates and archives of contracts that the reader has a stake in, net."""

    LEDGER_EFFECTS = "TRANSACTION_SHAPE_LEDGER_EFFECTS"
    """Creates and exercises that the reader witnesses."""


class View(NamedTuple):
    """An interface's view of a contract: its value, or why it could not be computed."""

    interface: Ref
    value: Any
    error: CantataError | None
    implementation: str


class CreatedEvent(NamedTuple):
    """A contract as created; `witnesses` are those of the reader's parties that are told."""

    offset: int
    node_id: int
    contract: Contract
    witnesses: tuple[str, ...]
    acs_delta: bool
    views: tuple[View, ...]
    blob: bool


class ArchivedEvent(NamedTuple):
    """A contract is no longer active."""

    offset: int
    node_id: int
    contract_id: str
    template: Ref
    package_name: str
    witnesses: tuple[str, ...]
    interfaces: tuple[Ref, ...]


class ExercisedEvent(NamedTuple):
    """A choice was exercised; `interfaces` are those asked for with views, if it consumes."""

    offset: int
    exercise: Exercise
    witnesses: tuple[str, ...]
    acs_delta: bool
    interfaces: tuple[Ref, ...]


Event = CreatedEvent | ArchivedEvent | ExercisedEvent


class Seen(NamedTuple):
    """An update as some parties see it.

    `command_id` is empty unless one of the parties submitted it. Times are in microseconds.
    """

    offset: int
    update_id: str
    events: tuple[Event, ...]
    effective_at: int
    record_time: int
    workflow_id: str
    command_id: str

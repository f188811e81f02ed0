"""The shapes of requests that submit commands or ask for completions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from cantata.sandbox.commands.body import command_body, command_list
from cantata.sandbox.participant.events.formats import TransactionFormat
from cantata.sandbox.participant.shapes import (
    Checked,
    Duration,
    Empty,
    Instant,
    Int32,
    Json,
    TypeId,
    case_class,
    message,
    read_body,
)

AT = "commands"


def check_commands(data: Any) -> None:
    """Refuse what has not the form of commands; names and arguments are read later."""
    for index, each in enumerate(command_list(data, AT)):
        command_body(each, f"{AT}[{index}]")


def check_duration(data: Any) -> None:
    """Refuse an object that is no duration; anything else counts as none at all."""
    if isinstance(data, Mapping):
        read_body(Duration, data)


Commands = Annotated[Json, Checked(check_commands)]


@message
class DeduplicationDuration:
    """Look for duplicates so far back in time."""

    value: Annotated[Json, Checked(check_duration)]

    @property
    def microseconds(self) -> int:
        """Give the span."""
        if not isinstance(self.value, Mapping):
            return 0
        span: Duration = read_body(Duration, self.value)
        return span.microseconds


@message
class DeduplicationOffset:
    """Look for duplicates after an offset."""

    value: int


Period = DeduplicationDuration | DeduplicationOffset | Empty


@message
class DisclosedContract:
    """A contract that is shown to the participant with the submission."""

    template_id: TypeId | None
    contract_id: str
    created_event_blob: bytes
    synchronizer_id: str


@case_class
class PrefetchContractKey:
    """A key whose contract will be needed."""

    template_id: TypeId
    contract_key: Json
    limit: Int32 | None


@case_class
class JsCommands:
    """A submission."""

    commands: Commands
    command_id: str
    act_as: tuple[str, ...]
    user_id: str | None
    read_as: tuple[str, ...] | None
    workflow_id: str | None
    deduplication_period: DeduplicationDuration | DeduplicationOffset | Empty | None
    min_ledger_time_abs: Instant | None
    min_ledger_time_rel: Duration | None
    submission_id: str | None
    disclosed_contracts: tuple[DisclosedContract, ...] | None
    synchronizer_id: str | None
    package_id_selection_preference: tuple[str, ...] | None
    prefetch_contract_keys: tuple[PrefetchContractKey, ...] | None
    taps_max_passes: Int32 | None


@case_class
class SubmitForTransaction:
    """A submission, and what to show of its transaction."""

    commands: JsCommands
    transaction_format: TransactionFormat | None


@message
class Unassignment:
    """A contract to be moved away from a synchronizer."""

    contract_id: str
    source: str
    target: str


@message
class Assignment:
    """A contract to be taken by the synchronizer to which it was moved."""

    reassignment_id: str
    source: str
    target: str


@message
class UnassignCommand:
    """To move a contract away."""

    value: Unassignment


@message
class AssignCommand:
    """To take a contract."""

    value: Assignment


@message
class ReassignmentCommand:
    """One step of moving a contract."""

    command: UnassignCommand | AssignCommand | Empty


@message
class ReassignmentCommands:
    """Commands that move contracts between synchronizers."""

    user_id: str
    submitter: str
    commands: tuple[ReassignmentCommand, ...]


@message
class SubmitReassignment:
    """A request to move contracts between synchronizers."""

    reassignment_commands: ReassignmentCommands | None


@message
class CompletionStream:
    """Whose completions are wanted, from where on."""

    user_id: str
    parties: tuple[str, ...]
    begin_exclusive: int


@message
class GetCompletions:
    """Which parties' completions are wanted, from where on."""

    parties: tuple[str, ...]
    begin_exclusive: int

"""A submission: commands, who acts, and the change id by which the ledger knows it again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, TypeAlias

from cantata.kernel.time import RelTime, Timestamp
from cantata.ledger.model.events import CreatedEvent
from cantata.ledger.typed import TypedCommand, json_of
from cantata.lf.codegen.support.ledger import Command, Template

DEDUPLICATED_FOR = RelTime.of(days=1)
"""How long a change id is known again, unless a submission says otherwise."""


@dataclass(frozen=True, slots=True)
class Since:
    """Know a change id again if it completed after this offset."""

    offset: int


Deduplication: TypeAlias = RelTime | Since


@dataclass(frozen=True, slots=True)
class ChangeId:
    """By what the ledger tells that two submissions are one change."""

    user_id: str
    act_as: frozenset[str]
    command_id: str


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A contract that the submitter does not see, disclosed by the blob of its event."""

    blob: str
    contract_id: str = ""
    template_id: str = ""
    synchronizer_id: str = ""

    @classmethod
    def of(cls, event: CreatedEvent, synchronizer_id: str = "") -> Disclosed:
        """Disclose the contract of an event that was read with its blob."""
        return cls(event.blob, event.contract_id, event.template_id, synchronizer_id)

    def to_json(self) -> Any:
        """Give the contract as the API wants it."""
        return {
            "createdEventBlob": self.blob,
            "contractId": self.contract_id,
            "templateId": self.template_id,
            "synchronizerId": self.synchronizer_id,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What to record: commands are JSON, or templates to create.

    Derive `command_id` from the intent of the business and keep it before submitting: it is what
    makes trying again harmless.
    """

    commands: tuple[Command | Template | TypedCommand[Any], ...]
    act_as: tuple[str, ...]
    command_id: str
    read_as: tuple[str, ...] = ()
    user_id: str = ""
    workflow_id: str = ""
    deduplication: Deduplication = DEDUPLICATED_FOR
    disclosed: tuple[Disclosed, ...] = ()
    synchronizer_id: str = ""
    packages: tuple[str, ...] = ()
    min_ledger_time: Timestamp | None = None
    max_record_time: Timestamp | None = None
    """Record it by then or never; only what external parties sign can say so."""

    def commands_json(self) -> list[Command]:
        """Give the commands as the API wants them."""
        return [json_of(each) for each in self.commands]

    def change_id(self, user_id: str) -> ChangeId:
        """Give the change id, with the client's user where the submission names none."""
        return ChangeId(self.user_id or user_id, frozenset(self.act_as), self.command_id)

    def common_json(self, user_id: str) -> dict[str, Any]:
        """Give what submitting and preparing have in common."""
        return {
            "commands": self.commands_json(),
            "commandId": self.command_id,
            "actAs": list(self.act_as),
            "readAs": list(self.read_as),
            "userId": self.user_id or user_id,
            "disclosedContracts": [each.to_json() for each in self.disclosed],
            "synchronizerId": self.synchronizer_id,
            "packageIdSelectionPreference": list(self.packages),
        }

    def to_json(self, user_id: str) -> dict[str, Any]:
        """Give `JsCommands`, with a new submission id each time."""
        body = self.common_json(user_id)
        body["workflowId"] = self.workflow_id
        body["submissionId"] = new_submission_id()
        body["deduplicationPeriod"] = period_json(self.deduplication)
        if self.min_ledger_time is not None:
            body["minLedgerTimeAbs"] = str(self.min_ledger_time)
        return body


def new_submission_id() -> str:
    """Give an id for one try."""
    return str(uuid.uuid4())


def period_json(period: Deduplication) -> Any:
    """Give a deduplication period as the API wants it."""
    if isinstance(period, Since):
        return {"DeduplicationOffset": {"value": period.offset}}
    seconds, micros = divmod(period.microseconds, 1_000_000)
    return {"DeduplicationDuration": {"value": {"seconds": seconds, "nanos": micros * 1_000}}}

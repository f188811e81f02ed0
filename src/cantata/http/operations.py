"""Operations: what callers see of an intent, and of what it would do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from cantata.automation.model import Intent
from cantata.automation.signing import awaits
from cantata.http.rehearsal import Preview
from cantata.http.schemas import Answer

_INSIDE = frozenset(
    {"commands", "participant", "tid", "traceId", "definite_answer", "definiteAnswer"}
)


def shown(context: Mapping[str, str]) -> dict[str, str]:
    """Give the details of an error that are for callers, not those of the participant's inside."""
    return {name: value for name, value in context.items() if name not in _INSIDE}


class Phase(Answer):
    """A state that an operation reached."""

    state: str
    at: str


class FailureAnswer(Answer):
    """Why an operation failed, or why its last try did."""

    code: str
    detail: str
    remedy: str
    context: dict[str, str]


StateName = Literal[
    "requested",
    "prepared",
    "awaiting_signature",
    "submitted",
    "unknown",
    "completed",
    "failed",
    "cancelled",
]


class Operation(Answer):
    """Something that was asked for, and how far it is."""

    id: str
    kind: str
    state: StateName
    subject: str
    request: dict[str, Any]
    act_as: list[str]
    signing: str | None = Field(description="Where to get what it waits for to be signed")
    phases: list[Phase]
    attempts: int
    command_id: str | None
    update_id: str | None = Field(description="The ledger's update that carried it out")
    offset: int | None = Field(description="Its place in the ledger; reads as of it show it")
    result: dict[str, Any] | None
    failure: FailureAnswer | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, intent: Intent) -> Operation:
        """Show an intent with the states that it went through."""
        failure = intent.failure
        return cls(
            id=str(intent.id),
            kind=intent.wish.kind,
            state=intent.state.value,
            subject=intent.wish.subject,
            request=dict(intent.wish.request),
            act_as=list(intent.wish.act_as),
            signing=f"/v1/operations/{intent.id}/signing" if awaits(intent) else None,
            phases=[Phase(state=state, at=at) for state, at in intent.phases],
            attempts=intent.attempts,
            command_id=intent.command_id or None,
            update_id=intent.update_id or None,
            offset=intent.offset,
            result=None if intent.result is None else dict(intent.result),
            failure=None
            if failure is None
            else FailureAnswer(
                code=failure.code,
                detail=failure.message,
                remedy=failure.hint,
                context=shown(failure.context),
            ),
            created_at=str(intent.created_at),
            updated_at=str(intent.updated_at),
        )


class Operations(Answer):
    """A page of operations, newest first."""

    items: list[Operation]
    next_cursor: str | None


class PreviewAnswer(Answer):
    """What a request would do."""

    dry_run: Literal[True] = True
    kind: str
    subject: str
    act_as: list[str]
    commands: list[dict[str, Any]] = Field(description="What the ledger would be sent")

    @classmethod
    def of(cls, preview: Preview) -> PreviewAnswer:
        """Show a preview."""
        plan = preview.plan
        return cls(
            kind=preview.kind,
            subject=preview.subject,
            act_as=list(preview.act_as),
            commands=[] if plan is None else [dict(command) for command in plan.commands],
        )

    @classmethod
    def of_intent(cls, intent: Intent) -> PreviewAnswer:
        """Show what would become of an intent that is recorded already: nothing new is sent."""
        return cls(
            kind=intent.wish.kind,
            subject=intent.wish.subject,
            act_as=list(intent.wish.act_as),
            commands=[],
        )

"""What requests that need four eyes hold, and what is answered about them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from cantata.http.schemas import AmountText, Answer, MemoText, PartyText, Request
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.tokens.interventions import ForceOrder, Grounds, RecoverOrder
from cantata.tokens.model import InstrumentId
from cantata.tokens.schemas.answers import TokenName
from cantata.tokens.schemas.ruling import RulesRequest
from cantata.tokens.supervision import (
    APPROVAL_LIFETIME,
    APPROVAL_SECONDS_MAX,
    Approval,
)

IdText = Annotated[
    str,
    Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
]
HASH_PATTERN = r"^[0-9a-f]{64}$"
WAIT_SECONDS = APPROVAL_LIFETIME.microseconds // 1_000_000
ApprovalKindName = Literal["force", "recover", "amend_rules"]
ApprovalStateName = Literal["pending", "approved", "refused", "withdrawn", "expired"]


class GroundsRequest(Request):
    """Why funds are taken, and how long the request waits for its approval."""

    reason_code: str = Field(pattern=r"^[A-Z0-9][A-Z0-9_.-]{0,39}$", examples=["COURT-ORDER"])
    document_hash: str = Field(
        pattern=HASH_PATTERN, description="SHA-256 of the document that orders it, in hex"
    )
    expires_in: int = Field(default=WAIT_SECONDS, ge=60, le=APPROVAL_SECONDS_MAX)

    def grounds(self) -> Grounds:
        """Give the grounds."""
        return Grounds(
            reason_code=self.reason_code,
            document_hash=self.document_hash,
            seconds=self.expires_in,
        )


class ForceRequest(GroundsRequest):
    """An amount that is to move against its owner's will."""

    owner: PartyText
    receiver: PartyText
    amount: AmountText

    def to_model(self, token: InstrumentId) -> ForceOrder:
        """Give the order."""
        return ForceOrder(
            token=token,
            owner=PartyId(self.owner),
            receiver=PartyId(self.receiver),
            amount=Decimal(self.amount),
            grounds=self.grounds(),
        )


class RecoverRequest(GroundsRequest):
    """A party that lost its keys, and the one that takes its place."""

    lost: PartyText
    replacement: PartyText

    def to_model(self, token: InstrumentId) -> RecoverOrder:
        """Give the order."""
        return RecoverOrder(
            token=token,
            lost=PartyId(self.lost),
            replacement=PartyId(self.replacement),
            grounds=self.grounds(),
        )


class RuleChangeRequest(RulesRequest):
    """Terms that are to hold once the approver agrees."""

    expires_in: int = Field(default=WAIT_SECONDS, ge=60, le=APPROVAL_SECONDS_MAX)

    def grounds(self) -> Grounds:
        """Give the grounds: no funds are taken, so no document orders it."""
        return Grounds(reason_code=self.reason, document_hash="", seconds=self.expires_in)


class RemarkRequest(Request):
    """What is said to a decision."""

    remark: MemoText = ""


class ApprovalAnswer(Answer):
    """A request that needs four eyes."""

    id: str
    kind: ApprovalKindName
    token: TokenName
    approver: str
    requester: str
    reason: str
    document_hash: str
    request: dict[str, Any]
    state: ApprovalStateName
    requested_at: str
    expires_at: str
    decided_by: str | None
    decided_at: str | None
    remark: str
    operation: str | None = Field(description="What carries it out, once it is approved")

    @classmethod
    def of(cls, found: Approval, now: Timestamp) -> ApprovalAnswer:
        """Show a request as it is at a time."""
        return cls(
            id=str(found.id),
            kind=found.kind.value,
            token=TokenName.of(found.token),
            approver=found.approver,
            requester=str(found.requester),
            reason=found.reason,
            document_hash=found.document_hash,
            request=dict(found.request),
            state=found.state_at(now).value,
            requested_at=str(found.requested_at),
            expires_at=str(found.expires_at),
            decided_by=None if found.decided_by is None else str(found.decided_by),
            decided_at=None if found.decided_at is None else str(found.decided_at),
            remark=found.remark,
            operation=None if found.operation is None else f"/v1/operations/{found.operation}",
        )


class Approvals(Answer):
    """A page of requests, newest first."""

    items: list[ApprovalAnswer]
    next_cursor: str | None

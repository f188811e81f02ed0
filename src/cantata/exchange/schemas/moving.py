"""What is answered about deposits, withdrawals, their proofs, the journal and webhooks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cantata.automation.model import Failure
from cantata.exchange.model.deposits import Deposit
from cantata.exchange.model.withdrawals import Withdrawal
from cantata.exchange.repository.reading import Line, Step
from cantata.exchange.schemas.common import FailureReason, InstrumentName
from cantata.exchange.webhooks.model import Delivery, Endpoint
from cantata.http.schemas import Answer
from cantata.kernel.time import Timestamp

DepositStateName = Literal[
    "offered",
    "stuck",
    "credited",
    "suspense",
    "unlisted",
    "refunding",
    "refunded",
    "rejected",
    "withdrawn",
    "expired",
    "failed",
]
WithdrawalStateName = Literal[
    "requested",
    "submitted",
    "unknown",
    "offered",
    "completed",
    "rejected",
    "withdrawn",
    "expired",
    "failed",
]


class DepositAnswer(Answer):
    """What came in, or is offered, and whose it is."""

    id: str
    treasury: str
    instrument: InstrumentName
    amount: str
    sender: str
    memo: str = Field(description="As the sender wrote it")
    account: str | None
    state: DepositStateName
    reason: str = Field(description="Why it is not credited, or not accepted; empty if it is")
    update_id: str | None = Field(
        description="Null for an offer that is older than the history that was read"
    )
    offset: int
    record_time: str
    offer: str | None = Field(description="The offer's first contract; null if it came at once")
    execute_before: str | None
    tries: int
    failure: FailureReason | None
    updated_at: str

    @classmethod
    def of(cls, deposit: Deposit) -> DepositAnswer:
        """Show a deposit."""
        return cls(
            id=str(deposit.id),
            treasury=deposit.treasury,
            instrument=InstrumentName.of(deposit.instrument),
            amount=str(deposit.amount),
            sender=deposit.sender,
            memo=deposit.memo,
            account=None if deposit.account is None else str(deposit.account),
            state=deposit.state.value,
            reason=deposit.reason,
            update_id=deposit.seen_in,
            offset=deposit.offset,
            record_time=str(deposit.record_time),
            offer=deposit.original_instruction,
            execute_before=_time(deposit.execute_before),
            tries=deposit.tries,
            failure=_failure(deposit.failure),
            updated_at=str(deposit.updated_at),
        )


class Deposits(Answer):
    """A page of deposits, those that were seen last first."""

    items: list[DepositAnswer]
    next_cursor: str | None


class WithdrawalAnswer(Answer):
    """What a treasury pays, and how far it is; its id is that of its operation, too."""

    id: str
    kind: Literal["payment", "refund", "self", "recovered"]
    treasury: str
    account: str | None
    deposit: str | None
    instrument: InstrumentName
    amount: str
    fee: str
    receiver: str
    memo: str
    state: WithdrawalStateName
    attempts: int
    dead_after: str | None = Field(description="Record time after which it cannot happen any more")
    execute_before: str | None
    offer: str | None
    cancel_wanted: bool
    update_id: str | None
    end_update_id: str | None
    offset: int | None
    record_time: str | None
    failure: FailureReason | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, withdrawal: Withdrawal) -> WithdrawalAnswer:
        """Show a withdrawal."""
        account, deposit = withdrawal.account, withdrawal.deposit
        return cls(
            id=str(withdrawal.id),
            kind=withdrawal.kind.value,
            treasury=withdrawal.treasury,
            account=None if account is None else str(account),
            deposit=None if deposit is None else str(deposit),
            instrument=InstrumentName.of(withdrawal.instrument),
            amount=str(withdrawal.amount),
            fee=str(withdrawal.fee),
            receiver=withdrawal.receiver,
            memo=withdrawal.memo,
            state=withdrawal.state.value,
            attempts=withdrawal.attempts,
            dead_after=_time(withdrawal.dead_after),
            execute_before=_time(withdrawal.execute_before),
            offer=withdrawal.original_instruction,
            cancel_wanted=withdrawal.cancel_wanted,
            update_id=withdrawal.update_id or None,
            end_update_id=withdrawal.end_update_id or None,
            offset=withdrawal.offset,
            record_time=_time(withdrawal.record_time),
            failure=_failure(withdrawal.failure),
            created_at=str(withdrawal.created_at),
            updated_at=str(withdrawal.updated_at),
        )


class Withdrawals(Answer):
    """A page of withdrawals, newest first."""

    items: list[WithdrawalAnswer]
    next_cursor: str | None


class StepAnswer(Answer):
    """An event of the ledger that a transfer consists of, as the treasury's node recorded it."""

    kind: str
    status: str
    update_id: str = Field(description="The same on every node of the network")
    node_id: int
    offset: int = Field(description="Of our participant; other nodes have others")
    record_time: str | None = Field(description="When the synchronizer recorded it")
    sender: str
    receiver: str
    instrument: InstrumentName | None
    amount: str | None
    memo: str
    instruction: str | None
    original_instruction: str | None
    holdings_created: list[str]
    holdings_archived: list[str]
    choice: str
    template: str
    package: str
    actors: list[str]

    @classmethod
    def of(cls, step: Step) -> StepAnswer:
        """Show an event."""
        return cls(
            kind=step.kind,
            status=step.status,
            update_id=step.update_id,
            node_id=step.node_id,
            offset=step.offset,
            record_time=_time(step.record_time),
            sender=step.sender,
            receiver=step.receiver,
            instrument=None if step.instrument is None else InstrumentName.of(step.instrument),
            amount=None if step.amount is None else str(step.amount),
            memo=step.memo,
            instruction=step.instruction or None,
            original_instruction=step.original_instruction or None,
            holdings_created=list(step.created),
            holdings_archived=list(step.archived),
            choice=step.choice,
            template=step.template,
            package=step.package,
            actors=list(step.actors),
        )


class Proof(Answer):
    """What the ledger shows of a transfer, the latest step last; enough to find it elsewhere."""

    treasury: str
    update_id: str | None = Field(description="Of the latest step")
    steps: list[StepAnswer]


class Stuck(Answer):
    """What somebody has to look at."""

    deposits: list[DepositAnswer] = Field(description="Offers that could not be accepted")
    withdrawals: list[WithdrawalAnswer] = Field(
        description="Asked for long ago without an end, offered and expired, or recovered and"
        " nobody's"
    )


class PostingAnswer(Answer):
    """A posting of the journal; debits are positive, credits negative."""

    number: int
    position: int
    at: str
    occasion: str
    reference: str
    kind: str
    name: str
    instrument: InstrumentName
    amount: str

    @classmethod
    def of(cls, line: Line) -> PostingAnswer:
        """Show a posting."""
        return cls(
            number=line.number,
            position=line.position,
            at=str(line.at),
            occasion=line.occasion.value,
            reference=line.reference,
            kind=line.book.kind.value,
            name=line.book.name,
            instrument=InstrumentName.of(line.instrument),
            amount=str(line.amount),
        )


class Postings(Answer):
    """A page of the journal, newest first."""

    items: list[PostingAnswer]
    next_cursor: str | None


class TotalAnswer(Answer):
    """The sum of all accounts of a kind; debits are positive, credits negative."""

    kind: str
    instrument: InstrumentName
    amount: str


class Totals(Answer):
    """The journal in one look: for each instrument all kinds add up to zero."""

    items: list[TotalAnswer]
    balanced: bool
    offset: int


class WebhookAnswer(Answer):
    """Where news goes; its secrets are not shown."""

    id: str
    url: str
    topics: list[str]
    description: str
    state: Literal["active", "paused", "removed"]
    reason: str = Field(description="Why it was paused, if nobody paused it")
    secrets: int = Field(description="How many secrets sign at the moment")
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, endpoint: Endpoint, now: Timestamp) -> WebhookAnswer:
        """Show an endpoint."""
        return cls(
            id=str(endpoint.id),
            url=endpoint.url,
            topics=list(endpoint.topics),
            description=endpoint.description,
            state=endpoint.state.value,
            reason=endpoint.reason,
            secrets=len(endpoint.secrets_at(now)),
            created_at=str(endpoint.created_at),
            updated_at=str(endpoint.updated_at),
        )


class NewWebhookAnswer(WebhookAnswer):
    """An endpoint with a new secret, which is shown this once."""

    secret: str | None = Field(default=None, description="Absent when a request is repeated")


class Webhooks(Answer):
    """All webhooks, oldest first."""

    items: list[WebhookAnswer]
    next_cursor: str | None = None


class DeliveryAnswer(Answer):
    """News for a webhook, and what came of sending it."""

    id: str
    place: int
    topic: str
    subject: str
    body: str = Field(description="What is sent, byte by byte")
    state: Literal["pending", "delivered", "dead"]
    attempts: int
    due_at: str
    status: int | None = Field(description="The status of the last answer, if there was one")
    failure: str
    created_at: str
    ended_at: str | None

    @classmethod
    def of(cls, delivery: Delivery) -> DeliveryAnswer:
        """Show a delivery."""
        return cls(
            id=str(delivery.id),
            place=delivery.place,
            topic=delivery.topic,
            subject=delivery.subject,
            body=delivery.body,
            state=delivery.state.value,
            attempts=delivery.attempts,
            due_at=str(delivery.due_at),
            status=delivery.status,
            failure=delivery.failure,
            created_at=str(delivery.created_at),
            ended_at=_time(delivery.ended_at),
        )


class Deliveries(Answer):
    """A page of deliveries, newest first."""

    items: list[DeliveryAnswer]
    next_cursor: str | None


class Replayed(Answer):
    """How many deliveries are sent again."""

    count: int


def _time(moment: Timestamp | None) -> str | None:
    return None if moment is None else str(moment)


def _failure(failure: Failure | None) -> FailureReason | None:
    if failure is None:
        return None
    return FailureReason(code=failure.code, detail=failure.message, remedy=failure.hint)

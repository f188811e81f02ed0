"""Withdrawals: what a treasury pays, how far it is, and what may follow."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from cantata.automation.model import Failure
from cantata.kernel.errors import CantataError
from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.tokens.model import InstrumentId


class WithdrawalKind(Enum):
    """Why a treasury pays."""

    PAYMENT = "payment"
    """A customer asked for it."""
    REFUND = "refund"
    """A deposit goes back to its sender."""
    SELF = "self"
    """Holdings are merged or split; no balance changes."""
    RECOVERED = "recovered"
    """Seen on the ledger only: its request was lost with a database."""


class WithdrawalState(Enum):
    """How far a withdrawal is; only ingestion leads beyond SUBMITTED and UNKNOWN, or a refusal."""

    REQUESTED = "requested"
    """Balance and inputs are held; nothing was sent."""
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    """Sent, and the ledger's answer is missing; ingestion or time will tell."""
    OFFERED = "offered"
    """The receiver has to accept; the money is locked, and still ours."""
    COMPLETED = "completed"
    REJECTED = "rejected"
    """The receiver refused; the money is back."""
    WITHDRAWN = "withdrawn"
    """Taken back on the customer's wish, offered or not; the money is back."""
    EXPIRED = "expired"
    """Not accepted in time; the money is back."""
    FAILED = "failed"
    """It never happened, or the registry ended it; the money is back."""


_ENDS_OF_AN_OFFER = frozenset(
    {
        WithdrawalState.OFFERED,
        WithdrawalState.COMPLETED,
        WithdrawalState.REJECTED,
        WithdrawalState.WITHDRAWN,
        WithdrawalState.EXPIRED,
        WithdrawalState.FAILED,
    }
)
PAYING = frozenset({WithdrawalState.OFFERED, WithdrawalState.COMPLETED})
"""States in which money is with the receiver, or waits for her."""

_FOLLOWING: dict[WithdrawalState, frozenset[WithdrawalState]] = {
    WithdrawalState.REQUESTED: frozenset(
        {WithdrawalState.SUBMITTED, WithdrawalState.WITHDRAWN, WithdrawalState.FAILED, *PAYING}
    ),
    WithdrawalState.SUBMITTED: frozenset(
        {WithdrawalState.REQUESTED, WithdrawalState.UNKNOWN, WithdrawalState.FAILED, *PAYING}
    ),
    WithdrawalState.UNKNOWN: frozenset(
        {WithdrawalState.REQUESTED, WithdrawalState.SUBMITTED, WithdrawalState.FAILED, *PAYING}
    ),
    WithdrawalState.OFFERED: _ENDS_OF_AN_OFFER,
    WithdrawalState.COMPLETED: frozenset(),
    WithdrawalState.REJECTED: frozenset(),
    WithdrawalState.WITHDRAWN: PAYING,
    WithdrawalState.EXPIRED: frozenset(),
    WithdrawalState.FAILED: PAYING,
}
"""What was given up and is seen on the ledger after all did happen, with an alarm."""

FINAL = frozenset(
    {
        WithdrawalState.COMPLETED,
        WithdrawalState.REJECTED,
        WithdrawalState.WITHDRAWN,
        WithdrawalState.EXPIRED,
        WithdrawalState.FAILED,
    }
)
MEMO_LENGTH_MAX = 256
"""Characters of the memo that a customer gives for the receiver."""

WITHDRAWAL_ID = "cantata.dev/withdrawal-id"
"""The metadata key under which a transfer of a treasury names its withdrawal."""


class IllegalWithdrawalStep(CantataError):
    """A withdrawal was to go from one state to another that does not follow it."""

    code = "ILLEGAL_WITHDRAWAL_STEP"

    def __init__(self, withdrawal: UUID, before: WithdrawalState, after: WithdrawalState) -> None:
        self.withdrawal = withdrawal
        self.before = before
        self.after = after
        super().__init__(
            f"the withdrawal {withdrawal} is {before.value} and cannot become {after.value}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalOrder:
    """A payment that a customer wants; `receiver` is as it was given, unchecked.

    `memo` is for the receiver, such as an account at another exchange; it may be empty.
    """

    account: UUID
    instrument: InstrumentId
    amount: Decimal
    receiver: str
    memo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A payment of a treasury; its id is that of the intent that sends it, and its reason.

    `amount` is what the receiver gets, `fee` what the customer pays besides. `attempts` counts
    submissions. It is not sent any more when `dead_after` has passed by ingested record time;
    None until inputs were reserved for it. `execute_before` is until when an offer waits.
    `original_instruction` is the offer's first contract, `instruction` its present one.
    `update_id` is that of the payment or the offer, `end_update_id` that of what ended the offer;
    both are set by ingestion alone, with `record_time`, the time of the last of them. `deposit`
    is the one that is refunded. `cancel_wanted`: the offer, once there is one, is taken back.
    """

    id: UUID
    kind: WithdrawalKind
    treasury: PartyId
    account: UUID | None
    instrument: InstrumentId
    amount: Decimal
    fee: Decimal
    receiver: PartyId
    memo: str
    state: WithdrawalState
    attempts: int
    dead_after: Timestamp | None
    execute_before: Timestamp | None
    original_instruction: ContractId | None
    instruction: ContractId | None
    cancel_wanted: bool
    update_id: str
    end_update_id: str
    offset: int | None
    record_time: Timestamp | None
    failure: Failure | None
    created_at: Timestamp
    updated_at: Timestamp
    deposit: UUID | None = None


def may_follow(before: WithdrawalState, after: WithdrawalState) -> bool:
    """Tell whether a state may follow another."""
    return after in _FOLLOWING[before]

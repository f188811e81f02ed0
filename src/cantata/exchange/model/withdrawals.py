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
    """Taken back on the customer's wish; the money is back."""
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
_SEEN = frozenset({WithdrawalState.OFFERED, WithdrawalState.COMPLETED})
_FOLLOWING: dict[WithdrawalState, frozenset[WithdrawalState]] = {
    WithdrawalState.REQUESTED: frozenset(
        {WithdrawalState.SUBMITTED, WithdrawalState.FAILED, *_SEEN}
    ),
    WithdrawalState.SUBMITTED: frozenset(
        {WithdrawalState.REQUESTED, WithdrawalState.UNKNOWN, WithdrawalState.FAILED, *_SEEN}
    ),
    WithdrawalState.UNKNOWN: frozenset(
        {WithdrawalState.REQUESTED, WithdrawalState.SUBMITTED, WithdrawalState.FAILED, *_SEEN}
    ),
    WithdrawalState.OFFERED: _ENDS_OF_AN_OFFER,
    WithdrawalState.COMPLETED: frozenset(),
    WithdrawalState.REJECTED: frozenset(),
    WithdrawalState.WITHDRAWN: frozenset(),
    WithdrawalState.EXPIRED: frozenset(),
    WithdrawalState.FAILED: frozenset(),
}

FINAL = frozenset(state for state, following in _FOLLOWING.items() if not following)
CANCELLABLE = frozenset({WithdrawalState.REQUESTED, WithdrawalState.OFFERED})


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
class Withdrawal:
    """A payment of a treasury; its id is that of the intent that sends it, and its reason.

    `amount` is what the receiver gets, `fee` what the customer pays besides. `attempts` counts
    submissions. After `dead_after` (record time) no submission so far can have an effect.
    `execute_before` is until when an offer waits. `original_instruction` is the offer's first
    contract, `instruction` its present one. `update_id` is that of the payment or the offer,
    `end_update_id` that of what ended the offer; both are set by ingestion alone.
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


def may_follow(before: WithdrawalState, after: WithdrawalState) -> bool:
    """Tell whether a state may follow another."""
    return after in _FOLLOWING[before]

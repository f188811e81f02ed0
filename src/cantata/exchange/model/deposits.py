"""Deposits: what came in, or is offered, and whose it is."""

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


class DepositState(Enum):
    """How far a deposit is."""

    OFFERED = "offered"
    """The sender offered it; it is not ours yet."""
    STUCK = "stuck"
    """Offered, and accepting it failed too often: support decides."""
    CREDITED = "credited"
    """It is ours and the customer's."""
    SUSPENSE = "suspense"
    """It is ours, and nobody's so far: no memo, an unknown one, too little, a blocked account."""
    UNLISTED = "unlisted"
    """Holdings of an instrument that is not listed, or of a look-alike: never credited."""
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FAILED = "failed"


_FOLLOWING: dict[DepositState, frozenset[DepositState]] = {
    DepositState.OFFERED: frozenset(
        {
            DepositState.OFFERED,
            DepositState.STUCK,
            DepositState.CREDITED,
            DepositState.SUSPENSE,
            DepositState.UNLISTED,
            DepositState.REJECTED,
            DepositState.WITHDRAWN,
            DepositState.EXPIRED,
            DepositState.FAILED,
        }
    ),
    DepositState.STUCK: frozenset(
        {
            DepositState.OFFERED,
            DepositState.CREDITED,
            DepositState.SUSPENSE,
            DepositState.REJECTED,
            DepositState.WITHDRAWN,
            DepositState.EXPIRED,
            DepositState.FAILED,
        }
    ),
    DepositState.SUSPENSE: frozenset({DepositState.CREDITED, DepositState.REFUNDING}),
    DepositState.UNLISTED: frozenset({DepositState.SUSPENSE}),
    DepositState.REFUNDING: frozenset({DepositState.REFUNDED, DepositState.SUSPENSE}),
    DepositState.CREDITED: frozenset(),
    DepositState.REFUNDED: frozenset(),
    DepositState.REJECTED: frozenset(),
    DepositState.WITHDRAWN: frozenset(),
    DepositState.EXPIRED: frozenset(),
    DepositState.FAILED: frozenset(),
}


UNREAD = "contract "
"""How `update_id` begins where the contract of an offer stands for an update that was not read."""


class IllegalDepositStep(CantataError):
    """A deposit was to go from one state to another that does not follow it."""

    code = "ILLEGAL_DEPOSIT_STEP"

    def __init__(self, deposit: UUID, before: DepositState, after: DepositState) -> None:
        self.deposit = deposit
        self.before = before
        self.after = after
        super().__init__(f"the deposit {deposit} is {before.value} and cannot become {after.value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """A deposit of one instrument into one treasury.

    `update_id`, `node_id` and `position` name what made it ours, or what offered it.
    `original_instruction` is the offer's first contract, `instruction` its present one; both are
    empty for a deposit in one step. `memo` is as the sender wrote it. `reason` says why it is not
    credited, or not accepted (`cantata.exchange.policy.deposits.Reason`); empty if it is.
    `tries` counts acceptances that failed, the last one for `failure`; `intent` is the present
    acceptance, or the last one. An offer is looked at again at `due_at`, None for never.
    """

    id: UUID
    treasury: PartyId
    instrument: InstrumentId
    amount: Decimal
    sender: PartyId
    memo: str
    account: UUID | None
    state: DepositState
    reason: str
    update_id: str
    node_id: int
    offset: int
    record_time: Timestamp
    original_instruction: ContractId | None
    instruction: ContractId | None
    execute_before: Timestamp | None
    tries: int
    failure: Failure | None
    updated_at: Timestamp
    position: int = 0
    intent: UUID | None = None
    due_at: Timestamp | None = None

    @property
    def seen_in(self) -> str | None:
        """The update of `update_id`; None for an offer of which only the contract was read."""
        return None if self.update_id.startswith(UNREAD) else self.update_id


def may_follow(before: DepositState, after: DepositState) -> bool:
    """Tell whether a state may follow another."""
    return after in _FOLLOWING[before]

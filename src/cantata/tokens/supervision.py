"""What an issuer holds beside the ledger: limits of a token, and requests that need four eyes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.tokens.model import InstrumentId

APPROVAL_LIFETIME = RelTime.of(days=1)
"""How long a request waits for its approval if nobody says otherwise."""

APPROVAL_SECONDS_MAX = 30 * 86_400
WINDOW_SECONDS_MAX = 366 * 86_400
HOLDERS_MAX = 10**9
COUNTRIES_MAX = 250
SEIZED_MAX = 1_000
"""Holdings that one forced transfer or recovery may take, in as many steps as they need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLimits:
    """Limits that no single transaction can show: each None where there is none.

    `holders` may have the token; one of them may have `balance`, and move `volume` within any
    `window`. The issuer is no holder: none of them binds it.
    """

    holders: int | None = None
    balance: Decimal | None = None
    volume: Decimal | None = None
    window: RelTime | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is limited."""
        return self.holders is None and self.balance is None and self.volume is None


class ApprovalKind(Enum):
    """What needs two people."""

    FORCE = "force"
    RECOVER = "recover"
    AMEND = "amend_rules"


class ApprovalState(Enum):
    """How far a request is."""

    PENDING = "pending"
    APPROVED = "approved"
    """Its operation is recorded; whether it succeeds, the ledger says."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


_FOLLOWING: Mapping[ApprovalState, frozenset[ApprovalState]] = {
    ApprovalState.PENDING: frozenset(set(ApprovalState) - {ApprovalState.PENDING}),
    ApprovalState.APPROVED: frozenset(),
    ApprovalState.REFUSED: frozenset(),
    ApprovalState.WITHDRAWN: frozenset(),
    ApprovalState.EXPIRED: frozenset(),
}


def may_become(before: ApprovalState, after: ApprovalState) -> bool:
    """Tell whether a state may follow another."""
    return after in _FOLLOWING[before]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A request that a second person decides about; `request` is what the operation will be asked.

    `approver` is the party that the token's rules name; who acts for it decides.
    """

    id: UUID
    kind: ApprovalKind
    token: InstrumentId
    approver: PartyId
    requester: UUID
    reason: str
    document_hash: str
    request: Mapping[str, Any]
    state: ApprovalState
    requested_at: Timestamp
    expires_at: Timestamp
    decided_by: UUID | None = None
    decided_at: Timestamp | None = None
    remark: str = ""
    operation: UUID | None = None

    def state_at(self, now: Timestamp) -> ApprovalState:
        """Give the state; what nobody decided in time has expired."""
        if self.state is ApprovalState.PENDING and self.expires_at <= now:
            return ApprovalState.EXPIRED
        return self.state

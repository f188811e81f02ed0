"""Customers' accounts: who deposits, under which memo, into which treasury."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total

MEMO_LENGTH_MAX = 128
"""Characters of a memo that can name an account; longer ones name none."""

REFERENCE_LENGTH_MAX = 128
"""Characters of the exchange's own name of a customer."""


class AccountState(Enum):
    """What may be done for a customer."""

    OPEN = "open"
    BLOCKED = "blocked"
    """Deposits go to suspense, withdrawals are refused."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAccount:
    """An account of a customer; `reference` is the exchange's own name of it.

    `memo` is what the customer puts on deposits, in its normal form.
    """

    id: UUID
    reference: str
    memo: str
    treasury: PartyId
    state: AccountState
    created_at: Timestamp


@dataclass(frozen=True, slots=True)
class Balance:
    """What a customer has of an instrument: free to withdraw, and held by withdrawals."""

    available: Total
    held: Total

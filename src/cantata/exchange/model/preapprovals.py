"""Pre-approvals of treasuries: so that deposits arrive in one step, as long as they stand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from cantata.automation.model import Failure
from cantata.kernel.ids import PartyId
from cantata.kernel.time import RelTime, Timestamp
from cantata.tokens.model import InstrumentId

TERM = RelTime.of(days=90)
"""How long a pre-approval holds, if nobody says otherwise; Canton Coin's holds as long."""

TERM_MIN = RelTime.of(hours=1)
TERM_MAX = RelTime.of(days=3_650)

WARNING = RelTime.of(days=30)
"""How long before its end a pre-approval should have been renewed; less for short terms."""


class Form(Enum):
    """How the contract of a pre-approval comes to be."""

    OWN = "own"
    """The treasury makes it by the factory of a token of ours, and renews it itself."""
    PROPOSED = "proposed"
    """The treasury proposes it, as for Canton Coin, and the provider's validator accepts and
    renews it."""


class Standing(Enum):
    """How a pre-approval stands."""

    MISSING = "missing"
    ACTIVE = "active"
    EXPIRING = "expiring"
    """It stands, and should have been renewed by now."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preapproval:
    """A pre-approval that a treasury is to have for an instrument.

    `provider` is the party that answers for it in the form `PROPOSED`, and empty otherwise.
    `contract_id` and `expires_at` are those of the contract that stood at `checked_at`, None if
    none did; an `expires_at` of None beside a contract means that it never ends. `intent` is the
    last that was to make one, `failure` why that failed.
    """

    treasury: PartyId
    instrument: InstrumentId
    form: Form
    provider: str
    term: RelTime
    contract_id: str | None
    expires_at: Timestamp | None
    checked_at: Timestamp | None
    intent: UUID | None
    failure: Failure | None
    wanted_at: Timestamp


@dataclass(frozen=True, slots=True)
class Consent:
    """The contract of a pre-approval, and when it ends (None: never)."""

    contract_id: str
    expires_at: Timestamp | None

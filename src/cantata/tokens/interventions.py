"""What issuers ask to do to their tokens and to holders, as the service takes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.tokens.model import InstrumentId
from cantata.tokens.rules_policy import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseOrder:
    """Operations to pause, or to let go on; without any, all that are left."""

    token: InstrumentId
    operations: tuple[Operation, ...]
    paused: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseOrder:
    """The end of a token: nothing of it moves any more, and nothing brings it back."""

    token: InstrumentId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesOrder:
    """Terms that are to hold: whether holders need accounts, from where, and who approves."""

    token: InstrumentId
    accounts_required: bool
    countries: tuple[str, ...]
    approver: PartyId | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolOrder:
    """A holder to attest; `everywhere` for all of the issuer's tokens."""

    token: InstrumentId
    holder: PartyId
    country: str
    verified_until: Timestamp | None
    locked_until: Timestamp | None
    everywhere: bool
    reason: str


class AccountChange(Enum):
    """What can be done to an account."""

    VERIFY = "verify_account"
    LOCK_UP = "lock_up_account"
    FREEZE = "freeze_account"
    UNFREEZE = "unfreeze_account"
    REMOVE = "remove_account"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOrder:
    """A change of a holder's account; verifications and lock-ups set `until`, and `country`.

    Without `until` a verification, or a lock-up, is taken back.
    """

    token: InstrumentId
    holder: PartyId
    change: AccountChange
    reason: str
    until: Timestamp | None = None
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeOrder:
    """An amount of a holder's to freeze, or to let go."""

    token: InstrumentId
    owner: PartyId
    amount: Decimal
    frozen: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Why somebody's funds may be taken: a code, the document that orders it, and for how long.

    `seconds` is how long the request waits for its approval.
    """

    reason_code: str
    document_hash: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceOrder:
    """An amount that is to move against its owner's will."""

    token: InstrumentId
    owner: PartyId
    receiver: PartyId
    amount: Decimal
    grounds: Grounds


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverOrder:
    """A party that lost its keys, and the one that takes its place."""

    token: InstrumentId
    lost: PartyId
    replacement: PartyId
    grounds: Grounds


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowOrder:
    """What an owner lets a spender spend: up to `limit`, None without limit, until it expires."""

    token: InstrumentId
    owner: PartyId
    spender: PartyId
    limit: Decimal | None
    expires_at: Timestamp | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendOrder:
    """A transfer of an owner's funds by who was let spend them."""

    token: InstrumentId
    owner: PartyId
    spender: PartyId
    receiver: PartyId
    amount: Decimal
    memo: str = ""

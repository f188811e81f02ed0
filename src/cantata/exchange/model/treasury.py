"""Treasuries, the registries and instruments that are listed, and the policy of each instrument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any

from cantata.kernel.ids import PackageId, PackageName, PackageVersion, PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.tokens.model import INPUTS_MAX, InstrumentId

ZERO = Decimal("0")

SIGNED_BY_PARTICIPANT = "participant"
"""The signer of a treasury whose key the participant has."""

RECORD_TTL_MAX = RelTime.of(hours=24)
"""How long a withdrawal's transaction may wait to be recorded, whoever signs it."""

OFFER_TTL = RelTime.of(days=30)
RECORD_TTL = RelTime.of(minutes=10)
ACCEPT_MARGIN = RelTime.of(minutes=10)

POOL_MAX = 256
"""Large holdings that a treasury keeps of one instrument."""


class Sending(Enum):
    """What a withdrawal does for a receiver who did not pre-approve transfers."""

    DIRECT_ONLY = "direct_only"
    """It fails, and nothing is sent."""
    OFFER = "offer"
    """It offers the transfer, which the receiver accepts or rejects."""


class Listing(Enum):
    """What customers may do with an instrument."""

    OPEN = "open"
    DEPOSITS_ONLY = "deposits_only"
    WITHDRAWALS_ONLY = "withdrawals_only"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Treasury:
    """A party of ours that holds what customers deposited.

    `signer` names what signs for it. Withdrawals wait while `withdrawals_enabled` is false, and
    until a record time later than `safe_after` was ingested, if there is one. Its history is
    read from `from_offset` on.
    """

    party: PartyId
    name: str
    signer: str
    withdrawals_enabled: bool
    safe_after: Timestamp | None
    from_offset: int
    created_at: Timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Where an admin's registry answers, and what it last said of itself."""

    admin: PartyId
    url: str
    checked_at: Timestamp
    info: Mapping[str, Any]


DAR_BYTES_MAX = 64 * 1024 * 1024
"""Bytes of a DAR that is uploaded for an admin's tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedPackage:
    """The main package of a DAR that was uploaded because an admin's tokens need it."""

    admin: PartyId
    id: PackageId
    name: PackageName
    version: PackageVersion
    dar_sha256: str
    uploaded_at: Timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How an instrument is treated; amounts in units of the instrument.

    `deposit_minimum`: less is not credited but kept in suspense, an offer of less not accepted.
    `offer_ttl`: how long a withdrawal offered to its receiver can be accepted.
    `record_ttl`: how long a withdrawal's transaction may take to be recorded.
    `accept_margin`: how much time an offer must have left for us to accept it.
    `reject_fee`: what a customer pays for a withdrawal that its receiver rejected.
    `pool_size` holdings of at least `pool_amount` each are kept ready; those below `dust_below`
    are merged away. `inputs_max` bounds the inputs of one transfer.
    """

    deposit_minimum: Decimal = ZERO
    withdrawal_minimum: Decimal = ZERO
    withdrawal_maximum: Decimal | None = None
    withdrawal_fee: Decimal = ZERO
    reject_fee: Decimal = ZERO
    sending: Sending = Sending.OFFER
    offer_ttl: RelTime = OFFER_TTL
    record_ttl: RelTime = RECORD_TTL
    accept_margin: RelTime = ACCEPT_MARGIN
    accept_tries_max: int = 5
    pool_size: int = 8
    pool_amount: Decimal = ZERO
    dust_below: Decimal = ZERO
    inputs_max: int = INPUTS_MAX

    def to_json(self) -> dict[str, Any]:
        """Give what is stored: amounts as texts, durations as microseconds."""
        return {field.name: _stored(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Policy:
        """Read what was stored; a setting that was not known then has its default."""
        default = cls()
        return cls(
            **{
                field.name: _read(getattr(default, field.name), field.name, stored[field.name])
                for field in fields(cls)
                if field.name in stored
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedInstrument:
    """An instrument that customers can deposit or withdraw.

    `packages` are the names of the packages whose contracts count as holdings of it.
    """

    id: InstrumentId
    symbol: str
    decimals: int
    packages: tuple[str, ...]
    listing: Listing
    policy: Policy
    listed_at: Timestamp
    name: str = ""

    @property
    def takes_deposits(self) -> bool:
        """Tell whether deposits are credited."""
        return self.listing in {Listing.OPEN, Listing.DEPOSITS_ONLY}

    @property
    def pays_withdrawals(self) -> bool:
        """Tell whether withdrawals can be asked for."""
        return self.listing in {Listing.OPEN, Listing.WITHDRAWALS_ONLY}


def _stored(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value.to_wire()
    if isinstance(value, RelTime):
        return value.microseconds
    return value.value if isinstance(value, Enum) else value


def _read(default: Any, name: str, stored: Any) -> Any:
    if name == "withdrawal_maximum":
        return None if stored is None else Decimal(stored)
    if isinstance(default, Decimal):
        return Decimal(stored)
    if isinstance(default, RelTime):
        return RelTime(microseconds=stored)
    return Sending(stored) if isinstance(default, Sending) else stored

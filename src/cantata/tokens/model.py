"""Tokens: instruments, holdings of them, what moved them, and the bounds of all that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total

INPUTS_MAX = 100
"""Holdings that one transaction may take, by the contract."""

DECIMALS_MAX = 10


@dataclass(frozen=True, slots=True, order=True)
class InstrumentId:
    """An instrument: its admin, and the name that the admin gave it."""

    admin: PartyId
    id: str

    def __str__(self) -> str:
        return f"{self.admin}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Who holds a locked holding, until when (None: until they let go), and why."""

    holders: tuple[str, ...]
    expires_at: Timestamp | None
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """An amount of an instrument that a party owns, on one contract."""

    contract_id: ContractId
    instrument: InstrumentId
    owner: PartyId
    amount: Decimal
    lock: Lock | None = None
    package_name: str = ""
    created_offset: int = 0
    created_at: Timestamp | None = None


class MovementKind(Enum):
    """Why the holdings of a party changed."""

    MINT = "mint"
    BURN = "burn"
    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"
    FORCED = "forced"
    """Taken, or given, by the admin's order and without the owner."""
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    REARRANGED = "merge_split"
    """Merged, split, locked or unlocked: the balance is as before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A change of one party's balance of one instrument.

    `delta` is what the balance gained or lost, `locked` what its locked part did: sums of holdings.
    `counterparty` is empty when there is none, or more than one.
    """

    node_id: int
    owner: PartyId
    instrument: InstrumentId
    kind: MovementKind
    delta: Total
    locked: Total
    counterparty: str = ""
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A contract that shows itself as a holding or an offer, and why it does not count as one."""

    contract_id: str
    template_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingChanges:
    """What a transaction did to holdings: those made, those used up, and why."""

    created: tuple[Holding, ...]
    archived: tuple[ContractId, ...]
    movements: tuple[Movement, ...] = ()
    doubts: tuple[Doubt, ...] = ()


class OfferState(Enum):
    """What became of an offered transfer."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    """Ended by the admin after its deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A transfer that waits, or waited, for its receiver."""

    contract_id: ContractId
    original: ContractId | None
    instrument: InstrumentId
    sender: PartyId
    receiver: PartyId
    amount: Decimal
    requested_at: Timestamp
    execute_before: Timestamp
    memo: str
    inputs: tuple[ContractId, ...]
    blob: str
    synchronizer_id: str
    package_name: str
    created_offset: int
    state: OfferState = OfferState.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """An instrument as its contract states it, with what is needed to disclose the contract."""

    id: InstrumentId
    contract_id: ContractId
    name: str
    symbol: str
    decimals: int
    cap: Decimal | None
    supply: Decimal
    created_offset: int
    template_id: str = ""
    synchronizer_id: str = ""
    blob: str = ""
    paused: tuple[str, ...] = ()
    """Which of mint and burn are, by the names that contracts use."""

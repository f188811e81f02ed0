"""What the registry answers, whatever it looks like on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.time import Timestamp
from cantata.tokens.model import Instrument
from cantata.tokens.terms import Terms

PAGE_DEFAULT = 25
PAGE_MAX = 1_000

REGISTRY_APIS = {"splice-api-token-metadata-v1": 1}
"""What the registry as a whole speaks: name of the API, minor version."""

INSTRUMENT_APIS = {
    "splice-api-token-metadata-v1": 1,
    "splice-api-token-holding-v1": 1,
    "splice-api-token-transfer-instruction-v1": 1,
    "splice-api-token-allocation-v1": 1,
    "splice-api-token-allocation-instruction-v1": 1,
}
"""What each instrument supports."""

T = TypeVar("T")


class TransferKind(Enum):
    """How a transfer will go on."""

    SELF = "self"
    """Sender and receiver are one: it merges or splits holdings, at once."""
    DIRECT = "direct"
    """The receiver has consented beforehand, so it completes at once."""
    OFFER = "offer"
    """The receiver has to accept it."""


class Ending(Enum):
    """A choice that ends an offer or an allocation."""

    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    EXECUTE_TRANSFER = "execute-transfer"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf(Generic[T]):
    """An answer, and the offset and record time of the ledger that it is true of."""

    value: T
    offset: int
    record_time: Timestamp | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentPage:
    """A page of instruments, and the id after which the next one begins, if there is one."""

    instruments: tuple[Instrument, ...]
    next_after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factory:
    """A factory, the terms of its choice, and for transfers how they will go on."""

    contract_id: ContractId
    terms: Terms
    kind: TransferKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrySettings:
    """What is chosen about the registry: whose it is, if the path does not name an admin.

    Without `admin` that is the only one whose instruments are here.
    """

    admin: PartyId | None = None

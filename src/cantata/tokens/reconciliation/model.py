"""Differences between the projections and the ledger, each of a type of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.tokens.model import InstrumentId

SHOWN_MAX = 1_000
"""Differences that a report lists; all are counted."""

PAGE = 5_000
"""Rows that are read from the database at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotProjected:
    """The ledger has a contract that the projection lacks."""

    projection: str
    contract_id: ContractId


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOnLedger:
    """The projection has a contract that the ledger lacks."""

    projection: str
    contract_id: ContractId


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDiffers:
    """A contract is on both sides, and a field of it is not the same."""

    projection: str
    contract_id: ContractId
    field: str
    ledger: str
    projected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementsDiffer:
    """The movements of a party do not add up to its holdings."""

    owner: PartyId
    instrument: InstrumentId
    holdings: Total
    movements: Total


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyDiffers:
    """The supply that an instrument's contract states is not the sum of its holdings."""

    instrument: InstrumentId
    stated: Decimal
    held: Total


Difference: TypeAlias = NotProjected | NotOnLedger | FieldDiffers | MovementsDiffer | SupplyDiffers


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a comparison at an offset found.

    `differences` are at most SHOWN_MAX of `count`; `compared` counts contracts of the ledger.
    """

    offset: int
    at: Timestamp
    compared: int
    count: int
    differences: tuple[Difference, ...]

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing differs."""
        return self.count == 0

    @property
    def projections(self) -> frozenset[str]:
        """Name the projections whose rebuild may repair what differs."""
        named: set[str] = set()
        for each in self.differences:
            if isinstance(each, SupplyDiffers):
                named |= {HOLDINGS, CONTRACTS}
            else:
                named.add(getattr(each, "projection", HOLDINGS))
        return frozenset(named)


HOLDINGS = "holdings"
CONTRACTS = "token_contracts"

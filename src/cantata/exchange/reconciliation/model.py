"""What can differ between a treasury, its books and the ledger, each of a type of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TypeAlias
from uuid import UUID

from cantata.exchange.model.journal import BookKind
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.tokens.model import InstrumentId

SHOWN_MAX = 1_000
"""Differences that a report lists; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRecorded:
    """The ledger has a holding or an instruction of a treasury that the database lacks."""

    treasury: PartyId
    contract_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOnLedger:
    """The database has a holding or an instruction that the ledger lacks."""

    treasury: PartyId
    contract_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDiffers:
    """A contract is on both sides, and a field of it is not the same."""

    treasury: PartyId
    contract_id: str
    field: str
    ledger: str
    recorded: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksDiffer:
    """The journal's account of a treasury is not the sum of what it holds."""

    treasury: PartyId
    instrument: InstrumentId
    held: Total
    booked: Total


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancesDiffer:
    """The kept balance of an account is not the sum of its postings."""

    kind: BookKind
    name: str
    instrument: InstrumentId
    kept: Total
    posted: Total


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCovered:
    """What is owed, lost and earned of an instrument is not what all treasuries hold."""

    instrument: InstrumentId
    held: Total
    owed: Total


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldForNothing:
    """A withdrawal has ended, or is none, and still holds something of a balance."""

    withdrawal: str
    instrument: InstrumentId
    amount: Total


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedForNothing:
    """A withdrawal has ended and still keeps a holding for itself."""

    withdrawal: UUID
    contract_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unexplained:
    """Treasuries gained or lost what nothing explains; somebody has to look at it."""

    instrument: InstrumentId
    amount: Total


Difference: TypeAlias = (
    NotRecorded
    | NotOnLedger
    | FieldDiffers
    | BooksDiffer
    | BalancesDiffer
    | NotCovered
    | HeldForNothing
    | ReservedForNothing
    | Unexplained
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What one treasury has of one instrument, and how much of it is locked; by the ledger."""

    treasury: PartyId
    instrument: InstrumentId
    amount: Total
    locked: Total
    holdings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a comparison found.

    The contracts of the treasuries are compared as of `offset`. `owed` are the sums of all
    accounts of a kind, debits positive. `differences` are at most SHOWN_MAX of `count`.
    """

    offset: int
    at: Timestamp
    compared: int
    positions: Sequence[Position]
    owed: Mapping[tuple[BookKind, InstrumentId], Total]
    count: int
    differences: tuple[Difference, ...]

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing differs."""
        return self.count == 0


def described(difference: Difference) -> dict[str, str]:
    """Give a difference as JSON data: its kind, and its fields as texts."""
    values = {each.name: _text(getattr(difference, each.name)) for each in fields(difference)}
    return {"difference": type(difference).__name__, **values}


def _text(value: object) -> str:
    if isinstance(value, BookKind):
        return value.value
    return value.to_wire() if isinstance(value, Total) else str(value)

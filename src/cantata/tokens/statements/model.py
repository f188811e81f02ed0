"""A statement: what a holder had, every movement, and what that led to."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.tokens.model import InstrumentId, MovementKind

LINES_MAX = 50_000
"""Movements in one statement."""

PAGE = 1_000
"""Rows that are read at once."""

POINTS_MAX = 400
"""Points of a figure over time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A movement, and the balance after it."""

    recorded_at: Timestamp
    offset: int
    update_id: str
    kind: MovementKind
    counterparty: str
    memo: str
    delta: Total
    balance: Total


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One instrument in a statement; opening and lines add up to closing, exactly."""

    instrument: InstrumentId
    opening: Total
    lines: tuple[Line, ...]
    closing: Total


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a holder had of each instrument from `begin` up to, but not at, `end`.

    `opened_at` and `closed_at` are the offsets of opening and closing. It is final once
    everything that was recorded before `end` is ingested.
    """

    owner: PartyId
    begin: Timestamp
    end: Timestamp
    opened_at: int
    closed_at: int
    is_final: bool
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """An instrument at a moment, and what was done with it since the point before."""

    at: Timestamp
    offset: int
    supply: Total
    holders: int
    minted: Total
    burned: Total
    transferred: Total
    transfers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Figures of one instrument as of an offset, from its first day on."""

    supply: Total
    locked: Total
    holders: int
    holdings: int
    minted: Total
    burned: Total
    transferred: Total
    transfers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conservation:
    """Three ways to the supply of one instrument as of an offset, which must be equal.

    `stated` is what its contract says, `held` what its holdings add up to, locked ones with them,
    and `moved` what all movements of its holders add up to.
    """

    offset: int
    stated: Decimal
    cap: Decimal | None
    held: Total
    moved: Total

    @property
    def is_conserved(self) -> bool:
        """Tell whether all three agree."""
        return self.stated == self.held == self.moved

"""Batches: many mints, transfers or burns of one token, asked for at once, and their bounds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from cantata.http.errors import RowFault
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.tokens.model import InstrumentId

ROWS_MAX = 1_000
"""Rows of a batch."""

CONSENT_LIFETIME = RelTime.of(hours=1)
"""How long the consent lasts that a batch gives for a receiver of ours that takes freely."""


class Operation(Enum):
    """What every row of a batch asks for."""

    MINT = "mint"
    TRANSFER = "transfer"
    BURN = "burn"


class Mode(Enum):
    """What one bad row means for the others."""

    ALL_OR_NOTHING = "all_or_nothing"
    """Every row is valid and all are one transaction of the ledger, or nothing happens."""
    PER_ROW = "per_row"
    """Each row is an operation of its own; the refused ones are listed."""


TOGETHER_MAX: Mapping[Operation, int] = {
    Operation.MINT: 1_000,
    Operation.TRANSFER: 100,
    Operation.BURN: 1_000,
}
"""Rows that fit one transaction, by the contracts."""


class RowState(Enum):
    """How far a row is."""

    REFUSED = "refused"
    """It was never asked for: its fault says why."""
    UNDER_WAY = "under_way"
    COMPLETED = "completed"
    FAILED = "failed"
    """It was asked for and did not happen; its operation says why."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What rows of an operation hold: what they must, and what they may."""

    required: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """All of them, in the order in which they are written."""
        return (*self.optional[:1], *self.required, *self.optional[1:])


COLUMNS: Mapping[Operation, Columns] = {
    Operation.MINT: Columns(("receiver", "amount"), ("key", "memo")),
    Operation.TRANSFER: Columns(
        ("sender", "receiver", "amount"), ("key", "memo", "execute_before")
    ),
    Operation.BURN: Columns(("owner", "amount"), ("key", "memo")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """A row as it came: its line, from 1, and its cells by column, unchecked."""

    line: int
    cells: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row that says something possible.

    `key` is the requester's name for it, or empty. `source` gives: the sender, or the owner of
    what is burned; None for mints. `receiver` is None for burns.
    """

    line: int
    amount: Decimal
    key: str = ""
    source: PartyId | None = None
    receiver: PartyId | None = None
    memo: str = ""
    execute_before: Timestamp | None = None

    def content(self) -> list[str]:
        """Give what the row says, for its hash."""
        parties = (str(self.source or ""), str(self.receiver or ""))
        until = "" if self.execute_before is None else str(self.execute_before)
        return [str(self.line), self.key, *parties, str(self.amount), self.memo, until]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOrder:
    """A batch that is asked for: rows of sound form, and what is wrong with the others."""

    operation: Operation
    token: InstrumentId
    mode: Mode
    rows: tuple[Row, ...]
    faults: tuple[RowFault, ...] = ()

    @property
    def count(self) -> int:
        """Count all rows."""
        return len(self.rows) + len({fault.line for fault in self.faults})

    @property
    def sha256(self) -> str:
        """Give the hash of what is asked, whatever form it came in."""
        said = [self.operation.value, str(self.token), self.mode.value]
        wrong = [[fault.line, fault.column, fault.code, fault.message] for fault in self.faults]
        content = [said, [row.content() for row in self.rows], wrong]
        return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()

"""What ingestion works with: the place in the stream, and batches of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cantata.kernel.time import Timestamp
from cantata.ledger.model.updates import Transaction

BATCH_MAX = 2_000
"""Updates in one database transaction when the reader is behind."""

BATCH_EVENTS_MAX = 20_000
"""Events in one database transaction; a single larger update is taken alone."""

QUEUE_MAX = 4_000
"""Updates that wait between the ledger and the database; the ledger waits when there are more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a stream is ingested: everything up to `offset`, which is `record_time`.

    `update_id` is that of the last transaction, empty before the first; `synchronizer_id` is
    that of all transactions so far, empty before the first.
    """

    offset: int = 0
    update_id: str = ""
    record_time: Timestamp | None = None
    synchronizer_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Consecutive transactions after `before`, and the cursor that they lead to."""

    before: Cursor
    after: Cursor
    transactions: tuple[Transaction, ...]
    is_snapshot: bool = False
    """The contracts that are active at `after`, as if nothing else had ever happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """Where everything stands: the cursor, and how far each projection is by name."""

    cursor: Cursor
    reached: Mapping[str, int]
    halt: Halt | None = None
    observed: Observed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What observers were given before the cursor was set back, or moved to other offsets.

    That is everything recorded before `until`, and of what was recorded then these `updates`.
    """

    until: Timestamp
    updates: frozenset[str]

    def has(self, transaction: Transaction) -> bool:
        """Tell whether observers were given a transaction, at whatever offset it was then."""
        at = transaction.record_time
        if at is None or at > self.until:
            return False
        return at < self.until or transaction.update_id in self.updates


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """Why ingestion stopped on purpose, for everybody to see."""

    code: str
    message: str
    hint: str

"""Reads what happens to treasuries, inside the transaction that moves ingestion's cursor.

It is an observer and not a projection that can be made again by itself: balances of customers
follow from it in the same transaction, and they must never be posted twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cantata.exchange.history.model import NOTHING, Parsed
from cantata.exchange.history.parser import parse, touched
from cantata.exchange.model.treasury import Treasury
from cantata.exchange.repository import history, treasuries
from cantata.ingestion.model import Batch
from cantata.ledger.model.updates import Transaction
from cantata.storage.session import WriteSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a transaction says of a treasury; `is_opening`: it was there before, for no reason."""

    treasury: Treasury
    transaction: Transaction
    parsed: Parsed
    is_opening: bool = False


class Watcher(Protocol):
    """Acts on what happened to treasuries, in the same database transaction."""

    async def saw(self, session: WriteSession, seen: Sequence[Seen]) -> None:
        """Take note of what a batch says, in its order; nothing is given twice."""

    async def passed(self, session: WriteSession, batch: Batch) -> None:
        """Take note that record time has moved on, after everything of the batch was seen."""


class TreasuryHistory:
    """Parses each transaction for each treasury, and keeps what it says."""

    def __init__(self, watchers: Sequence[Watcher] = ()) -> None:
        self._watchers = tuple(watchers)

    async def observe(self, session: WriteSession, batch: Batch) -> None:
        """Write down what a batch says of treasuries, and tell those who act on it."""
        seen: list[Seen] = []
        if batch.transactions:
            for treasury in await treasuries.every(session):
                seen += await self._read(session, treasury, batch)
        if seen:
            seen.sort(key=lambda each: each.transaction.offset)
            for watcher in self._watchers:
                await watcher.saw(session, seen)
        for watcher in self._watchers:
            await watcher.passed(session, batch)

    async def _read(self, session: WriteSession, treasury: Treasury, batch: Batch) -> list[Seen]:
        fresh = [t for t in batch.transactions if t.offset > treasury.from_offset]
        known = await history.state(session, treasury.party, touched(fresh))
        found: list[Seen] = []
        for transaction in fresh:
            parsed = parse(treasury.party, known, transaction)
            if parsed == NOTHING:
                continue
            changes = parsed.changes
            known.apply(changes)
            await history.add_changes(session, treasury.party, changes, transaction.offset)
            entries = () if batch.is_snapshot else parsed.entries
            await history.add_entries(session, treasury.party, entries)
            found.append(
                Seen(
                    treasury=treasury,
                    transaction=transaction,
                    parsed=Parsed(changes=changes, entries=entries),
                    is_opening=batch.is_snapshot,
                )
            )
        return found

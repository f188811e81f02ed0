"""Reads what happens to treasuries, inside the transaction that moves ingestion's cursor.

It is an observer and not a projection that can be made again by itself: balances of customers
follow from it in the same transaction, and they must never be posted twice. What was read before
is told by its update id and left out, whatever its offset is by now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cantata.exchange.history.model import IMPORTED_AT, NOTHING, Changes, Instrument, Parsed
from cantata.exchange.history.parser import parse, touched
from cantata.exchange.history.state import State
from cantata.exchange.model.treasury import Treasury
from cantata.exchange.repository import history, treasuries
from cantata.ingestion.model import Batch
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.totals import Total
from cantata.ledger.model.updates import Transaction
from cantata.storage.session import WriteSession
from cantata.tokens.model import InstrumentId

ZERO = Decimal("0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a transaction says of a treasury, and what the treasury's holdings gained by it.

    `is_opening`: the holdings were there before the history that is read begins.
    """

    treasury: Treasury
    transaction: Transaction
    parsed: Parsed
    gained: Mapping[InstrumentId, Total]
    is_opening: bool


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
        before: frozenset[str] | None = None
        for transaction in fresh:
            parsed = parse(treasury.party, known, transaction)
            if parsed == NOTHING:
                continue
            if before is None:
                ids = (each.update_id for each in fresh)
                before = await history.updates_read(session, treasury.party, ids)
            if transaction.update_id in before:
                continue
            changes = parsed.changes
            gained = _gained(changes, known)
            known.apply(changes)
            await history.add_changes(session, treasury.party, changes, transaction.offset)
            imported = batch.is_snapshot or transaction.record_time == IMPORTED_AT
            entries = () if imported else parsed.entries
            await history.add_entries(session, treasury.party, entries)
            found.append(
                Seen(
                    treasury=treasury,
                    transaction=transaction,
                    parsed=Parsed(changes=changes, entries=entries),
                    gained=gained,
                    is_opening=imported,
                )
            )
        return found


def _gained(changes: Changes, known: State) -> dict[InstrumentId, Total]:
    """Give what the holdings gained, by instrument, without those that gained nothing."""
    sums: dict[InstrumentId, Total] = {}
    gone = (known.holding(each) for each in changes.archived)
    signed = [(each, each.amount) for each in changes.created]
    signed += [(each, -each.amount) for each in gone if each is not None]
    for holding, amount in signed:
        instrument = instrument_id(holding.instrument)
        sums[instrument] = sums.get(instrument, Total()) + amount
    return {instrument: amount for instrument, amount in sums.items() if amount}


def instrument_id(instrument: Instrument) -> InstrumentId:
    """Give the id of an instrument that a history names."""
    return InstrumentId(PartyId(instrument.admin), instrument.id)

"""Applies batches: one database transaction moves the cursor and every projection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cantata.ingestion import repository
from cantata.ingestion.batching import batch_of
from cantata.ingestion.errors import CursorMoved, IngestionHalted
from cantata.ingestion.model import Batch, Cursor, Halt, Positions
from cantata.ingestion.projection import Observer, Projection
from cantata.ledger.model.updates import Update
from cantata.observability import metrics
from cantata.storage.database import Database
from cantata.storage.session import WriteSession

CHANNEL = "cantata_ingested"
"""Listeners of this channel are woken by every batch."""


class UpdatesProjection:
    """The updates themselves: which time is which offset, and who submitted what."""

    name = "updates"
    tables = (repository.UPDATES.name,)

    async def apply(self, session: WriteSession, batch: Batch) -> None:
        """Add a batch; a snapshot has no updates, but only contracts."""
        if not batch.is_snapshot:
            await repository.record_updates(session, batch)

    async def reset(self, session: WriteSession) -> None:
        """Forget everything."""
        await repository.forget_updates(session)


class Ingester:
    """Writes what the ledger told into the database.

    A projection is live if it is where the cursor is; the others are brought there by
    `cantata.ingestion.catchup`, in this process or another, while this one goes on.
    """

    def __init__(
        self,
        database: Database,
        projections: Sequence[Projection],
        observers: Sequence[Observer] = (),
    ) -> None:
        self.database = database
        self.projections: tuple[Projection, ...] = (UpdatesProjection(), *projections)
        self._observers = tuple(observers)
        self.cursor = Cursor()

    async def begin(self) -> Positions:
        """Read where to go on."""
        async with self.database.write() as session:
            await repository.begin(session, [each.name for each in self.projections])
            found = await repository.positions(session)
        self.cursor = found.cursor
        return found

    def behind(self, positions: Positions) -> tuple[str, ...]:
        """Name the projections that are not at the cursor."""
        reached, end = positions.reached, positions.cursor.offset
        return tuple(p.name for p in self.projections if reached.get(p.name) != end)

    async def apply(self, updates: Sequence[Update]) -> Batch:
        """Ingest consecutive updates, all or nothing.

        Raise IngestionHalted if it must not be done, CursorMoved if somebody else did it.
        """
        batch = batch_of(self.cursor, updates)
        async with self.database.write() as session:
            found = await repository.positions(session, lock=True)
            if found.cursor.offset != self.cursor.offset:
                raise CursorMoved(self.cursor.offset, found.cursor.offset)
            reached, end = found.reached, found.cursor.offset
            live = [p for p in self.projections if reached.get(p.name) == end]
            if batch.transactions:
                for projection in live:
                    await projection.apply(session, batch)
            fresh = _unobserved(batch, found)
            for observer in self._observers:
                await observer.observe(session, fresh)
            await repository.save_cursor(session, batch.after)
            await repository.save_projections(
                session, [projection.name for projection in live], batch.after.offset
            )
            await session.notify(CHANNEL)
        self.cursor = batch.after
        _measure(batch)
        return batch

    async def halt(self, error: IngestionHalted) -> None:
        """Show everybody why ingestion stops."""
        metrics.HALTED.labels(error.code).set(1)
        halt = Halt(code=error.code, message=error.message, hint=error.hint)
        async with self.database.write() as session:
            await repository.save_halt(session, halt)


def _unobserved(batch: Batch, found: Positions) -> Batch:
    """Give a batch without what observers were given before the cursor was set back."""
    observed = found.observed
    if observed is None:
        return batch
    left = tuple(each for each in batch.transactions if not observed.has(each))
    return batch if len(left) == len(batch.transactions) else replace(batch, transactions=left)


def _measure(batch: Batch) -> None:
    if batch.transactions:
        metrics.UPDATES.inc(len(batch.transactions))
        metrics.BATCH_SIZE.observe(len(batch.transactions))
    metrics.OFFSET.set(batch.after.offset)
    if batch.after.record_time is not None:
        metrics.RECORD_TIME.set(batch.after.record_time.microseconds // 1_000_000)

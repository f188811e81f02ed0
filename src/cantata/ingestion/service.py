"""Applies batches: one database transaction moves the cursor and every projection."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.ingestion import repository
from cantata.ingestion.batching import batch_of
from cantata.ingestion.errors import OffsetPassed
from cantata.ingestion.model import Batch, Cursor
from cantata.ingestion.projection import Observer, Projection
from cantata.ledger.model.updates import Update
from cantata.storage.database import Database

CHANNEL = "cantata_ingested"
"""Listeners of this channel are woken by every batch."""


class Ingester:
    """Writes what the ledger told into the database."""

    def __init__(
        self,
        database: Database,
        projections: Sequence[Projection],
        observers: Sequence[Observer] = (),
    ) -> None:
        self._database = database
        self._projections = tuple(projections)
        self._observers = tuple(observers)
        self._live: tuple[Projection, ...] = ()
        self.cursor = Cursor()

    async def begin(self) -> Cursor:
        """Read where to go on; a projection that was never filled starts with the cursor."""
        async with self._database.write() as session:
            self.cursor = await repository.load_cursor(session)
            reached = await repository.projection_offsets(session)
            for projection in self._projections:
                if projection.name not in reached and self.cursor.offset == 0:
                    await repository.save_projection(session, projection.name, 0)
                    reached[projection.name] = 0
        self._live = tuple(
            p for p in self._projections if reached.get(p.name) == self.cursor.offset
        )
        return self.cursor

    @property
    def behind(self) -> tuple[str, ...]:
        """Names of projections that are not at the cursor and must be rebuilt first."""
        live = {p.name for p in self._live}
        return tuple(p.name for p in self._projections if p.name not in live)

    async def apply(self, updates: Sequence[Update]) -> Batch:
        """Ingest consecutive updates; raise IngestionHalted and change nothing if it must not."""
        batch = batch_of(self.cursor, updates)
        async with self._database.write() as session:
            stored = await repository.load_cursor(session, lock=True)
            if stored.offset != self.cursor.offset:
                raise OffsetPassed(self.cursor.offset, stored.offset)
            if batch.transactions:
                await repository.record_updates(session, batch)
                for projection in self._live:
                    await projection.apply(session, batch)
            for observer in self._observers:
                await observer.observe(session, batch)
            await repository.save_cursor(session, batch.after)
            names = [projection.name for projection in self._live]
            await repository.save_projections(session, names, batch.after.offset)
            await session.notify(CHANNEL)
        self.cursor = batch.after
        return batch

"""Brings projections to the cursor, while ingestion goes on: new ones, and those rebuilt."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from cantata.ingestion import repository
from cantata.ingestion.batching import batch_of
from cantata.ingestion.errors import CursorMoved, ProjectionUnknown
from cantata.ingestion.model import Cursor
from cantata.ingestion.projection import Projection
from cantata.ingestion.rebuild import TAIL_MAX, TAIL_SECONDS, Rebuild
from cantata.ingestion.snapshot import snapshot_batches
from cantata.ingestion.source import UpdateSource, chunked
from cantata.ingestion.telling import Tell, nobody
from cantata.observability.events import events
from cantata.storage.database import Database

_log = events("ingestion")


class CatchUp:
    """Applies the history that a projection lacks, and makes it live.

    Two of them at one projection do no harm: one finds that the place has moved, and looks again.
    """

    def __init__(
        self,
        database: Database,
        source: UpdateSource,
        projections: Sequence[Projection],
        tell: Tell | None = None,
    ) -> None:
        self._database = database
        self._source = source
        self._projections = {projection.name: projection for projection in projections}
        self._tell = tell or nobody

    async def rebuild(self, name: str) -> int:
        """Fill a projection again; until that is done everybody reads the rows there were.

        Give the offset at which it is live.
        """
        projection = self._named(name)
        return await Rebuild(self._database, self._source, projection, self._tell).run()

    async def catch_up(self, name: str) -> int:
        """Go on from where a projection is until it is live; give the offset."""
        projection = self._named(name)
        while True:
            async with self._database.read() as session:
                found = await repository.positions(session)
            begin, end = found.reached.get(name, 0), found.cursor.offset
            self._tell(begin, end)
            if begin == end:
                _log.info("projection.live", projection=name, offset=end)
                return end
            try:
                await self._step(projection, begin, end)
            except CursorMoved:
                continue
            except TimeoutError:
                _log.warning("projection.tail_too_slow", projection=name, offset=begin)

    async def _step(self, projection: Projection, begin: int, end: int) -> None:
        if begin < await self._source.pruned():
            await self._from_snapshot(projection, begin, end)
        elif end - begin > TAIL_MAX:
            await self._advance(projection, begin, end)
        else:
            await self._join(projection, begin)

    async def _advance(self, projection: Projection, begin: int, end: int) -> None:
        """Apply (begin, end] in transactions of their own."""
        reached = Cursor(offset=begin)
        async for updates in chunked(self._source, begin, end):
            batch = batch_of(reached, updates)
            async with self._database.write() as session:
                await repository.expect_projection(session, projection.name, reached.offset)
                if batch.transactions:
                    await projection.apply(session, batch)
                await repository.save_projections(session, [projection.name], batch.after.offset)
            reached = batch.after
            self._tell(reached.offset, end)
        if reached.offset < end:
            async with self._database.write() as session:
                await repository.expect_projection(session, projection.name, reached.offset)
                await repository.save_projections(session, [projection.name], end)

    async def _join(self, projection: Projection, begin: int) -> None:
        """Apply the rest while the cursor is held; the projection is live from then on."""
        async with self._database.write() as session, asyncio.timeout(TAIL_SECONDS):
            cursor = await repository.load_cursor(session, lock=True)
            await repository.expect_projection(session, projection.name, begin)
            reached = Cursor(offset=begin)
            async for updates in chunked(self._source, begin, cursor.offset):
                batch = batch_of(reached, updates)
                if batch.transactions:
                    await projection.apply(session, batch)
                reached = batch.after
            await repository.save_projections(session, [projection.name], cursor.offset)

    async def _from_snapshot(self, projection: Projection, begin: int, end: int) -> None:
        """Begin with what is active at an offset, where the ledger has forgotten the history."""
        batches = await snapshot_batches(self._source.snapshot(end), end)
        async with self._database.write() as session:
            await repository.expect_projection(session, projection.name, begin)
            await projection.reset(session)
            for batch in batches:
                await projection.apply(session, batch)
            await repository.save_projections(session, [projection.name], end)
        _log.warning("projection.from_snapshot", projection=projection.name, offset=end)

    def _named(self, name: str) -> Projection:
        if name not in self._projections:
            raise ProjectionUnknown(name, tuple(self._projections))
        return self._projections[name]

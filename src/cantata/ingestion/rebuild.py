"""Fills a projection again beside the one in use, and puts it in its place at once.

The new rows grow in temporary tables of one connection, which hide those of the same names from
it and from nobody else. So everybody reads the old rows, and ingestion goes on adding to them,
until one transaction replaces them. A rebuild that dies leaves no trace.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from sqlalchemy import bindparam, text

from cantata.ingestion import repository
from cantata.ingestion.batching import batch_of
from cantata.ingestion.errors import RebuildInterrupted
from cantata.ingestion.model import Cursor
from cantata.ingestion.projection import Projection
from cantata.ingestion.snapshot import snapshot_batches
from cantata.ingestion.source import UpdateSource, chunked
from cantata.ingestion.telling import Tell
from cantata.observability.events import events
from cantata.storage.database import Database
from cantata.storage.session import WriteSession

TAIL_MAX = 200
"""Offsets that are read while ingestion waits."""

TAIL_SECONDS = 3
"""How long reading them may take; then ingestion goes on, and it is tried again."""

_HIDDEN = text(
    "SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relname IN :names"
).bindparams(bindparam("names", expanding=True))
_log = events("ingestion")


class Rebuild:
    """One rebuild of one projection."""

    def __init__(
        self, database: Database, source: UpdateSource, projection: Projection, tell: Tell
    ) -> None:
        self._database = database
        self._source = source
        self._projection = projection
        self._tell = tell

    async def run(self) -> int:
        """Fill and replace; give the offset at which the projection is then.

        Raise RebuildInterrupted if the connection was lost, StorageError or LedgerError if either
        cannot be read: then all is as before.
        """
        settings = replace(self._database.settings, connections_max=1, statement_ms=0, idle_ms=0)
        async with Database(settings) as own:
            await self._hide(own)
            reached = 0
            while True:
                async with self._database.read() as session:
                    end = (await repository.load_cursor(session)).offset
                self._tell(reached, end)
                if reached < await self._source.pruned():
                    reached = await self._from_snapshot(own, end)
                elif end - reached > TAIL_MAX:
                    reached = await self._advance(own, reached, end)
                else:
                    try:
                        return await self._replace(own, reached)
                    except TimeoutError:
                        _log.warning("projection.tail_too_slow", offset=reached)

    async def _hide(self, own: Database) -> None:
        """Make empty tables that hide the projection's from this connection."""
        async with own.write() as session:
            for table in self._projection.tables:
                made = f'CREATE TEMPORARY TABLE "{table}" (LIKE public."{table}" INCLUDING ALL)'
                await session.run(text(made))

    @asynccontextmanager
    async def _write(self, own: Database) -> AsyncIterator[WriteSession]:
        """Open a transaction; refuse a new connection, which would write what all others read."""
        async with own.write() as session:
            names = list(self._projection.tables)
            if await session.scalar(_HIDDEN, {"names": names}) != len(names):
                raise RebuildInterrupted(self._projection.name)
            yield session

    async def _from_snapshot(self, own: Database, end: int) -> int:
        """Begin with what is active at an offset, where the ledger has forgotten the history."""
        batches = await snapshot_batches(self._source.snapshot(end), end)
        async with self._write(own) as session:
            await self._projection.reset(session)
            for batch in batches:
                await self._projection.apply(session, batch)
        _log.warning("projection.from_snapshot", projection=self._projection.name, offset=end)
        return end

    async def _advance(self, own: Database, begin: int, end: int) -> int:
        """Apply (begin, end] in transactions of their own."""
        reached = Cursor(offset=begin)
        async for updates in chunked(self._source, begin, end):
            batch = batch_of(reached, updates)
            async with self._write(own) as session:
                if batch.transactions:
                    await self._projection.apply(session, batch)
            reached = batch.after
            self._tell(reached.offset, end)
        return end

    async def _replace(self, own: Database, begin: int) -> int:
        """Apply the rest while ingestion waits, and put the new rows in the place of the old."""
        async with self._write(own) as session:
            cursor = await repository.load_cursor(session, lock=True)
            async with asyncio.timeout(TAIL_SECONDS):
                rest = [each async for each in chunked(self._source, begin, cursor.offset)]
            reached = Cursor(offset=begin)
            for updates in rest:
                batch = batch_of(reached, updates)
                if batch.transactions:
                    await self._projection.apply(session, batch)
                reached = batch.after
            for table in self._projection.tables:
                await session.run(text(f'DELETE FROM public."{table}"'))  # noqa: S608 - our own
                moved = f'INSERT INTO public."{table}" SELECT * FROM pg_temp."{table}"'  # noqa: S608
                await session.run(text(moved))
            await repository.save_projections(session, [self._projection.name], cursor.offset)
        _log.info("projection.rebuilt", projection=self._projection.name, offset=cursor.offset)
        return cursor.offset

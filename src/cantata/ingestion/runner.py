"""The process of ingestion: reads ahead, writes in batches, and is replaced when it dies."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from cantata.ingestion import repository
from cantata.ingestion.catchup import CatchUp
from cantata.ingestion.errors import CursorMoved, IngestionHalted, LedgerBehind, LedgerForeign
from cantata.ingestion.model import BATCH_EVENTS_MAX, BATCH_MAX, QUEUE_MAX, Cursor
from cantata.ingestion.service import Ingester
from cantata.ingestion.snapshot import snapshot_batches
from cantata.ingestion.source import UpdateSource
from cantata.kernel.errors import CantataError
from cantata.ledger.errors import LedgerError
from cantata.ledger.model.updates import Transaction, Update
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.storage.errors import StorageError
from cantata.storage.leadership import CHECK_SECONDS, Leadership

LEADERSHIP = "ingestion"
_log = events("ingestion")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerSettings:
    """How patient ingestion is: after `failures_max` failures in a row the process ends.

    An update that comes less than `busy_ms` after the last batch is joined by what comes in the
    next `gather_ms`: one alone waits for nothing, and many cost little each.
    """

    failures_max: int = 10
    first_wait_ms: int = 200
    longest_wait_ms: int = 10_000
    busy_ms: int = 40
    gather_ms: int = 15


class Runner:
    """Keeps one database up with one ledger, as long as it leads."""

    def __init__(
        self,
        ingester: Ingester,
        source: UpdateSource,
        leadership: Leadership,
        settings: RunnerSettings | None = None,
    ) -> None:
        self._ingester = ingester
        self._source = source
        self._leadership = leadership
        self._settings = settings or RunnerSettings()

    async def run(self) -> None:
        """Ingest for ever; raise what cannot be waited for, or what keeps failing."""
        failures = 0
        while True:
            before = self._ingester.cursor.offset
            try:
                async with self._leadership.lead():
                    await self._lead()
            except IngestionHalted as error:
                _log.error("halted", code=error.code, message=error.message, hint=error.hint)
                await self._ingester.halt(error)
                raise
            except (LedgerError, StorageError, CursorMoved) as error:
                failures = 0 if self._ingester.cursor.offset > before else failures + 1
                self._failed(error, failures)
                if failures > self._settings.failures_max:
                    raise
            await asyncio.sleep(self._wait_ms(failures) / 1_000)

    async def _lead(self) -> None:
        """Check that the ledger is ours, then follow it until something fails."""
        found = await self._ingester.begin()
        await self._check(found.cursor)
        if found.cursor.offset == 0 and await self._source.pruned() > 0:
            await self._begin_late()
            found = await self._ingester.begin()
        behind = self._ingester.behind(found)
        _log.info("leading", offset=found.cursor.offset, behind=list(behind))
        await self._follow(behind)

    async def _check(self, cursor: Cursor) -> None:
        """Refuse a ledger that is not the one that was ingested, or that lost its end."""
        end = await self._source.end()
        if end < cursor.offset:
            raise LedgerBehind(end, cursor.offset)
        async with self._ingester.database.read() as session:
            last = await repository.last_update(session)
        if last is None or last[0] <= await self._source.pruned():
            return
        offset, known, _ = last
        found = await self._source.update_id_at(offset)
        if found != known:
            raise LedgerForeign(offset, found or "", known)

    async def _begin_late(self) -> None:
        """Begin with what is active at the end of a ledger that has forgotten its beginning."""
        end = await self._source.end()
        batches = await snapshot_batches(self._source.snapshot(end), end)
        projections = self._ingester.projections
        async with self._ingester.database.write() as session:
            cursor = await repository.load_cursor(session, lock=True)
            if cursor.offset > 0:
                return
            for projection in projections:
                await projection.reset(session)
                for batch in batches:
                    await projection.apply(session, batch)
            names = [projection.name for projection in projections]
            await repository.save_projections(session, names, end)
            await repository.save_cursor(session, Cursor(offset=end))
        _log.warning("beginning.pruned", offset=end)

    async def _follow(self, behind: tuple[str, ...]) -> None:
        """Read and write until something fails or the lead is lost."""
        queue: asyncio.Queue[Update] = asyncio.Queue(QUEUE_MAX)
        work: list[Coroutine[Any, Any, None]] = [
            self._read(queue),
            self._write(queue),
            self._watch(),
        ]
        jobs = [asyncio.create_task(each) for each in work]
        catching = asyncio.create_task(self._catch_up(behind))
        pending = {*jobs, catching}
        try:
            while not any(job.done() for job in jobs):
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for job in done:
                    job.result()
        finally:
            for job in (*jobs, catching):
                job.cancel()
            await asyncio.gather(*jobs, catching, return_exceptions=True)

    async def _catch_up(self, behind: tuple[str, ...]) -> None:
        """Bring the projections that lag to the cursor, one after the other."""
        ingester = self._ingester
        work = CatchUp(ingester.database, self._source, ingester.projections)
        for name in behind:
            await work.catch_up(name)

    async def _read(self, queue: asyncio.Queue[Update]) -> None:
        async with aclosing(self._source.follow(self._ingester.cursor.offset)) as updates:
            async for update in updates:
                await queue.put(update)

    async def _write(self, queue: asyncio.Queue[Update]) -> None:
        """Take one update when idle, and as many as wait, up to the bounds, when behind."""
        loop, settings = asyncio.get_running_loop(), self._settings
        busy_until = loop.time()
        while True:
            updates = [await queue.get()]
            if queue.empty() and loop.time() < busy_until:
                await asyncio.sleep(settings.gather_ms / 1_000)
            size = _size(updates[0])
            while len(updates) < BATCH_MAX and size < BATCH_EVENTS_MAX and not queue.empty():
                updates.append(queue.get_nowait())
                size += _size(updates[-1])
            await self._ingester.apply(updates)
            busy_until = loop.time() + settings.busy_ms / 1_000

    async def _watch(self) -> None:
        """Return when the lead is lost."""
        while await self._leadership.holds():  # noqa: ASYNC110 - the server has to be asked
            await asyncio.sleep(CHECK_SECONDS)
        _log.warning("lead.lost")

    def _failed(self, error: CantataError, failures: int) -> None:
        metrics.FAILURES.labels("ingestion", error.code).inc()
        _log.warning("failed", code=error.code, message=error.message, failures=failures)

    def _wait_ms(self, failures: int) -> int:
        grown = self._settings.first_wait_ms << min(failures, 16)
        return min(grown, self._settings.longest_wait_ms)


def _size(update: Update) -> int:
    return len(update.events) if isinstance(update, Transaction) else 1

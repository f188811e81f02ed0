"""The process of ingestion: reads ahead, writes in batches, and is replaced when it dies."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass

from cantata.ingestion.model import BATCH_MAX, QUEUE_MAX
from cantata.ingestion.service import Ingester
from cantata.ingestion.source import UpdateSource
from cantata.ledger.errors import LedgerError
from cantata.ledger.model.updates import Update
from cantata.storage.errors import StorageError
from cantata.storage.leadership import CHECK_SECONDS, Leadership

LEADERSHIP = "ingestion"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerSettings:
    """How patient ingestion is: after `failures_max` failures in a row the process ends."""

    failures_max: int = 10
    first_wait_ms: int = 200
    longest_wait_ms: int = 10_000


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
                    await self._ingester.begin()
                    await self._follow()
            except (LedgerError, StorageError):
                failures = 0 if self._ingester.cursor.offset > before else failures + 1
                if failures > self._settings.failures_max:
                    raise
            await asyncio.sleep(self._wait_ms(failures) / 1_000)

    async def _follow(self) -> None:
        """Read and write until something fails or the lead is lost."""
        queue: asyncio.Queue[Update] = asyncio.Queue(QUEUE_MAX)
        jobs = [
            asyncio.create_task(self._read(queue)),
            asyncio.create_task(self._write(queue)),
            asyncio.create_task(self._watch()),
        ]
        try:
            done, _ = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
            for job in done:
                job.result()
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)

    async def _read(self, queue: asyncio.Queue[Update]) -> None:
        updates = self._source.follow(self._ingester.cursor.offset)
        async with aclosing(updates):
            async for update in updates:
                await queue.put(update)

    async def _write(self, queue: asyncio.Queue[Update]) -> None:
        while True:
            updates = [await queue.get()]
            while len(updates) < BATCH_MAX and not queue.empty():
                updates.append(queue.get_nowait())
            await self._ingester.apply(updates)

    async def _watch(self) -> None:
        """Return when the lead is lost."""
        while await self._leadership.holds():  # noqa: ASYNC110 - the server has to be asked
            await asyncio.sleep(CHECK_SECONDS)

    def _wait_ms(self, failures: int) -> int:
        grown = self._settings.first_wait_ms << min(failures, 16)
        return min(grown, self._settings.longest_wait_ms)

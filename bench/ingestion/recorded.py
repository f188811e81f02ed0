"""A stream of updates that is there already, and the process of ingestion that follows it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress

from cantata.ingestion.frames import read_transaction
from cantata.ingestion.runner import LEADERSHIP, Runner
from cantata.ingestion.service import Ingester
from cantata.ledger.model.events import ActiveContract
from cantata.ledger.model.updates import Update
from cantata.storage.leadership import Leadership

LOOK_SECONDS = 0.01


class Recorded:
    """A ledger's stream as bytes, the first of which is the update at `begin` + 1."""

    def __init__(self, texts: Sequence[bytes], begin: int) -> None:
        self._texts = texts
        self._begin = begin

    async def follow(self, begin: int, end: int | None = None) -> AsyncGenerator[Update, None]:
        """Read all updates after `begin`, then wait for ever."""
        assert begin == self._begin, "a turn begins where the last one ended"
        for text in self._texts:
            update = read_transaction(text)
            assert update is not None, text
            yield update
        await asyncio.Event().wait()

    async def snapshot(self, at: int) -> AsyncGenerator[ActiveContract, None]:
        """Give nothing."""
        none: tuple[ActiveContract, ...] = ()
        for contract in none:
            yield contract

    async def end(self) -> int:
        """Give the last offset."""
        return self._begin + len(self._texts)

    async def pruned(self) -> int:
        """Say that the past before this part is not to be asked for."""
        return self._begin

    async def update_id_at(self, offset: int) -> str | None:
        """Give nothing."""
        return None


async def ingest(ingester: Ingester, source: Recorded) -> None:
    """Let the process of ingestion run until it has reached the end."""
    leadership = Leadership(ingester.database.settings, LEADERSHIP)
    running = asyncio.create_task(Runner(ingester, source, leadership).run())
    end = await source.end()
    try:
        while ingester.cursor.offset < end:
            assert not running.done(), running.exception()
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

"""The process of ingestion."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from cantata.bootstrap import connections, ingesting
from cantata.config import Settings
from cantata.observability.events import events
from cantata.ops.processes.common import require_current
from cantata.ops.processes.telling import telling
from cantata.ops.signals import on_end
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings


async def ingest(settings: Settings, stored: DatabaseSettings) -> None:
    """Bring the database up with the ledger until told to end; a batch is never left half-done."""
    await require_current(stored)
    async with (
        telling("ingestion", settings.metrics_port),
        Database(stored) as database,
        connections.ledger_client(settings) as ledger,
    ):
        running = asyncio.ensure_future(ingesting.runner(stored, database, ledger).run())
        events("ingestion").info("ingestion.started", ledger=settings.ledger_url)
        with on_end(running.cancel), suppress(asyncio.CancelledError):
            await running
    events("ingestion").info("ingestion.stopped")

"""What an operator does to ingestion: fills a projection again, finds the place again."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.bootstrap import connections, ingesting
from cantata.config import Settings
from cantata.exchange.repository.moving import TreasuryOffsets
from cantata.ingestion.errors import IngestionRunning
from cantata.ingestion.model import Cursor
from cantata.ingestion.repository import load_cursor
from cantata.ingestion.resync import resync as moved
from cantata.ingestion.runner import LEADERSHIP
from cantata.ingestion.telling import Tell
from cantata.kernel.time import Timestamp
from cantata.storage.database import Database
from cantata.storage.leadership import Leadership
from cantata.storage.settings import DatabaseSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Where the cursor was, and where it is."""

    before: Cursor
    after: Cursor


async def rebuild(settings: Settings, stored: DatabaseSettings, name: str, tell: Tell) -> int:
    """Fill a projection from the ledger again, while ingestion and all else go on.

    Give the offset at which it is live again. Raise ProjectionUnknown.
    """
    async with Database(stored) as database, connections.ledger_client(settings) as ledger:
        return await ingesting.catch_up(database, ledger, tell).rebuild(name)


async def resync(settings: Settings, stored: DatabaseSettings, moment: Timestamp | None) -> Moved:
    """Find the last ingested update, or the last one up to a time, in a ledger of other offsets.

    Raise IngestionRunning while somebody ingests, ResyncImpossible if it is not there.
    """
    leadership = Leadership(stored, LEADERSHIP)
    try:
        if not await leadership.try_acquire():
            raise IngestionRunning
        async with Database(stored) as database, connections.ledger_client(settings) as ledger:
            async with database.read() as session:
                before = await load_cursor(session)
            projections = ingesting.ingester(database).projections
            source, keepers = ingesting.source(ledger), [TreasuryOffsets()]
            after = await moved(database, source, projections, moment, keepers)
        return Moved(before=before, after=after)
    finally:
        await leadership.release()

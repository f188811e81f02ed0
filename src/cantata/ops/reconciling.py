"""Reconciliation as something that an operator runs."""

from __future__ import annotations

from cantata import bootstrap
from cantata.config import Settings
from cantata.ingestion.catchup import CatchUp
from cantata.kernel.time import SystemClock
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.reconciliation.model import Report
from cantata.tokens.reconciliation.service import Reconciler


async def reconcile(settings: Settings, stored: DatabaseSettings, *, repair: bool) -> Report:
    """Compare projections and ledger, and rebuild what differs if that is wanted."""
    async with Database(stored) as database, bootstrap.ledger_client(settings) as ledger:
        reconciler = Reconciler(database, ledger, bootstrap.wanted(), SystemClock())
        if not repair:
            return await reconciler.run()
        source = bootstrap.source(ledger)
        return await reconciler.repair(CatchUp(database, source, bootstrap.projections()))

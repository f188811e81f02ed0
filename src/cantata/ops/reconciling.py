"""Reconciliation as something that an operator runs."""

from __future__ import annotations

from cantata.bootstrap import connections, ingesting
from cantata.config import Settings
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.reconciliation.model import Report


async def reconcile(settings: Settings, stored: DatabaseSettings, *, repair: bool) -> Report:
    """Compare projections and ledger, and rebuild what differs if that is wanted."""
    async with Database(stored) as database, connections.ledger_client(settings) as ledger:
        reconciler = ingesting.reconciler(database, ledger)
        if not repair:
            return await reconciler.run()
        return await reconciler.repair(ingesting.catch_up(database, ledger))

"""Reconciliation as something that an operator runs."""

from __future__ import annotations

from cantata import bootstrap
from cantata.config import Settings
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.reconciliation.model import Report


async def reconcile(settings: Settings, stored: DatabaseSettings, *, repair: bool) -> Report:
    """Compare projections and ledger, and rebuild what differs if that is wanted."""
    async with Database(stored) as database, bootstrap.ledger_client(settings) as ledger:
        reconciler = bootstrap.reconciler(database, ledger)
        if not repair:
            return await reconciler.run()
        return await reconciler.repair(bootstrap.catch_up(database, ledger))

"""What an operator does to treasuries where database and ledger can be reached."""

from __future__ import annotations

from getpass import getuser

from cantata.bootstrap import connections, ingesting
from cantata.config import Settings
from cantata.exchange.model.decisions import By
from cantata.exchange.reconciliation.model import Report
from cantata.exchange.service.measuring import Outlook
from cantata.exchange.service.measuring import outlook as looked
from cantata.exchange.service.operations import Operations
from cantata.kernel.time import RelTime, SystemClock, Timestamp
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings


async def reconcile(settings: Settings, stored: DatabaseSettings) -> Report:
    """Compare treasuries, books and ledger, and keep the report; raise TreasuriesAhead."""
    async with Database(stored) as database, connections.ledger_client(settings) as ledger:
        return await ingesting.treasury_reconciler(database, ledger).run()


async def restored(stored: DatabaseSettings, reason: str, within: RelTime | None) -> Timestamp:
    """Let no treasury pay before a record time is ingested, and give it."""
    by = By(actor=f"{getuser()} (command line)", reason=reason)
    async with Database(stored) as database, database.write() as session:
        return await Operations(SystemClock()).restored(session, by, within)


async def outlook(stored: DatabaseSettings) -> Outlook:
    """Give what operators look at."""
    async with Database(stored) as database, database.read() as session:
        return await looked(session)

"""The world that tests stand on is there: a database each, a ledger with our packages."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.world import USER


def test_database_and_ledger(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def look() -> tuple[int, int]:
        async with (
            Database(database_settings) as database,
            LedgerClient(Settings(url=sandbox.url, user_id=USER)) as ledger,
            database.read() as session,
        ):
            packages = await ledger.packages.ids()
            rows = await session.scalar(text("SELECT count(*) FROM intents"))
            return len(packages), rows

    packages, rows = asyncio.run(look())
    assert packages > 5
    assert rows == 0

"""A holding is reserved once, whoever chose it at the same moment."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from cantata.automation.errors import NotNow
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.repository import selection
from cantata.tokens.repository.tables import RESERVATIONS


def test_who_comes_second_waits_and_keeps_nothing(database_settings: DatabaseSettings) -> None:
    async def work() -> int:
        async with Database(database_settings) as database:
            async with database.write() as session:
                await selection.reserve(session, uuid4(), ["a", "b"])
            with pytest.raises(NotNow):
                async with database.write() as session:
                    await selection.reserve(session, uuid4(), ["c", "b"])
            async with database.read() as session:
                return int(await session.scalar(select(func.count()).select_from(RESERVATIONS)))

    assert asyncio.run(work()) == 2

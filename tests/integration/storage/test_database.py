"""A process outlives its connections, and says what is wrong with its database."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import text

from cantata.storage import database as database_module
from cantata.storage.database import Database, plain_url
from cantata.storage.errors import DatabaseBusy, DatabaseUnavailable
from cantata.storage.settings import DatabaseSettings

KILL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def test_connections_that_the_server_closed_are_replaced(
    database_settings: DatabaseSettings,
) -> None:
    async def use(database: Database) -> None:
        async with database.write() as session:
            assert await session.scalar(text("SELECT 1")) == 1

    async def main() -> None:
        async with Database(database_settings) as database:
            await asyncio.gather(*(use(database) for _ in range(20)))
            with psycopg.connect(plain_url(database_settings.url)) as connection:
                connection.execute(KILL)
            await asyncio.sleep(0.2)
            await asyncio.gather(*(use(database) for _ in range(20)))

    asyncio.run(main())


def test_a_server_that_closes_each_connection_is_unavailable(
    database_settings: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a pool finds them during a fail-over, if it is slow enough."""
    monkeypatch.setattr(database_module, "_has_news", lambda _: True)

    async def main() -> None:
        async with Database(database_settings) as database:
            with pytest.raises(DatabaseUnavailable, match="closes connections"):
                async with database.write():
                    pass
            with pytest.raises(DatabaseUnavailable, match="closes connections"):
                async with database.read():
                    pass

    asyncio.run(main())


def test_reads_cannot_write(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        async with Database(database_settings) as database, database.read() as session:
            await session.all(text("DELETE FROM intents"))

    with pytest.raises(Exception, match="read-only"):
        asyncio.run(main())


def test_a_block_that_raises_changes_nothing(database_settings: DatabaseSettings) -> None:
    async def main() -> int:
        async with Database(database_settings) as database:
            with suppress(KeyError):
                async with database.write() as session:
                    await session.run(text("INSERT INTO ingestion_projections VALUES ('a', 1)"))
                    raise KeyError
            async with database.read() as session:
                found = await session.scalar(text("SELECT count(*) FROM ingestion_projections"))
                return int(found or 0)

    assert asyncio.run(main()) == 0


def test_what_takes_too_long_is_busy(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        quick = replace(database_settings, statement_ms=100)
        async with Database(quick) as database, database.read() as session:
            await session.scalar(text("SELECT pg_sleep(5)"))

    with pytest.raises(DatabaseBusy, match="QueryCanceled"):
        asyncio.run(main())


def test_a_full_pool_is_unavailable(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        small = replace(database_settings, connections_max=1, connection_wait_ms=100)
        async with Database(small) as database, database.read(), database.read():
            pass

    with pytest.raises(DatabaseUnavailable, match="in use"):
        asyncio.run(main())


def test_no_server_is_unavailable() -> None:
    async def main() -> None:
        nowhere = DatabaseSettings(url="postgresql://127.0.0.1:1/nothing", connect_ms=1_000)
        async with Database(nowhere) as database, database.read() as session:
            await session.scalar(text("SELECT 1"))

    with pytest.raises(DatabaseUnavailable):
        asyncio.run(main())

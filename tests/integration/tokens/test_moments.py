"""What is told of tokens names the offset that the rows are at, not the one of the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text

from cantata.ingestion import repository as ingestion
from cantata.ingestion.model import Cursor
from cantata.kernel.ids import PartyId
from cantata.kernel.time import SystemClock, Timestamp
from cantata.storage.database import Database
from cantata.storage.session import ReadSession
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId
from cantata.tokens.projection.contracts import ContractsProjection
from cantata.tokens.projection.holdings import HoldingsProjection
from cantata.tokens.registry.model import RegistrySettings
from cantata.tokens.registry.service import Registry
from cantata.tokens.repository import reading
from cantata.tokens.statements.errors import OffsetNotReached
from cantata.tokens.statements.moments import as_of, told_of
from cantata.tokens.statements.service import statement

PARTY = PartyId(f"alice::1220{'ab' * 32}")
EARLY = Timestamp.parse("2026-01-01T00:00:00Z")
LATE = Timestamp.parse("2026-02-01T00:00:00Z")
RECORDED = Timestamp.parse("2026-03-01T00:00:00Z")


def standing(
    settings: DatabaseSettings,
    reached: dict[str, int],
    look: Callable[[Database, ReadSession], Awaitable[None]],
) -> None:
    """Look at a database whose cursor is at 100, and whose projections are where it is told."""

    async def run() -> None:
        async with Database(settings) as database:
            names = (HoldingsProjection.name, ContractsProjection.name)
            async with database.write() as session:
                await ingestion.begin(session, names)
                cursor = Cursor(offset=100, update_id="u", record_time=RECORDED)
                await ingestion.save_cursor(session, cursor)
                for name in names:
                    await ingestion.save_projections(session, [name], reached.get(name, 100))
                for offset in (10, 20, 90):
                    at = f"2026-01-15T00:00:{offset // 2:02}Z"
                    row = f"({offset}, 'u{offset}', '{at}', '', '')"
                    await session.run(text(f"INSERT INTO ingestion_updates VALUES {row}"))
            async with database.read() as session:
                await look(database, session)

    asyncio.run(run())


@pytest.mark.parametrize("behind", [HoldingsProjection.name, ContractsProjection.name])
def test_a_read_is_as_of_what_is_there(database_settings: DatabaseSettings, behind: str) -> None:
    async def look(database: Database, session: ReadSession) -> None:
        assert await as_of(session) == 40
        assert await told_of(session) == (40, 40)
        assert await as_of(session, offset=40) == 40
        with pytest.raises(OffsetNotReached):
            await as_of(session, offset=41)
        assert await as_of(session, moment=RECORDED) == 40
        assert await as_of(session, moment=Timestamp.parse("2026-01-15T00:00:10Z")) == 20

    standing(database_settings, {behind: 40}, look)


def test_what_is_live_is_read_as_it_is_now(database_settings: DatabaseSettings) -> None:
    async def look(database: Database, session: ReadSession) -> None:
        assert await told_of(session) == (100, None)
        assert await told_of(session, offset=90) == (90, 90)

    standing(database_settings, {}, look)


@pytest.mark.parametrize("reached, closed_at, is_final", [(40, 40, False), (100, 90, True)])
def test_no_statement_is_final_before_its_rows_are_there(
    database_settings: DatabaseSettings, reached: int, closed_at: int, is_final: bool
) -> None:
    async def look(database: Database, session: ReadSession) -> None:
        found = await statement(session, PARTY, EARLY, LATE)
        assert (found.opened_at, found.closed_at, found.is_final) == (0, closed_at, is_final)

    standing(database_settings, {HoldingsProjection.name: reached}, look)


def test_the_registry_names_the_same_offset(database_settings: DatabaseSettings) -> None:
    async def look(database: Database, session: ReadSession) -> None:
        registry = Registry(database, SystemClock(), RegistrySettings(admin=PARTY))
        assert (await registry.admin(None)).offset == 40

    standing(database_settings, {ContractsProjection.name: 40}, look)


def test_of_two_versions_at_one_offset_the_last_one_states_the_supply(
    database_settings: DatabaseSettings,
) -> None:
    async def look(database: Database, session: ReadSession) -> None:
        async with database.write() as writing:
            for cid, supply in (("a", 30), ("b", 10), ("c", 20)):
                await writing.run(
                    text(
                        "INSERT INTO instruments VALUES"
                        f" ('{cid}', '{PARTY}', 'GOLD', 'Gold', 'GOLD', 2, NULL, {supply}, '{{}}',"
                        " '{}', '', '', '', 50, NULL)"
                    )
                )
            archived = "UPDATE instruments SET archived_offset = 50 WHERE contract_id IN ('b', 'c')"
            await writing.run(text(archived))
        async with database.read() as reading_it:
            # As in a table of many rows, where the index gives the order.
            for way in ("enable_seqscan", "enable_sort"):
                await reading_it.scalar(text(f"SELECT set_config('{way}', 'off', true)"))
            for offset in (50, None):
                found = await reading.supply_at(reading_it, InstrumentId(PARTY, "GOLD"), offset)
                assert found is not None
                assert str(found[0]) == "30.0"

    standing(database_settings, {}, look)

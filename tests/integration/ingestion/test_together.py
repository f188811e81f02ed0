"""Rows and cursor are written together, or not at all."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from cantata.ingestion import repository
from cantata.ingestion.model import Batch, Cursor
from cantata.ingestion.service import Ingester
from cantata.ledger.model.updates import Transaction
from cantata.storage.session import WriteSession
from cantata.storage.settings import DatabaseSettings
from tests.integration.ingestion.history import SYNCHRONIZER, History, Seen, rows
from tests.integration.ingestion.test_ingestion import ALL, expected, prepared


def test_what_fails_leaves_neither_rows_nor_place(database_settings: DatabaseSettings) -> None:
    """Rows are written before an observer fails; with the cursor they are as if never written."""

    class Fails:
        async def observe(self, session: WriteSession, batch: Batch) -> None:
            written = await session.all(text(ALL))
            raise OSError(f"after {len(written)} rows")

    async def main() -> None:
        history = History()
        history.grow(30)
        transactions = [each for each in history.updates if isinstance(each, Transaction)]
        last = transactions[-1]
        async with prepared(database_settings) as database:
            broken = Ingester(database, [Seen()], [Fails()])
            await broken.begin()
            with pytest.raises(OSError, match=r"after [1-9]\d* rows"):
                await broken.apply(transactions)
            async with database.read() as session:
                assert await repository.load_cursor(session) == Cursor()
            assert await rows(database, ALL) == []
            whole = Ingester(database, [Seen()])
            await whole.begin()
            await whole.apply(transactions)
            async with database.read() as session:
                cursor = await repository.load_cursor(session)
            assert (cursor.offset, cursor.update_id) == (last.offset, last.update_id)
            assert (cursor.record_time, cursor.synchronizer_id) == (last.record_time, SYNCHRONIZER)
            assert await rows(database, ALL) == expected(history)

    asyncio.run(main())

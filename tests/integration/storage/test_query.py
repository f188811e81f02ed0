"""Statements composed once give what the same statements give when composed each time."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ARRAY, Column, MetaData, Table, Text, Uuid, any_, bindparam, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateTable

from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.storage.database import Database
from cantata.storage.query import Query
from cantata.storage.settings import DatabaseSettings
from cantata.storage.types import Amount, Instant

THINGS = Table(
    "things",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("amount", Amount),
    Column("at", Instant),
    Column("words", ARRAY(Text)),
    Column("content", JSONB),
)
ADD = Query(insert(THINGS))
OF = Query(select(THINGS).where(THINGS.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))))

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
ROWS = st.fixed_dictionaries(
    {
        "id": st.uuids(),
        "amount": st.none() | st.integers(-(10**20), 10**20).map(lambda n: Decimal(f"{n}.5")),
        "at": st.none() | st.integers(0, 4 * 10**15).map(Timestamp),
        "words": st.none() | st.lists(TEXTS, max_size=3),
        "content": st.none() | st.dictionaries(TEXTS, st.integers(-9, 9) | TEXTS, max_size=3),
    }
)


@given(rows=st.lists(ROWS, min_size=40, max_size=40, unique_by=lambda row: str(row["id"])))
@settings(max_examples=1, deadline=None, suppress_health_check=list(HealthCheck))
def test_rows_are_the_same(database_settings: DatabaseSettings, rows: list[dict[str, Any]]) -> None:
    async def main() -> None:
        async with Database(database_settings) as database, database.write() as session:
            await session.run(table())
            for row in rows:
                assert await session.change(ADD, **row) == 1
            ids = [row["id"] for row in rows]
            found = await session.rows(OF, ids=ids)
            same = await session.all(select(THINGS).where(THINGS.c.id.in_(ids)))
            assert sorted(map(tuple, found), key=_place) == sorted(map(tuple, same), key=_place)
            kept = {row.id: (row.amount, row.at, row.words) for row in found}
            assert kept == {row["id"]: (row["amount"], row["at"], row["words"]) for row in rows}
            assert await session.row(OF, ids=[uuid.UUID(int=0)]) is None

    asyncio.run(main())


def _place(row: tuple[Any, ...]) -> Any:
    return row[0]


def table() -> Any:
    return CreateTable(THINGS)

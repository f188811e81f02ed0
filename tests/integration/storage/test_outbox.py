"""The outbox: nothing is read before what has a smaller place, and nothing is missed."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from cantata.kernel.time import RelTime, Timestamp
from cantata.storage import outbox
from cantata.storage.database import Database
from cantata.storage.outbox import News
from cantata.storage.settings import DatabaseSettings

NOW = Timestamp.parse("2026-01-01T00:00:00Z")


def news(name: str) -> News:
    return News(at=NOW, topic="exchange.test", audience="us", content={"name": name})


async def read(database: Database, place: int) -> tuple[list[str], int]:
    """Give the names after a place, and the last place."""
    async with database.write() as session:
        await outbox.arrange(session)
    async with database.read() as session:
        found = await outbox.after(session, place)
    return [str(each.news.content["name"]) for each in found], (found[-1].place if found else place)


def test_what_commits_late_is_read_late_and_not_missed(database_settings: DatabaseSettings) -> None:
    async def story() -> None:
        async with Database(database_settings) as database:
            async with database.write() as slow:
                await outbox.publish(slow, [news("slow")])
                async with database.write() as fast:
                    await outbox.publish(fast, [news("fast")])
                names, place = await read(database, 0)
                assert names == ["fast"]
            names, place = await read(database, place)
            assert names == ["slow"]
            assert await read(database, place) == ([], place)

    asyncio.run(story())


def test_one_arranges_at_a_time(database_settings: DatabaseSettings) -> None:
    async def story() -> None:
        async with Database(database_settings) as database:
            async with database.write() as session:
                await outbox.publish(session, [news("a"), news("b"), news("c")])
            async with database.write() as first:
                assert await outbox.arrange(first, 2) == 2
                async with database.write() as second:
                    assert await outbox.arrange(second) == 0
            async with database.write() as session:
                assert await outbox.arrange(session) == 1
                assert await outbox.last_place(session) == 3

    asyncio.run(story())


@pytest.mark.parametrize("seed", range(3))
def test_readers_beside_writers_see_everything_once(
    database_settings: DatabaseSettings, seed: int
) -> None:
    random = Random(seed)

    async def write(database: Database, writer: int) -> None:
        for number in range(10):
            async with database.write() as session:
                await outbox.publish(session, [news(f"{writer}.{number}")])
                await asyncio.sleep(random.random() / 200)

    async def story() -> None:
        async with Database(database_settings) as database:
            writing = asyncio.gather(*(write(database, writer) for writer in range(5)))
            seen: list[str] = []
            place = 0
            while not writing.done() or len(seen) < 50:
                names, place = await read(database, place)
                seen += names
            await writing
            assert sorted(seen) == sorted(f"{w}.{n}" for w in range(5) for n in range(10))
            for writer in range(5):
                own = [name for name in seen if name.startswith(f"{writer}.")]
                assert own == [f"{writer}.{number}" for number in range(10)]

    asyncio.run(asyncio.wait_for(story(), 60))


def test_old_news_is_forgotten_and_places_go_on(database_settings: DatabaseSettings) -> None:
    async def story() -> None:
        async with Database(database_settings) as database:
            async with database.write() as session:
                await outbox.publish(session, [news(name) for name in "abc"])
            later = NOW + RelTime.of(days=1)
            async with database.write() as session:
                assert await outbox.forget(session, later, 3, 10) == 0, "it has no place yet"
                await outbox.arrange(session)
                assert await outbox.forget(session, NOW, 3, 10) == 0, "it is not old"
                assert await outbox.forget(session, later, 1, 10) == 1
                assert await outbox.forget(session, later, 3, 10) == 1, "the last one stays"
                await outbox.publish(session, [news("d")])
                await outbox.arrange(session)
            assert await read(database, 0) == (["c", "d"], 4)

    asyncio.run(story())

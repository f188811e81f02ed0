"""Questions in transactions: asked while none is open, bounded, and not asked again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from cantata.kernel.time import RelTime
from cantata.storage.database import Database
from cantata.storage.questions import (
    AT_ONCE_MAX,
    AnswerTimedOut,
    Unanswered,
    answers,
    asking,
)
from cantata.storage.session import WriteSession
from cantata.storage.settings import DatabaseSettings

SHORT = RelTime.of(micros=200_000)
BRIEF = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"


class Sage:
    """Answers questions by their length, and counts them."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.at_once = self.most = 0

    def about(self, question: str) -> Callable[[], Awaitable[int]]:
        async def ask() -> int:
            self.asked.append(question)
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            await asyncio.sleep(0)
            self.at_once -= 1
            return len(question)

        return ask


def played(settings: DatabaseSettings, play: Callable[[Database], Awaitable[None]]) -> None:
    """Play with one connection: who holds it while somebody is asked, stops everybody."""

    async def main() -> None:
        async with Database(replace(settings, connections_max=1)) as database:
            async with database.write() as session:
                await session.run(text("CREATE TABLE notes (note text NOT NULL)"))
            await play(database)

    asyncio.run(main())


async def notes(database: Database) -> list[str]:
    async with database.read() as session:
        return [row.note for row in await session.all(text("SELECT note FROM notes ORDER BY 1"))]


async def note(session: WriteSession, what: str) -> None:
    await session.run(text("INSERT INTO notes VALUES (:note)"), {"note": what})


def test_it_is_asked_between_two_transactions(database_settings: DatabaseSettings) -> None:
    async def play(database: Database) -> None:
        sage = Sage()

        async def elsewhere() -> int:
            """Ask somebody who needs the only connection."""
            async with database.read() as session:
                assert await session.scalar(text("SELECT 1")) == 1
            return await sage.about("who")()

        async def use_case() -> str:
            async with database.write() as session:
                await note(session, "begun")
                (size,) = answers({"who": elsewhere}).values()
                await note(session, f"done {size}")
            return "answer"

        assert await asyncio.wait_for(asking(use_case), 60) == "answer"
        assert await notes(database) == ["begun", "done 3"], "the first time left no trace"
        assert sage.asked == ["who"]

    played(database_settings, play)


def test_who_does_not_answer_holds_nothing(database_settings: DatabaseSettings) -> None:
    async def play(database: Database) -> None:
        begun = asyncio.Event()

        async def silence() -> None:
            begun.set()
            await asyncio.Event().wait()

        async def use_case() -> None:
            async with database.write() as session:
                await note(session, "begun")
                answers({"who": silence})

        job = asyncio.create_task(asking(use_case, SHORT))
        await begun.wait()
        async with database.read() as session:
            assert await session.scalar(text(BRIEF)) == 0
        with pytest.raises(AnswerTimedOut) as refused:
            await job
        assert refused.value.waited == SHORT
        assert await notes(database) == []

    played(database_settings, play)


def test_questions_come_one_after_the_other_or_together(
    database_settings: DatabaseSettings,
) -> None:
    async def play(database: Database) -> None:
        sage = Sage()

        async def use_case() -> int:
            async with database.write() as session:
                (first,) = answers({"a": sage.about("a")}).values()
                many = answers({"b" * n: sage.about("b" * n) for n in range(1, 41)})
                await note(session, "done")
                total: int = first + sum(many.values())
                return total

        assert await asking(use_case) == 1 + sum(range(1, 41))
        assert len(sage.asked) == len(set(sage.asked)) == 41
        assert sage.most <= AT_ONCE_MAX
        assert await notes(database) == ["done"]

    played(database_settings, play)


def test_errors_are_told_as_they_are(database_settings: DatabaseSettings) -> None:
    async def play(database: Database) -> None:
        async def broken() -> None:
            raise LookupError("no such party service")

        async def use_case() -> None:
            async with database.write():
                answers({"who": broken})

        with pytest.raises(LookupError, match="party service"):
            await asking(use_case)
        with pytest.raises(Unanswered):
            await use_case()

    played(database_settings, play)


def test_answers_are_those_of_one_request(database_settings: DatabaseSettings) -> None:
    """Who asks at the same time, or afterwards, asks for itself."""

    async def play(database: Database) -> None:
        sage = Sage()

        async def use_case() -> None:
            async with database.write() as session:
                answers({"who": sage.about("who")})
                await note(session, "done")

        await asyncio.gather(asking(use_case), asking(use_case))
        await asking(use_case)
        assert sage.asked == ["who"] * 3
        assert await notes(database) == ["done"] * 3

    played(database_settings, play)


def test_questions_without_end_end(database_settings: DatabaseSettings) -> None:
    async def play(database: Database) -> None:
        sage, times = Sage(), iter(range(1_000))

        async def use_case() -> None:
            async with database.write():
                name = str(next(times))
                answers({name: sage.about(name)})

        with pytest.raises(Unanswered):
            await asking(use_case)
        assert len(sage.asked) < 20

    played(database_settings, play)

"""Random histories of troubles end well: everything final, nothing reserved, no effect twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text

from cantata.automation.model import Intent, State
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from tests.integration.automation.stage import (
    BROKEN,
    NEVER,
    POISON,
    TABLE,
    Crowd,
    Slots,
    Stage,
)

BEHAVIOURS = (
    *("done", "done", "dropped", "lost", "late", "busy", "contention", "refused"),
    *("crash before", "crash after"),
)
ROUNDS = 60
LAST_ROUNDS_MAX = 400


async def trouble(
    stage: Stage, chance: random.Random, asked: list[Intent], work: Callable[[int], Awaitable[int]]
) -> None:
    """Do one thing that may happen at any time."""
    stage.ledger.script = [chance.choice(BEHAVIOURS) for _ in range(8)]
    match chance.randrange(6):
        case 0 | 1:
            asked.append(
                await stage.ask(chance.choice((0, 1, 2, 2, 3, 4, 5, 6, NEVER, BROKEN, POISON)))
            )
        case 2 | 3:
            await work(chance.randrange(1, 9))
        case 4:
            if chance.random() < 0.5:
                stage.ledger.settle()
            await stage.ingest()
        case _:
            stage.advance(chance.choice((0, 1, 5, 30, 120)))
            if chance.random() < 0.5:
                stage.ledger.tick()


async def calm(stage: Stage, asked: list[Intent], work: Callable[[int], Awaitable[int]]) -> None:
    """Let time go by without trouble until everything is final."""
    for _ in range(LAST_ROUNDS_MAX):
        stage.ledger.script = []
        await work(64)
        stage.ledger.settle()
        stage.ledger.tick()
        await stage.ingest()
        stage.advance(20)
        if all([(await stage.intent(each)).is_final for each in asked]):
            return
    stuck = [await stage.intent(each) for each in asked]
    pytest.fail(f"stuck: {[(each.state, each.attempts) for each in stuck if not each.is_final]}")


async def judge(stage: Stage, asked: list[Intent]) -> None:
    effects = await stage.effects()
    for each in asked:
        found = await stage.intent(each)
        count = effects[each.id]
        expected = State.COMPLETED if count else State.FAILED
        assert (found.state, count <= 1) == (expected, True), (found, count)
    assert await stage.reserved() == 0


@pytest.mark.parametrize("seed", range(12))
def test_every_history_ends_well(database_settings: DatabaseSettings, seed: int) -> None:
    """Some workers work on intents one by one, some on many at once, some on either."""

    async def main() -> None:
        async with Database(database_settings) as database:
            async with database.write() as session:
                await session.run(text(TABLE))
            chance = random.Random(seed)
            stage = Stage(database, Slots() if seed % 3 == 0 else Crowd())
            work = stage.work if seed % 3 == 1 else stage.work_together
            await stage.begin()
            asked: list[Intent] = []
            for _ in range(ROUNDS):
                either = chance.choice((stage.work, work))
                await trouble(stage, chance, asked, either)
            await calm(stage, asked, work)
            await judge(stage, asked)

    asyncio.run(main())

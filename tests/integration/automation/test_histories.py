"""Random histories of troubles end well: everything final, nothing reserved, no effect twice."""

from __future__ import annotations

import asyncio
import random

import pytest
from sqlalchemy import text

from cantata.automation.model import Intent, State
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from tests.integration.automation.stage import BROKEN, NEVER, TABLE, Stage

BEHAVIOURS = (
    *("done", "done", "dropped", "lost", "late", "busy", "contention", "refused"),
    *("crash before", "crash after"),
)
ROUNDS = 60
LAST_ROUNDS_MAX = 400


async def trouble(stage: Stage, chance: random.Random, asked: list[Intent]) -> None:
    """Do one thing that may happen at any time."""
    stage.ledger.script = [chance.choice(BEHAVIOURS) for _ in range(8)]
    match chance.randrange(6):
        case 0 | 1:
            asked.append(await stage.ask(chance.choice((0, 1, 2, 2, 3, NEVER, BROKEN))))
        case 2 | 3:
            await stage.work(chance.randrange(1, 6))
        case 4:
            if chance.random() < 0.5:
                stage.ledger.settle()
            await stage.ingest()
        case _:
            stage.advance(chance.choice((0, 1, 5, 30, 120)))
            if chance.random() < 0.5:
                stage.ledger.tick()


async def calm(stage: Stage, asked: list[Intent]) -> None:
    """Let time go by without trouble until everything is final."""
    for _ in range(LAST_ROUNDS_MAX):
        stage.ledger.script = []
        await stage.work()
        stage.ledger.settle()
        stage.ledger.tick()
        await stage.ingest()
        stage.advance(20)
        if all([(await stage.intent(each)).is_final for each in asked]):
            return
    stuck = [await stage.intent(each) for each in asked]
    pytest.fail(f"stuck: {[(each.state, each.attempts) for each in stuck if not each.is_final]}")


async def judge(stage: Stage, asked: list[Intent]) -> None:
    effects: dict[str, int] = {}
    for command in stage.ledger.recorded:
        effects[command.split(":")[1]] = effects.get(command.split(":")[1], 0) + 1
    for each in asked:
        found = await stage.intent(each)
        count = effects.get(str(each.id), 0)
        expected = State.COMPLETED if count else State.FAILED
        assert (found.state, count <= 1) == (expected, True), (found, count)
    assert await stage.reserved() == 0


@pytest.mark.parametrize("seed", range(8))
def test_every_history_ends_well(database_settings: DatabaseSettings, seed: int) -> None:
    async def main() -> None:
        async with Database(database_settings) as database:
            async with database.write() as session:
                await session.run(text(TABLE))
            stage, chance = Stage(database), random.Random(seed)
            await stage.begin()
            asked: list[Intent] = []
            for _ in range(ROUNDS):
                await trouble(stage, chance, asked)
            await calm(stage, asked)
            await judge(stage, asked)

    asyncio.run(main())

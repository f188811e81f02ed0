"""Random histories of troubles end well: everything final, nothing reserved, no effect twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from sqlalchemy.exc import IntegrityError

from cantata.automation.errors import NotNow, NotPossible
from cantata.automation.model import IllegalTransition, Intent, State
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from tests.integration.automation.stage import (
    BROKEN,
    NEVER,
    POISON,
    Asks,
    AsksTogether,
    Crowd,
    Slots,
    Stage,
)

BEHAVIOURS = (
    *("done", "done", "dropped", "lost", "late", "busy", "contention", "refused"),
    *("crash before", "crash after"),
)
SLOTS = (0, 1, 2, 2, 3, 4, 5, 6, NEVER, BROKEN, POISON)
MOODS: tuple[object, ...] = (
    *(NotNow("busy"), NotPossible("closed"), ValueError("a mistake")),
    *({}, "garbage"),
)
ROUNDS = 80
LAST_ROUNDS_MAX = 400


async def trouble(
    stage: Stage, chance: random.Random, asked: list[Intent], work: Callable[[int], Awaitable[int]]
) -> None:
    """Do one thing that may happen at any time."""
    stage.ledger.script = [chance.choice(BEHAVIOURS) for _ in range(8)]
    match chance.randrange(8):
        case 0 | 1:
            asked.append(await stage.ask(chance.choice(SLOTS)))
        case 2 | 3:
            await work(chance.randrange(1, 9))
        case 4:
            if chance.random() < 0.5:
                stage.ledger.settle()
            await stage.ingest()
        case 5 if asked:
            with suppress(IllegalTransition, IntegrityError):
                await stage.cancel(chance.choice(asked))
        case 6:
            handler = stage.handlers[0]
            if isinstance(handler, Asks):
                handler.moods = {chance.choice(SLOTS): chance.choice(MOODS) for _ in range(3)}
            stage.handlers[0].unmourned = {chance.choice(SLOTS), chance.choice(SLOTS)}
        case _:
            stage.advance(chance.choice((0, 1, 5, 30, 120)))
            if chance.random() < 0.5:
                stage.ledger.tick()


async def calm(stage: Stage, asked: list[Intent], work: Callable[[int], Awaitable[int]]) -> None:
    """Let time go by without trouble until everything is final."""
    handler = stage.handlers[0]
    handler.unmourned = set()
    if isinstance(handler, Asks):
        handler.moods = {}
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
    """Each has one effect, or was given up once, for the reason that it shows."""
    effects, ends = await stage.effects(), await stage.ends()
    for each in asked:
        found = await stage.intent(each)
        count = effects[each.id]
        assert count <= 1, found
        assert (found.state is State.COMPLETED) == (count == 1), found
        if found.state is State.FAILED:
            assert found.failure is not None
            assert ends.pop(each.id) == found.failure.code
        elif found.state is State.CANCELLED:
            assert ends.pop(each.id) == "CANCELLED"
    assert not ends
    assert await stage.reserved() == 0


@pytest.mark.parametrize("seed", range(12))
def test_every_history_ends_well(database_settings: DatabaseSettings, seed: int) -> None:
    """Some workers work on intents one by one, some on many at once, some on either."""

    async def main() -> None:
        async with Database(database_settings) as database:
            chance = random.Random(seed)
            kinds = (Slots, Crowd, Crowd, AsksTogether)
            stage = Stage(database, kinds[seed % 4]())
            work = stage.work if seed % 3 == 1 else stage.work_together
            await stage.begin()
            asked: list[Intent] = []
            for _ in range(ROUNDS):
                either = chance.choice((stage.work, work))
                await trouble(stage, chance, asked, either)
            await calm(stage, asked, work)
            await judge(stage, asked)

    asyncio.run(main())

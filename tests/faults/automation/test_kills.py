"""Processes are killed at any moment; an intent has one effect, or none and failed."""

from __future__ import annotations

import asyncio
import random
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from cantata.automation import repository
from cantata.automation.model import Intent, State
from cantata.ledger.client import LedgerClient
from cantata.ledger.model.updates import Transaction
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from tests.api.process import SANDBOX, running
from tests.integration import processes
from tests.integration.processes import EVERYTHING, client, counter_dar, make_tables, started

KILLS = 14
ASKED_A_ROUND = 6
SECONDS_MAX = 90


async def story(settings: DatabaseSettings, url: str, chance: random.Random) -> None:
    async with Database(settings) as database, client(url) as ledger:
        await make_tables(database)
        await ledger.packages.deploy(counter_dar())
        owner = (await ledger.parties.allocate("owner")).party
        roles = ["ingest", "ingest", "work", "work"]
        alive = [(role, started(role, settings, url)) for role in roles]
        try:
            asked = await killed(database, owner, alive, settings, url, chance)
            await all_final(database, asked)
        finally:
            for _, process in alive:
                process.kill()
                process.wait()
        await judged(database, ledger, asked)


async def killed(
    database: Database,
    owner: str,
    alive: list[tuple[str, subprocess.Popen[bytes]]],
    settings: DatabaseSettings,
    url: str,
    chance: random.Random,
) -> list[Intent]:
    """Ask for counters while processes are killed and started again."""
    asked: list[Intent] = []
    await asyncio.sleep(2)
    for _ in range(KILLS):
        for _ in range(ASKED_A_ROUND):
            asked.append(await processes.ask(database, owner, len(asked)))
            await asyncio.sleep(chance.random() * 0.05)
        await asyncio.sleep(chance.random() * 0.3)
        role, process = alive.pop(chance.randrange(len(alive)))
        process.kill()
        process.wait()
        alive.append((role, started(role, settings, url)))
    return asked


async def all_final(database: Database, asked: list[Intent]) -> None:
    unfinished: list[Intent] = []
    try:
        async with asyncio.timeout(SECONDS_MAX):
            while True:
                async with database.read() as session:
                    found = await repository.loaded(session, [each.id for each in asked])
                unfinished = [each for each in found if not each.is_final]
                if not unfinished:
                    return
                await asyncio.sleep(0.2)
    except TimeoutError:
        pytest.fail(f"stuck: {[(each.state, each.attempts) for each in unfinished]}")


async def judged(database: Database, ledger: LedgerClient, asked: list[Intent]) -> None:
    """Compare with the ledger: one counter for each completed intent, none for another."""
    made: Counter[int] = Counter()
    rows: list[tuple[str, int, int | None]] = []
    end = await ledger.state.ledger_end()
    async for update in ledger.updates.follow(EVERYTHING, 0, end=end):
        if isinstance(update, Transaction):
            for event in update.created:
                made[int(event.argument["count"])] += 1
                rows.append((event.contract_id, update.offset, None))
    async with database.read() as session:
        found = await repository.loaded(session, [each.id for each in asked])
        seen = await session.all(text("SELECT contract_id, created, archived FROM seen"))
        ends = await session.all(text("SELECT intent, code FROM ends"))
        reserved = await session.scalar(text("SELECT count(*) FROM slots"))
    expected = {each.wish.request["count"] for each in found if each.state is State.COMPLETED}
    assert made == Counter(expected)
    assert len(found) == len(asked)
    assert sorted(tuple(row) for row in seen) == sorted(rows)
    assert reserved == 0
    failed = {each.id: each.failure for each in found if each.state is State.FAILED}
    assert dict(map(tuple, ends)) == {name: why and why.code for name, why in failed.items()}


@pytest.mark.slow
def test_kills(database_settings: DatabaseSettings, tmp_path: Path) -> None:
    with running(tmp_path, "--store", str(tmp_path / "ledger.db"), command=SANDBOX) as sandbox:
        asyncio.run(story(database_settings, sandbox.url, random.Random(5)))

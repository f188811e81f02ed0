"""Killing any part of the platform at any moment loses nothing and does nothing twice."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select

from cantata.automation import repository
from cantata.automation.model import IN_DOUBT
from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings
from cantata.storage.database import Database
from cantata.storage.errors import StorageError
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.repository.tables import RESERVATIONS
from tests.faults.platform import books
from tests.faults.platform.customers import Customer, Heard, onboarded
from tests.faults.platform.processes import POSTGRESQL, Platform, platform
from tests.faults.platform.traffic import Market, Trader
from tests.integration.world import USER

FEW = {"worker": 4, "ingestion": 3, "sandbox": 3, "api": 3, POSTGRESQL: 3}
MANY = {"worker": 22, "ingestion": 20, "sandbox": 20, "api": 20, POSTGRESQL: 20}
"""How often each part is killed, in an order that is as random as the moments."""

TRADERS = 8
HOLDERS = ("alice", "bob", "carol")
SEED = 20_261
LOOK_SECONDS = 0.2
LIFE_ANSWERS_MAX = 20
"""A part works until customers got a random number of answers, at most so many, and is killed.

It is no time: where processes start slowly, nothing would ever get done between two kills.
"""

PARTING_SECONDS_MAX = 0.5

BACK_SECONDS_MAX = 600
"""How long a part may take to be at work again, and customers to get their answers."""

SETTLE_SECONDS_MAX = IN_DOUBT.microseconds // 1_000_000 + 300
"""A command whose fate nobody heard of is given up when the ledger can no longer record it."""


@pytest.mark.slow
def test_a_few_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    with platform(tmp_path) as running:
        asyncio.run(_play(running, FEW, SEED))


@pytest.mark.slow
@pytest.mark.skipif(
    "CANTATA_DEEP" not in os.environ,
    reason="takes some minutes: make kills, or CANTATA_DEEP=1",
)
def test_a_hundred_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    with platform(tmp_path) as running:
        asyncio.run(_play(running, MANY, seed))


async def _play(running: Platform, kills: Mapping[str, int], seed: int) -> None:
    stored = DatabaseSettings(url=running.database_url, application="books")
    ledger_settings = Settings(url=running.ledger_url, user_id=USER)
    heard = Heard()
    async with (
        Database(stored) as database,
        LedgerClient(ledger_settings) as ledger,
        httpx2.AsyncClient(base_url=running.api_url, timeout=10, trust_env=False) as http,
    ):
        market = await _market(http, heard)
        stop = asyncio.Event()
        traders = [
            asyncio.create_task(Trader(market, seed + number).run(stop))
            for number in range(TRADERS)
        ]
        try:
            killer = Killer(running, heard, traders)
            killing = await killer.kill(Counter(kills), random.Random(seed))
        finally:
            stop.set()
        await asyncio.gather(*traders)
        ended = time.monotonic()
        await _settled(database)
        print(f"killed in {killing:.0f} s, settled in {time.monotonic() - ended:.0f} s")
        intents = await books.intents_of(database)
        print(Counter((each.wish.kind, each.state.value) for each in intents))
        print(heard.lost, heard.unavailable, heard.repeats, len(heard.refused))
        books.check_keys(heard, intents)
        books.check_ends(intents)
        await books.check_effects(ledger, intents)
        await books.check_told(market, await books.check_ledger(ledger, intents))
        await books.check_reconciled(database, ledger)


async def _market(http: httpx2.AsyncClient, heard: Heard) -> Market:
    """Create a token while nothing is killed, and give everybody something of it."""
    issuer = await onboarded(http, heard, "issuer")
    holders = tuple([await onboarded(http, heard, name) for name in HOLDERS])
    market = Market(issuer, holders)
    body = {"issuer": issuer.party, "name": "Gold", "symbol": "GOLD", "currency": "USD"}
    await _done(issuer, "/v1/tokens", body)
    market.tokens.append({"admin": issuer.party, "id": "GOLD"})
    for holder in holders:
        mint = {"token": market.tokens[0], "receiver": holder.party, "amount": "500"}
        await _done(issuer, "/v1/mints", mint)
    await _done(
        holders[0],
        "/v1/preapprovals",
        {"token": market.tokens[0], "receiver": holders[0].party},
    )
    return market


async def _done(customer: Customer, path: str, body: object) -> None:
    asked = await customer.ask(path, body)
    assert asked is not None, path
    ended = await customer.ended(asked, 20)
    assert ended["state"] == "completed", ended


@dataclass(frozen=True)
class Killer:
    """Kills parts of a platform while traders use it."""

    running: Platform
    heard: Heard
    traders: list[asyncio.Task[None]]

    async def kill(self, kills: Counter[str], chance: random.Random) -> float:
        """Kill each part as often as it is listed, all beside each other; give the seconds."""
        begun = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for name, times in kills.items():
                moments = random.Random(chance.random())
                group.create_task(self._kill_part(name, times, moments))
        return time.monotonic() - begun

    async def _kill_part(self, name: str, times: int, chance: random.Random) -> None:
        """Let a part do its work for a while, and kill it, again and again."""
        for _ in range(times):
            is_killed = False
            end = time.monotonic() + BACK_SECONDS_MAX
            while not is_killed:
                await self._until_at_work(name, end)
                wanted = self.heard.answers + chance.randint(0, LIFE_ANSWERS_MAX)
                while self.heard.answers < wanted:
                    await self._look(name, end)
                await asyncio.sleep(chance.uniform(0, PARTING_SECONDS_MAX))
                is_killed = await asyncio.to_thread(self.running.kill, name)

    async def _until_at_work(self, name: str, end: float) -> None:
        while not await asyncio.to_thread(self.running.is_at_work, name):
            await self._look(name, end)

    async def _look(self, name: str, end: float) -> None:
        """Pass a moment; stop if a trader gave up, the supervisor did, or nothing goes on."""
        await asyncio.sleep(LOOK_SECONDS)
        for trader in self.traders:
            if trader.done():
                trader.result()
        assert self.running.process.poll() is None, "the supervisor gave up"
        assert time.monotonic() < end, f"{name} is not back, or customers get no answers"


async def _settled(database: Database) -> None:
    """Wait until nothing is under way, and nothing reserved."""
    end = time.monotonic() + SETTLE_SECONDS_MAX
    under_way: Mapping[tuple[str, str], int] = {}
    while time.monotonic() < end:
        await asyncio.sleep(0.3)
        try:
            async with database.read() as session:
                under_way = await repository.counts(session)
                if not under_way:
                    assert await session.all(select(RESERVATIONS)) == []
                    return
        except StorageError:
            continue
    pytest.fail(f"intents are stuck: {under_way}")

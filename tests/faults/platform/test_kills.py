"""Killing any part of the platform at any moment loses nothing and does nothing twice."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from cantata import bootstrap
from cantata.automation import repository
from cantata.automation.model import Intent, State, Wish
from cantata.automation.tables import INTENTS, intent_of
from cantata.ingestion.repository import load_cursor
from cantata.kernel.money import Decimal
from cantata.kernel.time import SystemClock
from cantata.ledger.client import LedgerClient
from cantata.ledger.model.updates import Transaction
from cantata.ledger.settings import Settings
from cantata.storage.database import Database
from cantata.storage.errors import StorageError
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId
from cantata.tokens.reconciliation.service import Reconciler
from cantata.tokens.repository import holdings
from cantata.tokens.repository.tables import RESERVATIONS
from tests.faults.platform.processes import POSTGRESQL, Platform, platform
from tests.faults.platform.traffic import REQUESTER, Asked, Client, Stage
from tests.integration.world import USER

KILLS = {"worker": 30, "ingestion": 30, "sandbox": 22, "api": 10, POSTGRESQL: 10}
"""How often each part is killed, in an order that is as random as the moments."""

CLIENTS = 10
SEED = 20_261
PAUSE_SECONDS = (0.2, 0.8)
SETTLE_SECONDS_MAX = 75


@pytest.mark.slow
@pytest.mark.skipif(
    "CANTATA_DEEP" not in os.environ,
    reason="takes some four minutes: make kills, or CANTATA_DEEP=1",
)
def test_killed_parts_lose_and_double_nothing(tmp_path: Path) -> None:
    with platform(tmp_path) as running:
        asyncio.run(_play(running))


async def _play(running: Platform) -> None:
    stored = DatabaseSettings(url=running.database_url, application="traffic")
    ledger_settings = Settings(url=running.ledger_url, user_id=USER)
    async with Database(stored) as database, LedgerClient(ledger_settings) as ledger:
        stage = await _stage(database, ledger)
        asked, stop = Asked(), asyncio.Event()
        clients = [
            asyncio.create_task(Client(database, stage, asked, SEED + number).run(stop))
            for number in range(CLIENTS)
        ]
        killed = await _kill(running, clients)
        stop.set()
        await asyncio.gather(*clients)
        intents = await _settled(database)
        assert sum(killed.values()) >= 100, killed
        _each_key_is_one_intent(asked, intents)
        _each_intent_has_its_effect(intents, await _transactions(ledger))
        await _books_are_right(database, ledger, stage, intents)


async def _stage(database: Database, ledger: LedgerClient) -> Stage:
    """Create an instrument; of three holders two take direct transfers, one wants offers."""
    names = ("admin", "alice", "bob", "carol")
    admin, *parties = [str((await ledger.parties.allocate(name)).party) for name in names]
    stage = Stage(admin, "GOLD", tuple(parties))
    terms = {"name": "Gold", "symbol": "GLD", "decimals": 2, "cap": None, "meta": {}}
    await _done(database, "tokens.create", (admin,), {**stage.named, **terms})
    for receiver in parties[:2]:
        consent = {**stage.named, "receiver": receiver, "expires_at": None}
        await _done(database, "tokens.preapprove", (receiver,), consent)
    for receiver in parties:
        request = {**stage.named, "receiver": receiver, "amount": "500", "memo": "first"}
        await _done(database, "tokens.mint", (admin, receiver), request)
    return stage


async def _done(
    database: Database, kind: str, act_as: tuple[str, ...], request: Mapping[str, Any]
) -> None:
    """Ask for something while nothing is killed, and wait for it."""
    wish = Wish(
        kind=kind,
        requester="stage",
        key=str(uuid4()),
        subject="GOLD",
        act_as=act_as,
        request=request,
    )
    async with database.write() as session:
        intent, _ = await repository.record(session, wish, uuid4(), SystemClock().now(), "")
    for _ in range(300):
        async with database.read() as session:
            found = await repository.load(session, intent.id)
        if found is not None and found.is_final:
            assert found.state is State.COMPLETED, found.failure
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"{kind} took too long")


async def _kill(running: Platform, clients: list[asyncio.Task[None]]) -> Counter[str]:
    """Kill what happens to be alive, each part as often as it is listed."""
    chance = random.Random(SEED)
    left, killed = Counter(KILLS), Counter[str]()
    while left:
        await asyncio.sleep(chance.uniform(*PAUSE_SECONDS))
        for client in clients:
            if client.done():
                client.result()
        assert running.process.poll() is None, "the supervisor gave up"
        name = chance.choice(list(left.elements()))
        if running.kill(name):
            killed[name] += 1
            left = Counter(KILLS) - killed
    return killed


async def _settled(database: Database) -> tuple[Intent, ...]:
    """Wait until nothing is under way; give all intents of the traffic."""
    end = time.monotonic() + SETTLE_SECONDS_MAX
    left: Mapping[tuple[str, str], int] = {}
    while time.monotonic() < end:
        await asyncio.sleep(0.5)
        try:
            async with database.read() as session:
                left = await repository.counts(session)
                if not left:
                    rows = await session.all(select(INTENTS))
                    assert await session.all(select(RESERVATIONS)) == []
                    return tuple(map(intent_of, rows))
        except StorageError:
            continue
    pytest.fail(f"intents are stuck: {left}")


async def _transactions(ledger: LedgerClient) -> tuple[Transaction, ...]:
    end = await ledger.state.ledger_end()
    source = bootstrap.source(ledger)
    async with aclosing(source.follow(0, end)) as updates:
        return tuple([each async for each in updates if isinstance(each, Transaction)])


def _each_key_is_one_intent(asked: Asked, intents: tuple[Intent, ...]) -> None:
    recorded = {each.wish.key: each.id for each in intents if each.wish.requester == REQUESTER}
    wrong = [key for key, name in asked.intents.items() if recorded.get(key) != name]
    strange = [key for key in recorded if key not in asked.wishes]
    assert (wrong[:3], strange[:3]) == ([], [])
    assert asked.doubled > 0


def _each_intent_has_its_effect(
    intents: tuple[Intent, ...], transactions: tuple[Transaction, ...]
) -> None:
    """A completed intent is one transaction, one that failed is none; nothing else was done."""
    effects: dict[UUID, list[str]] = defaultdict(list)
    for transaction in transactions:
        owner, name, _ = transaction.command_id.split(":")
        assert owner == "cantata"
        effects[UUID(name)].append(transaction.update_id)
    wanted = {each.id: [each.update_id] for each in intents if each.state is State.COMPLETED}
    wrong = [
        (name, effects.get(name), wanted.get(name))
        for name in effects.keys() | wanted.keys()
        if effects.get(name) != wanted.get(name)
    ]
    assert not wrong, (len(wrong), wrong[:3])
    assert len(wanted) >= 50, Counter(each.state for each in intents)


async def _books_are_right(
    database: Database, ledger: LedgerClient, stage: Stage, intents: tuple[Intent, ...]
) -> None:
    """Supply, holdings, ledger and what was asked for agree."""
    for _ in range(100):
        async with database.read() as session:
            cursor = await load_cursor(session)
        if cursor.offset >= await ledger.state.ledger_end():
            break
        await asyncio.sleep(0.1)
    report = await Reconciler(database, ledger, bootstrap.wanted(), SystemClock()).run()
    assert report.is_clean, report.differences
    assert report.compared > 0
    async with database.read() as session:
        instrument = InstrumentId(stage.admin, stage.instrument)  # type: ignore[arg-type]
        supply = await holdings.supply(session, instrument)
    assert supply == _asked_for(intents)


def _asked_for(intents: tuple[Intent, ...]) -> Decimal:
    """Add up what was minted and burned."""
    total = Decimal("0")
    for each in intents:
        if each.state is State.COMPLETED and each.wish.kind == "tokens.mint":
            total = total + Decimal(each.wish.request["amount"])
        if each.state is State.COMPLETED and each.wish.kind == "tokens.burn":
            total = total - Decimal(each.wish.request["amount"])
    return total

"""Each seam between the parts fails for a while: traffic goes on, and the books are right.

Two workers and two processes of ingestion run; of the latter one leads and one stands by.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from cantata.automation import repository
from cantata.automation.model import Intent, State, Wish
from cantata.kernel.time import SystemClock
from cantata.storage.database import Database
from cantata.storage.errors import StorageError
from cantata.storage.settings import DatabaseSettings
from cantata.testing.server import (
    Contention,
    CutStream,
    Delay,
    DeliverTwice,
    DropAnswer,
    Fault,
    Sandbox,
    Unavailable,
)
from cantata.tokens.repository.tables import RESERVATIONS
from tests.faults.platform import books
from tests.integration.tokens.loop import LATE, Loop, looping

SUBMISSIONS = "/v2/commands"
UPDATES = "/v2/updates"
WISHES = 36
AT_ONCE = 6
SETTLE_SECONDS_MAX = 60
SEED = 11

Disturb = Callable[[Sandbox, Database, random.Random], Awaitable[None]]


def faulty(path: str, *faults: Fault) -> Disturb:
    """Disturb some requests to the ledger."""

    async def disturb(sandbox: Sandbox, database: Database, chance: random.Random) -> None:
        fault = chance.choice(faults)
        await asyncio.to_thread(sandbox.faults.add, fault, path=path, count=chance.randint(1, 3))

    return disturb


async def reset(sandbox: Sandbox, database: Database, chance: random.Random) -> None:
    """End connections of the database, whatever they are in the midst of, as a fail-over does."""
    ended = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < :share"
    )
    async with database.write() as session:
        await session.all(ended, {"share": chance.choice((0.3, 0.6, 1.0))})


async def everything(sandbox: Sandbox, database: Database, chance: random.Random) -> None:
    """Disturb anything."""
    await chance.choice(list(WEATHERS.values()))(sandbox, database, chance)


WEATHERS: dict[str, Disturb] = {
    "answers are lost": faulty(SUBMISSIONS, DropAnswer()),
    "the ledger is slow": faulty(SUBMISSIONS, Delay(900)),
    "the ledger is busy": faulty(SUBMISSIONS, Contention(), Unavailable()),
    "the stream is cut": faulty(UPDATES, CutStream(0), CutStream(2), Unavailable(), Delay(500)),
    "the stream comes twice": faulty(UPDATES, DeliverTwice(), CutStream(3)),
    "the database resets": reset,
}


@pytest.mark.parametrize("weather", [*WEATHERS, "everything"])
def test_the_books_are_right_in_any_weather(
    weather: str, database_settings: DatabaseSettings, sandbox: Sandbox, token_dar: Path
) -> None:
    sandbox.upload(token_dar.read_bytes())
    disturb = WEATHERS.get(weather, everything)
    asyncio.run(_play(database_settings, sandbox, disturb, random.Random(SEED)))


async def _play(
    settings: DatabaseSettings, sandbox: Sandbox, disturb: Disturb, chance: random.Random
) -> None:
    async with AsyncExitStack() as stack:
        loop = await stack.enter_async_context(looping(settings, sandbox.url))
        await stack.enter_async_context(looping(settings, sandbox.url))
        desk = await Desk.open(loop, chance)
        stormy = asyncio.create_task(_storm(sandbox, loop.database, disturb, chance))
        asked = await desk.traffic()
        stormy.cancel()
        await asyncio.gather(stormy, return_exceptions=True)
        await asyncio.to_thread(sandbox.faults.clear)
        await _settled(loop)
        intents = await books.intents_of(loop.database)
        assert {each.id for each in intents} >= {each.id for each in asked}
        books.check_ends(intents)
        await books.check_effects(loop.ledger, intents)
        await books.check_ledger(loop.ledger, intents)
        await books.check_reconciled(loop.database, loop.ledger)


async def _storm(
    sandbox: Sandbox, database: Database, disturb: Disturb, chance: random.Random
) -> None:
    while True:
        try:
            await disturb(sandbox, database, chance)
        except StorageError:
            continue
        await asyncio.sleep(chance.uniform(0.05, 0.4))


class Desk:
    """Asks for what parties may want of an instrument, a few things at once."""

    def __init__(self, loop: Loop, of: dict[str, str], parties: list[str], seed: float) -> None:
        self._loop = loop
        self._of = of
        self._parties = parties
        self._chance = random.Random(seed)
        self._offers: list[tuple[str, str, str]] = []

    @classmethod
    async def open(cls, loop: Loop, chance: random.Random) -> Desk:
        """Create an instrument; of three holders one takes direct transfers."""
        parties = [await loop.party(name) for name in ("alice", "bob", "carol")]
        of = await loop.token(await loop.party("admin"), "GOLD")
        for party in parties:
            await loop.mint(of, party, "100")
        consent = {"receiver": parties[0], "expires_at": None}
        await loop.do("tokens.preapprove", (parties[0],), **consent, **of)
        return cls(loop, of, parties, chance.random())

    async def traffic(self) -> list[Intent]:
        """Ask for everything, and for each thing until it is recorded; wait a while for its end."""
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> Intent:
            async with slots:
                kind, act_as, request = self._wanted(number)
                intent = await self._recorded(kind, act_as, request)
                return await self._ended(intent)

        return await asyncio.gather(*(one(number) for number in range(WISHES)))

    def _wanted(self, number: int) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        chance, admin = self._chance, self._of["admin"]
        amount = f"{chance.randint(1, 9)}.{chance.randint(1, 99):02}"
        first, second = chance.sample(self._parties, 2)
        terms: dict[str, Any] = {**self._of, "amount": amount, "memo": f"no. {number}"}
        if self._offers and chance.random() < 0.4:
            offer, sender, receiver = self._offers.pop()
            how = chance.choice(("accept", "reject", "withdraw"))
            return f"tokens.{how}", (sender if how == "withdraw" else receiver,), {"offer": offer}
        match number % 4:
            case 0:
                return "tokens.mint", (admin, first), {**terms, "receiver": first}
            case 1:
                return "tokens.burn", (first,), {**terms, "owner": first}
        parties = {"sender": first, "receiver": second, "execute_before": LATE}
        return "tokens.transfer", (first,), {**terms, **parties}

    async def _recorded(
        self, kind: str, act_as: tuple[str, ...], request: Mapping[str, Any]
    ) -> Intent:
        wish = Wish(
            kind=kind,
            requester="desk",
            key=str(uuid4()),
            subject="GOLD",
            act_as=act_as,
            request=request,
        )
        while True:
            try:
                async with self._loop.database.write() as session:
                    now = SystemClock().now()
                    return (await repository.record(session, wish, uuid4(), now, ""))[0]
            except StorageError:
                await asyncio.sleep(0.05)

    async def _ended(self, intent: Intent) -> Intent:
        for _ in range(40):
            await asyncio.sleep(0.1)
            try:
                async with self._loop.database.read() as session:
                    found = await repository.load(session, intent.id)
            except StorageError:
                continue
            if found is not None and found.is_final:
                offer = (found.result or {}).get("offer")
                if found.state is State.COMPLETED and offer:
                    request = found.wish.request
                    self._offers.append((offer, request["sender"], request["receiver"]))
                return found
        return intent


async def _settled(loop: Loop) -> None:
    end = asyncio.get_running_loop().time() + SETTLE_SECONDS_MAX
    under_way: Mapping[tuple[str, str], int] = {}
    while asyncio.get_running_loop().time() < end:
        for job in loop.jobs:
            if job.done():
                job.result()
        async with loop.database.read() as session:
            under_way = await repository.counts(session)
            if not under_way:
                assert await session.all(select(RESERVATIONS)) == []
                return
        await asyncio.sleep(0.2)
    pytest.fail(f"intents are stuck: {under_way}")

"""The ledger dies in the midst of submissions and comes back: each operation ends exactly once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from cantata.automation import repository
from cantata.automation.model import FINAL, Intent, State, Wish
from cantata.kernel.time import SystemClock
from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings
from cantata.ops.ports import free_port
from cantata.storage.settings import DatabaseSettings
from tests.faults.platform import books
from tests.faults.server.life import Life
from tests.integration.tokens.loop import Loop, looping
from tests.integration.world import USER

DEATHS = 6
AT_ONCE = 3
MOMENT_SECONDS_MAX = 0.12
"""A submission takes about as long: some die before they are recorded, some after it."""


@pytest.mark.slow
def test_a_ledger_killed_in_mid_submission_ends_the_operation_once(
    database_settings: DatabaseSettings, token_dar: Path, tmp_path: Path
) -> None:
    store, port = tmp_path / "ledger.db", free_port()
    dar = token_dar.read_bytes()

    async def play() -> None:
        async with _ledger(store, port, dar) as lives:
            async with looping(database_settings, f"http://127.0.0.1:{port}") as loop:
                asked = await _asked_while_it_dies(loop, lives, store, port)
                ended = [await loop.ended(each) for each in asked]
                for each in ended:
                    assert each.state in {State.COMPLETED, State.FAILED}
                    await _ended_once(loop, each)
                intents = await books.intents_of(loop.database)
                await books.check_effects(loop.ledger, intents)
                await books.check_ledger(loop.ledger, intents)
            assert sum(each.state is State.COMPLETED for each in ended) >= DEATHS

    asyncio.run(play())


@asynccontextmanager
async def _ledger(store: Path, port: int, dar: bytes) -> AsyncIterator[list[Life]]:
    """Run a ledger with our package; the last of its lives is the one that is alive."""
    lives = [_begin(store, port)]
    await asyncio.to_thread(lives[-1].wait_until_ready)
    async with LedgerClient(Settings(url=f"http://127.0.0.1:{port}", user_id=USER)) as ledger:
        await ledger.packages.deploy(dar)
    try:
        yield lives
    finally:
        lives[-1].stop()


def _begin(store: Path, port: int) -> Life:
    return Life(store, "--port", str(port))


async def _asked_while_it_dies(
    loop: Loop, lives: list[Life], store: Path, port: int
) -> list[Intent]:
    """Ask for mints, and kill the ledger a moment after each few of them."""
    chance = random.Random(7)
    admin, alice = await loop.party("admin"), await loop.party("alice")
    tokens = [await loop.token(admin, f"T{number}") for number in range(AT_ONCE)]
    asked: list[Intent] = []
    for death in range(DEATHS):
        for of in tokens:
            request = {**of, "receiver": alice, "amount": f"{death + 1}.01", "memo": "issue"}
            wish = Wish(
                kind="tokens.mint",
                requester="tester",
                key=str(uuid4()),
                subject="tokens",
                act_as=(admin, alice),
                request=request,
            )
            async with loop.database.write() as session:
                now = SystemClock().now()
                intent, _ = await repository.record(session, wish, uuid4(), now, "")
            asked.append(intent)
        await asyncio.sleep(chance.uniform(0, MOMENT_SECONDS_MAX))
        await asyncio.to_thread(lives[-1].kill)
        lives.append(_begin(store, port))
        await asyncio.to_thread(lives[-1].wait_until_ready)
        await asyncio.sleep(1)
    return asked


async def _ended_once(loop: Loop, intent: Intent) -> None:
    """Of all the states that it went through, the last one alone is final."""
    async with loop.database.read() as session:
        states = [State(state) for state, _ in await repository.phases(session, intent.id)]
    assert [state for state in states if state in FINAL] == [intent.state]
    assert states[-1] is intent.state

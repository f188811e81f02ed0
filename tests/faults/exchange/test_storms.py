"""Deposits and withdrawals while everything is disturbed: nothing is lost, doubled, or stuck."""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cantata.automation import repository
from cantata.automation.model import IN_DOUBT
from cantata.exchange.model.deposits import DepositState
from cantata.exchange.model.treasury import RECORD_TTL
from cantata.exchange.model.withdrawals import FINAL, WithdrawalState
from cantata.exchange.repository.tables import DEPOSITS, WITHDRAWALS
from cantata.ingestion import repository as ingestion
from cantata.ledger.errors import LedgerError
from cantata.storage.errors import StorageError
from tests.faults.exchange import books
from tests.faults.exchange.house import House, founded
from tests.faults.exchange.ledger import WEATHER, Ledger, calm, ledger, storm
from tests.faults.platform.processes import POSTGRESQL, Platform, platform

SANDBOX = "sandbox"
SEED = 20_264
LOOK_SECONDS = 0.1
_WAITING = [each.value for each in WithdrawalState if each not in FINAL]
_ACCEPTING = [DepositState.OFFERED.value, DepositState.STUCK.value]
BACK_SECONDS_MAX = 300
"""How long a part may take to be at work again; a busy machine starts processes slowly."""

SETTLE_SECONDS_MAX = (IN_DOUBT.microseconds + RECORD_TTL.microseconds) // 1_000_000 + 600
"""A payment of which nobody heard is dead when its time to be recorded is over."""


@dataclass(frozen=True)
class Story:
    """How much happens, and how often each part is killed meanwhile."""

    deposits: int
    withdrawals: int
    kills: Mapping[str, int]


SHORT = Story(300, 150, {"worker": 3, "ingestion": 3, "api": 2, SANDBOX: 2, POSTGRESQL: 2})
LONG = Story(5_000, 5_000, {"worker": 20, "ingestion": 20, "api": 10, SANDBOX: 15, POSTGRESQL: 15})


@pytest.mark.slow
def test_a_storm_loses_and_doubles_nothing() -> None:
    _tell(SHORT, SEED)


@pytest.mark.slow
@pytest.mark.skipif(
    "CANTATA_DEEP" not in os.environ,
    reason="takes a quarter of an hour and more: make kills, or CANTATA_DEEP=1",
)
def test_a_long_storm_loses_and_doubles_nothing() -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    _tell(LONG, seed)


def _tell(story: Story, seed: int) -> None:
    # Not below pytest's own folder, which each run of pytest closes to the database's user again.
    with tempfile.TemporaryDirectory(prefix="cantata-storm-", ignore_cleanup_errors=True) as named:
        folder = Path(named)
        with (
            ledger(folder) as disturbed,
            platform(folder, "--ledger", disturbed.url, CANTATA_ONBOARDING="unverified") as running,
        ):
            asyncio.run(_play(story, running, disturbed, random.Random(seed)))


async def _play(story: Story, running: Platform, of: Ledger, chance: random.Random) -> None:
    async with founded(running, of, chance.randrange(1 << 32)) as house:
        weather: dict[str, int] = {}
        begun, killed = time.monotonic(), asyncio.Event()
        answering = [asyncio.create_task(each.run(house.tokens)) for each in house.receivers.all]
        stormy = asyncio.create_task(storm(of, chance, weather))
        traffic = asyncio.create_task(_traffic(story, house, killed))
        try:
            await _kill(story, running, of, traffic, house, chance)
            killed.set()
            await traffic
            stormy.cancel()
            await calm(of)
            ended = time.monotonic()
            await _settled(house, answering)
        finally:
            for each in (stormy, traffic, *answering):
                each.cancel()
            await asyncio.gather(stormy, traffic, *answering, return_exceptions=True)
        _report(house, weather, ended - begun, time.monotonic() - ended)
        assert weather.keys() == WEATHER.keys(), "not everything was disturbed"
        await books.check(house)


async def _traffic(story: Story, house: House, killed: asyncio.Event) -> None:
    """Pay in and out as often as the story says, and until everything was killed."""
    share = story.deposits // len(house.payers)

    def is_asked() -> bool:
        house.receivers.is_late = len(house.told.taken) > story.withdrawals // 4
        return killed.is_set() and len(house.told.taken) >= story.withdrawals

    async with asyncio.TaskGroup() as group:
        for payer in house.payers:
            group.create_task(payer.run(house.accounts, share, killed))
        for teller in house.tellers:
            run = teller.run(house.accounts, house.tokens, house.receivers.choose, is_asked)
            group.create_task(run)


async def _kill(
    story: Story,
    running: Platform,
    of: Ledger,
    traffic: asyncio.Task[None],
    house: House,
    chance: random.Random,
) -> None:
    """Kill parts in a random order, spread over what is to happen."""
    names = list(Counter(story.kills).elements())
    chance.shuffle(names)
    begun = time.monotonic()
    for number, name in enumerate(names):
        due = (number + chance.random()) / (len(names) + 1)
        while _progress(story, house) < due:
            assert not traffic.done(), traffic.exception()
            await asyncio.sleep(LOOK_SECONDS)
        assert running.process.poll() is None, "the supervisor gave up"
        if name == SANDBOX:
            await asyncio.to_thread(of.kill)
        else:
            await _kill_part(running, name)
        print(f"{_progress(story, house):.0%}, {time.monotonic() - begun:.0f} s: killed {name}")


async def _kill_part(running: Platform, name: str) -> None:
    """Kill a part as soon as it is at work."""
    end = time.monotonic() + BACK_SECONDS_MAX
    while not await asyncio.to_thread(running.kill, name):
        assert time.monotonic() < end, f"{name} did not come back"
        await asyncio.sleep(LOOK_SECONDS)


def _progress(story: Story, house: House) -> float:
    """Tell how much of a story has happened, at most all of it."""
    paid = len(house.paid.deposits) / story.deposits
    asked = len(house.told.taken) / story.withdrawals
    return min(paid, asked)


async def _settled(house: House, answering: list[asyncio.Task[None]]) -> None:
    """Wait until nothing is under way, everything is ingested, and nothing waits for an end."""
    end = time.monotonic() + SETTLE_SECONDS_MAX
    left: object = None
    while time.monotonic() < end:
        await asyncio.sleep(LOOK_SECONDS)
        for each in answering:
            assert not each.done() or each.exception() is None, each.exception()
        try:
            left = await _unsettled(house)
        except (StorageError, LedgerError):
            continue
        if not left:
            return
    pytest.fail(f"something is stuck: {left}")


async def _unsettled(house: House) -> object:
    """Give what has not ended, or nothing."""
    async with house.database.read() as session:
        cursor = (await ingestion.load_cursor(session)).offset
        under_way = await repository.counts(session)
        paying = await session.all(
            select(WITHDRAWALS.c.state, func.count())
            .where(WITHDRAWALS.c.state.in_(_WAITING))
            .group_by(WITHDRAWALS.c.state)
        )
        offered = await session.all(
            select(DEPOSITS.c.state, func.count())
            .where(DEPOSITS.c.state.in_(_ACCEPTING), DEPOSITS.c.reason == "")
            .group_by(DEPOSITS.c.state)
        )
    if cursor < await house.ledger.state.ledger_end():
        return f"ingestion is at {cursor}"
    return under_way or paying or offered


def _report(house: House, weather: Mapping[str, int], stormy: float, calm: float) -> None:
    """Tell how much happened."""
    told, heard = house.told, house.told.heard
    refused = told.refused + Counter(heard.refused.values())
    repeats, lost = told.repeats + heard.repeats, told.lost + heard.lost
    print(f"\n{len(house.paid.deposits)} deposits, {len(told.taken)} withdrawals,", end=" ")
    print(f"{repeats} asked again, {lost} answers lost, {dict(heard.unavailable)} {dict(refused)}")
    print(f"{stormy:.0f} s of {dict(weather)}, settled in {calm:.0f} s")

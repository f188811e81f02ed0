"""Holdings that others look at or have reserved: waited for shortly, and no reason to merge."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from cantata.automation.model import State
from cantata.exchange.model.treasury import Policy
from cantata.exchange.refusals import HoldingsBusy
from cantata.exchange.repository import listings, pool
from cantata.exchange.service.pool import take
from cantata.exchange.tasks import withdraw
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.errors import InsufficientFunds, TooFragmented
from tests.api.process import Sandbox
from tests.integration.exchange.bank import CLOCK, Bank, played
from tests.integration.exchange.test_care import asked, care_of, waiting
from tests.integration.exchange.test_pool import AT, LISTED, TREASURY, holding, holding_all

FEW = replace(LISTED, policy=Policy(pool_size=8, inputs_max=10))


def test_what_others_look_at_is_no_fragment(database_settings: DatabaseSettings) -> None:
    """The large ones are locked, and small ones, more than one transfer takes, are left."""
    held = [holding(n, amount) for n, amount in enumerate(["5"] * 14 + ["200", "300"])]

    async def story() -> None:
        async with holding_all(database_settings, held) as database:
            wanted = [each.contract_id for each in held[-2:]]
            async with database.write() as others:
                assert len(await pool.still_free(others, TREASURY, FEW, wanted, AT)) == 2
                with pytest.raises(HoldingsBusy) as refused:
                    async with database.write() as mine:
                        await take(mine, TREASURY, FEW, Decimal("60"), uuid4(), AT)
                assert refused.value.seen == Decimal("50")
            async with database.write() as mine:
                taken = await take(mine, TREASURY, FEW, Decimal("60"), uuid4(), AT)
                assert taken[0].amount == Decimal("200")

    asyncio.run(story())


def test_what_nobody_looks_at_is_told_as_it_is(database_settings: DatabaseSettings) -> None:
    held = [holding(n, "5") for n in range(14)]

    async def story() -> None:
        async with holding_all(database_settings, held) as database:
            for amount, refusal in (("60", TooFragmented), ("71", InsufficientFunds)):
                with pytest.raises(refusal):
                    async with database.write() as mine:
                        await take(mine, TREASURY, FEW, Decimal(amount), uuid4(), AT)

    asyncio.run(story())


def test_nothing_is_merged_for_what_comes_back_as_change(
    database_settings: DatabaseSettings,
) -> None:
    """A payment waits for a holding that another one reserved; merging the rest is no help."""
    held = [holding(n, amount) for n, amount in enumerate(["1"] * 10 + ["200"])]

    async def story() -> None:
        async with holding_all(database_settings, held) as database:
            async with database.write() as session:
                await listings.save(session, FEW)
                await take(session, TREASURY, FEW, Decimal("200"), uuid4(), AT)
            await waiting(database, "60")
            async with database.read() as session:
                assert await pool.needed(session, TREASURY, FEW, AT) == Decimal("0")
            assert await care_of(database).run() == 0
            payable = await waiting(database, "7")
            async with database.read() as session:
                assert await pool.needed(session, TREASURY, FEW, AT) == payable.amount
            assert await care_of(database).run() == 0, "ten of one are enough for seven"
            assert len(await asked(database)) == 2

    asyncio.run(story())


def test_a_payment_looks_again_at_once(
    database_settings: DatabaseSettings,
    shared_sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(withdraw, "LOOK_AGAIN", RelTime.of(micros=400_000))

    async def story(bank: Bank) -> None:
        await bank.deposit("10", 2)
        async with bank.loop.database.read() as session:
            reached = CLOCK.now()
            shelf = await pool.shelf(session, bank.treasury, bank.listed, reached)
        contracts = [coin.contract_id for coin in shelf.smallest]
        looking, done = asyncio.Event(), asyncio.Event()

        async def look() -> None:
            """Another worker's transaction, which takes nothing in the end."""
            async with bank.loop.database.write() as others:
                await pool.still_free(others, bank.treasury, bank.listed, contracts, reached)
                looking.set()
                await done.wait()

        other = asyncio.create_task(look())
        await looking.wait()
        payment = await bank.stopped("15")
        assert await bank.reserved() == 0
        with pytest.raises(HoldingsBusy):
            await bank.prepared(payment.id)
        asyncio.get_running_loop().call_later(0.1, done.set)
        submission = await bank.prepared(payment.id)
        assert len(submission.commands) == 1
        await other
        intent = await bank.intent(payment.id)
        assert intent is not None
        assert (intent.state, intent.attempts) == (State.REQUESTED, 0)
        assert await bank.reserved() == 2
        await bank.go(payment)

    played(database_settings, shared_sandbox.url, story)

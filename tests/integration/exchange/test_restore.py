"""The drill: a database is lost and restored, and nobody is paid twice or forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import update
from sqlalchemy.engine import make_url

from cantata.bootstrap import ingesting
from cantata.exchange.model.decisions import By
from cantata.exchange.model.journal import Book
from cantata.exchange.model.withdrawals import Withdrawal, WithdrawalKind, WithdrawalState
from cantata.exchange.reconciliation.model import Unexplained
from cantata.exchange.refusals import WithdrawalsDisabled
from cantata.exchange.repository import treasuries, withdrawals
from cantata.exchange.repository.tables import TREASURIES
from cantata.exchange.service.operations import Operations
from cantata.ingestion.repository import load_cursor
from cantata.kernel.money import Decimal
from cantata.kernel.time import SystemClock, Timestamp
from cantata.kernel.totals import Total
from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.exchange.bank import Bank, founded
from tests.integration.tokens.loop import Loop, looping
from tests.integration.world import USER, empty_database

BY = By(actor="olga", reason="the disk died")
COMPLETED = WithdrawalState.COMPLETED


@asynccontextmanager
async def resting(bank: Bank, settings: DatabaseSettings, url: str) -> AsyncIterator[Bank]:
    """The same exchange, while nobody works or ingests."""
    ledger_settings = Settings(url=url, user_id=USER)
    async with Database(settings) as database, LedgerClient(ledger_settings) as ledger:
        yield replace(bank, loop=Loop(database, ledger, ()))


@asynccontextmanager
async def running(bank: Bank, settings: DatabaseSettings, url: str) -> AsyncIterator[Bank]:
    """The same exchange on a database, with everything that works on it."""
    async with looping(settings, url) as loop:
        yield replace(bank, loop=loop)


async def time_of(bank: Bank) -> Timestamp:
    async with bank.loop.database.read() as session:
        found = (await load_cursor(session)).record_time
    assert found is not None
    return found


async def safe_after(bank: Bank) -> Timestamp:
    async with bank.loop.database.read() as session:
        treasury = await treasuries.find(session, bank.treasury)
    assert treasury is not None
    assert treasury.safe_after is not None
    return treasury.safe_after


async def recovered(bank: Bank) -> list[Withdrawal]:
    async with bank.loop.database.read() as session:
        found = await withdrawals.page(session)
    return sorted(
        (each for each in found if each.kind is WithdrawalKind.RECOVERED),
        key=lambda each: each.amount,
    )


async def caught_up(bank: Bank) -> None:
    await bank.loop.ingested(await bank.loop.ledger.state.ledger_end())


async def grow_safe(bank: Bank) -> None:
    """Have the ledger's time pass the bound, which is brought near instead of waited for."""
    reached = await time_of(bank)
    assert reached <= await safe_after(bank)
    async with bank.loop.database.write() as session:
        await session.run(update(TREASURIES).values(safe_after=reached))
    with pytest.raises(WithdrawalsDisabled):
        await bank.request("1")
    await bank.loop.mint(bank.of, bank.wallet, "1")
    assert await time_of(bank) > reached


def test_a_restored_database_pays_nobody_twice(
    database_server: str, database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    url = shared_sandbox.url

    async def before() -> tuple[Bank, Withdrawal]:
        async with looping(database_settings, url) as loop:
            bank = await founded(loop)
            await bank.consent(bank.wallet)
            await bank.deposit("50", 4)
        async with resting(bank, database_settings, url) as quiet:
            return quiet, await quiet.request("7")

    async def after_backup(bank: Bank, early: Withdrawal) -> list[str]:
        """What the database that is going to be lost still did."""
        async with running(bank, database_settings, url) as lost:
            await lost.until(early.id, COMPLETED)
            made = [await lost.request(amount) for amount in ("10", "20")]
            for each in made:
                await lost.until(each.id, COMPLETED)
            return [str(each.id) for each in (early, *made)]

    async def restored(
        bank: Bank, copy: DatabaseSettings, early: Withdrawal, ids: list[str]
    ) -> None:
        async with resting(bank, copy, url) as quiet:
            async with quiet.loop.database.write() as session:
                await Operations(SystemClock()).restored(session, BY)
            with pytest.raises(WithdrawalsDisabled):
                await quiet.request("1")
        async with running(bank, copy, url) as after:
            await caught_up(after)
            assert (await after.look(early.id)).state is COMPLETED
            found = await recovered(after)
            assert [str(each.id) for each in found] == ids[1:]
            assert [each.amount for each in found] == [Decimal("10"), Decimal("20")]
            with pytest.raises(WithdrawalsDisabled):
                await after.request("1")
            await grow_safe(after)
            paid = await after.request("3")
            await after.until(paid.id, COMPLETED)
            assert sum(await after.holdings(), Decimal("0")) == Decimal("160")
            assert await after.owed() == Decimal("190")
            taken = [await after.owed(Book.unexplained(each.id)) for each in found]
            assert taken == [Decimal("-10"), Decimal("-20")]
            reconciler = ingesting.treasury_reconciler(after.loop.database, after.loop.ledger)
            report = await reconciler.run()
            assert report.differences == (
                Unexplained(instrument=after.instrument, amount=Total.of([Decimal("-30")])),
            )

    async def story() -> None:
        bank, early = await before()
        name = str(make_url(database_settings.url).database)
        with empty_database(database_server, name) as copy:
            ids = await after_backup(bank, early)
            await restored(bank, copy, early, ids)

    asyncio.run(story())

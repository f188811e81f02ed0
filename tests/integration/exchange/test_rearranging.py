"""Pools on a real ledger: merged and split until nothing is left to do, while payments go on."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from cantata.bootstrap import ingesting
from cantata.exchange.model.journal import Book, BookKind
from cantata.exchange.model.withdrawals import FINAL, Withdrawal, WithdrawalKind, WithdrawalState
from cantata.exchange.repository import withdrawals
from cantata.exchange.repository.tables import ENTRIES, WITHDRAWALS
from cantata.exchange.service.care import PoolCare
from cantata.kernel.money import Decimal
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.exchange.bank import CLOCK, Bank, founded
from tests.integration.tokens.loop import looping

ROUNDS_MAX = 30
ZERO = Decimal("0")


def care_of(bank: Bank) -> PoolCare:
    return PoolCare(bank.loop.database, bank.service, CLOCK)


async def moves(bank: Bank) -> list[Withdrawal]:
    """Give the transfers of the treasury to itself, the oldest first."""
    async with bank.loop.database.read() as session:
        rows = await session.all(
            select(WITHDRAWALS)
            .where(WITHDRAWALS.c.kind == WithdrawalKind.SELF.value)
            .order_by(WITHDRAWALS.c.created_at)
        )
    return [withdrawals.withdrawal_of(row) for row in rows]


async def settle(bank: Bank) -> int:
    """Care until there is nothing to do; give the number of rounds."""
    for rounds in range(ROUNDS_MAX):
        if not await care_of(bank).run():
            return rounds
        await ended(bank)
    raise AssertionError("it never ends")


async def ended(bank: Bank) -> None:
    async def all_are() -> bool:
        return all(each.state in FINAL for each in await moves(bank))

    await bank.loop.until(all_are)


async def inputs_used(bank: Bank) -> list[int]:
    """Give how many holdings each movement out of the treasury, or within it, took."""
    async with bank.loop.database.read() as session:
        rows = await session.all(select(ENTRIES.c.content).where(ENTRIES.c.kind != "TRANSFER_IN"))
    return [len(row.content["archived"]) for row in rows]


async def assert_reconciled(bank: Bank) -> None:
    report = await ingesting.treasury_reconciler(bank.loop.database, bank.loop.ledger).run()
    assert report.is_clean, report.differences


def test_a_pool_is_filled_and_dust_is_gone(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop:
            rules = {"pool_amount": Decimal("100"), "dust_below": Decimal("1"), "inputs_max": 5}
            bank = await founded(loop, pool_size=4, **rules)
            await bank.deposit("0.3", 12)
            await bank.deposit("1000")
            assert await settle(bank) <= 4
            found = await moves(bank)
            assert {each.state for each in found} == {WithdrawalState.COMPLETED}
            assert {each.receiver for each in found} == {bank.treasury}
            held = await bank.holdings()
            assert sum(held, ZERO) == Decimal("1003.6")
            assert len([amount for amount in held if amount >= Decimal("100")]) == 4
            assert min(held) >= Decimal("1")
            assert await bank.owed() == Decimal("1003.6")
            assert await bank.owed(Book(BookKind.LOSSES)) == ZERO
            assert await bank.reserved() == 0
            assert max(await inputs_used(bank)) <= 5
            await assert_reconciled(bank)

    asyncio.run(story())


def test_care_and_payments_go_on_together(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    """Of two workers' worth of care and many payments, none waits for ever and none is lost."""

    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop:
            rules = {"pool_amount": Decimal("50"), "dust_below": Decimal("1"), "inputs_max": 6}
            bank = await founded(loop, pool_size=4, **rules)
            await bank.consent(bank.wallet)
            await bank.deposit("0.4", 10)
            await bank.deposit("300", 2)
            asked: list[Withdrawal] = []
            for _ in range(4):
                both = asyncio.gather(care_of(bank).run(), care_of(bank).run())
                asked += await asyncio.gather(*(bank.request("7") for _ in range(3)))
                assert 0 in await both, "two looked at the same pool"
            for each in asked:
                await bank.until(each.id, WithdrawalState.COMPLETED)
            await ended(bank)
            await settle(bank)
            assert {each.state for each in await moves(bank)} == {WithdrawalState.COMPLETED}
            assert await bank.owed() == Decimal("604") - Decimal("84")
            assert sum(await bank.holdings(), ZERO) == Decimal("520")
            assert await bank.reserved() == 0
            await bank.check()
            await assert_reconciled(bank)

    asyncio.run(story())


def test_only_dust_is_merged_first_and_then_pays(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop:
            bank = await founded(loop, pool_size=8, inputs_max=4)
            await bank.consent(bank.wallet)
            await bank.deposit("1", 11)
            assert await care_of(bank).run() == 0, "so few are no crowd"
            payment = await bank.request("9")
            await asyncio.sleep(0.2)
            assert (await bank.look(payment.id)).state is WithdrawalState.REQUESTED
            assert await settle(bank) >= 1
            await bank.until(payment.id, WithdrawalState.COMPLETED)
            assert sum(await bank.holdings(), ZERO) == Decimal("2") == await bank.owed()
            assert max(await inputs_used(bank)) <= 4
            await assert_reconciled(bank)

    asyncio.run(story())

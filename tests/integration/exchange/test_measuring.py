"""What operators look at: gauges that follow the database, and nothing that has ended in them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import text

from cantata.exchange.history.model import Lock
from cantata.exchange.model.decisions import By
from cantata.exchange.model.treasury import RECORD_TTL_MAX, Policy
from cantata.exchange.model.withdrawals import WithdrawalKind
from cantata.exchange.policy.withdrawals import SKEW
from cantata.exchange.repository import listings, treasuries, withdrawals
from cantata.exchange.service.measuring import FRESH, Measuring
from cantata.exchange.service.operations import Operations
from cantata.exchange.service.pool import take
from cantata.exchange.service.withdrawals import Withdrawals
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import ManualClock, RelTime
from cantata.observability.metrics import REGISTRY
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from tests.integration.exchange.test_pool import ADMIN, AT, LISTED, TREASURY, holding, holding_all


class Nobody:
    def remembers(self, party: PartyId) -> bool:
        return False

    async def knows(self, party: PartyId) -> bool:
        return False


def gauge(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"treasury": str(TREASURY), **labels})


def holdings(sort: str) -> float | None:
    return gauge("cantata_treasury_holdings", instrument=f"{ADMIN}/GOLD", sort=sort)


async def ask(database: Database, amount: str, *, early: int) -> None:
    """A withdrawal that was asked for some minutes ago."""
    clock = ManualClock(AT + RelTime.of(minutes=-early))
    async with database.write() as session:
        draft = Withdrawals(Nobody(), clock)._draft(
            WithdrawalKind.PAYMENT, TREASURY, LISTED, Decimal(amount), clock.now()
        )
        await withdrawals.add(session, draft)


def test_gauges_follow_the_database(database_settings: DatabaseSettings) -> None:
    held = [holding(n, amount) for n, amount in enumerate(["0.2", "50", "100", "300"])]
    locked = holding(9, "500", lock=Lock(holders=(ADMIN,)))
    clock = ManualClock(AT)

    async def story() -> None:
        async with holding_all(database_settings, [*held, locked]) as database:
            measuring = Measuring(database, clock)
            await ask(database, "1", early=3)
            await ask(database, "2", early=2)
            async with database.write() as session:
                await take(session, TREASURY, LISTED, Decimal("50"), uuid4(), AT)
            await measuring.measure()
            assert [holdings(sort) for sort in ("all", "locked", "reserved", "large", "dust")] == [
                *(5, 1, 1, 2, 1),
            ]
            missing = gauge("cantata_treasury_pool_missing", instrument=f"{ADMIN}/GOLD")
            assert missing == LISTED.policy.pool_size - 2
            waiting = "cantata_exchange_withdrawals"
            assert gauge(waiting, state="requested") == 2
            assert gauge(f"{waiting}_oldest_seconds", state="requested") == 180
            assert gauge("cantata_treasury_paying") == 1
            assert gauge("cantata_exchange_unrecognised") == 0
            async with database.write() as session:
                await treasuries.allow(session, TREASURY, withdrawals=False)
                await session.run(text("UPDATE exchange_withdrawals SET state = 'failed'"))
            await measuring.measure()
            assert gauge(waiting, state="requested") == 2, "it is too early to look again"
            clock.advance(FRESH)
            await measuring.measure()
            assert gauge(waiting, state="requested") is None
            assert gauge("cantata_treasury_paying") == 0

    asyncio.run(story())


def test_without_the_database_the_gauges_stay(database_settings: DatabaseSettings) -> None:
    gone = replace(database_settings, url="postgresql://nobody@127.0.0.1:9/none")

    async def story() -> None:
        async with Database(gone) as database:
            await Measuring(database, ManualClock(AT)).measure()

    before = REGISTRY.get_sample_value("cantata_treasury_differences")
    asyncio.run(story())
    assert REGISTRY.get_sample_value("cantata_treasury_differences") == before


def test_after_a_restore_the_longest_payment_is_waited_for(
    database_settings: DatabaseSettings,
) -> None:
    by = By(actor="olga", reason="the disk died")
    clock = ManualClock(AT)

    async def story() -> None:
        async with holding_all(database_settings, []) as database:
            operations = Operations(clock)
            async with database.write() as session:
                first = await operations.restored(session, by)
            assert first == AT + LISTED.policy.record_ttl + SKEW
            patient = Policy(record_ttl=RECORD_TTL_MAX + RECORD_TTL_MAX)
            async with database.write() as session:
                await listings.save(session, replace(LISTED, policy=patient))
                second = await operations.restored(session, by)
                third = await operations.restored(session, by, RelTime.of(minutes=1))
            assert second == AT + RECORD_TTL_MAX + SKEW
            assert third < first
            async with database.read() as session:
                found = await treasuries.find(session, TREASURY)
                audited = await session.all(text("SELECT action, details FROM audit ORDER BY 1"))
            assert found is not None
            assert found.safe_after == second
            assert {row.action for row in audited} == {"exchange.restored"}
            assert audited[0].details["safe_after"] == str(first)

    asyncio.run(story())

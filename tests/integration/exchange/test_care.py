"""The pools of treasuries are cared for: what is asked for, once, beside payments that go on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import select

from cantata.exchange.model.treasury import ListedInstrument, Policy
from cantata.exchange.model.withdrawals import Withdrawal, WithdrawalKind, WithdrawalState
from cantata.exchange.repository import listings, pool, treasuries, withdrawals
from cantata.exchange.repository.tables import WITHDRAWALS
from cantata.exchange.service.care import PoolCare
from cantata.exchange.service.pool import take
from cantata.exchange.service.withdrawals import Withdrawals
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.repository import selection
from tests.integration.exchange.test_pool import AT, LISTED, TREASURY, holding, holding_all


class Still:
    """A clock that stands still, and nobody who is paid."""

    def now(self) -> Timestamp:
        return AT

    def monotonic_ns(self) -> int:
        return 0

    def remembers(self, party: PartyId) -> bool:
        return False

    async def knows(self, party: PartyId) -> bool:
        return False


def care_of(database: Database) -> PoolCare:
    still = Still()
    return PoolCare(database, Withdrawals(still, still), still)


async def asked(database: Database) -> list[tuple[Withdrawal, Sequence[str]]]:
    async with database.read() as session:
        rows = await session.all(select(WITHDRAWALS).order_by(WITHDRAWALS.c.amount))
        found = map(withdrawals.withdrawal_of, rows)
        return [(each, await withdrawals.inputs(session, each.id)) for each in found]


def test_what_a_pool_needs_is_asked_for_once(database_settings: DatabaseSettings) -> None:
    amounts = ["0.40", "0.30", "0.50", "1000.01", "250"]
    held = [holding(n, amount) for n, amount in enumerate(amounts)]

    async def story() -> None:
        async with holding_all(database_settings, held) as database:
            care = care_of(database)
            counts = await asyncio.gather(care.run(), care_of(database).run())
            assert sorted(counts) == [0, 3]
            found = await asked(database)
            assert [(str(w.amount), len(inputs)) for w, inputs in found] == [
                ("1.2", 3),
                ("125.0", 1),
                ("500.0", 1),
            ]
            assert {w.kind for w, _ in found} == {WithdrawalKind.SELF}
            assert {w.receiver for w, _ in found} == {TREASURY}
            assert {w.state for w, _ in found} == {WithdrawalState.REQUESTED}
            assert {w.dead_after for w, _ in found} == {AT + LISTED.policy.record_ttl}
            assert await care.run() == 0, "what is under way is waited for"

    asyncio.run(story())


def test_nothing_is_done_where_nothing_may_be_paid(database_settings: DatabaseSettings) -> None:
    held = [holding(n, "0.1") for n in range(5)]

    async def story() -> None:
        async with holding_all(database_settings, held) as database:
            async with database.write() as session:
                await treasuries.allow(session, TREASURY, withdrawals=False)
            assert await care_of(database).run() == 0
            async with database.write() as session:
                await treasuries.allow(session, TREASURY, withdrawals=True)
                await treasuries.secure(session, AT)
                await treasuries.secure(session, AT + RelTime.of(minutes=-1))
            assert await care_of(database).run() == 0, "no later record time was ingested"
            async with database.read() as session:
                found = await treasuries.find(session, TREASURY)
            assert found is not None
            assert found.safe_after == AT

    asyncio.run(story())


def test_a_payment_of_many_small_ones_has_some_merged(
    database_settings: DatabaseSettings,
) -> None:
    held = [holding(n, "5") for n in range(14)]
    policy = Policy(pool_size=8, inputs_max=10)
    listed: ListedInstrument = replace(LISTED, policy=policy)

    async def story() -> None:
        async with holding_all(database_settings, held) as database:
            async with database.write() as session:
                await listings.save(session, listed)
            care = care_of(database)
            assert await care.run() == 0
            payment = await waiting(database, "60")
            async with database.read() as session:
                assert await pool.needed(session, TREASURY, listed, AT) == payment.amount
            assert await care.run() == 1
            [merge] = [each for each in await asked(database) if each[0].id != payment.id]
            assert (str(merge[0].amount), len(merge[1])) == ("50.0", 10)

    asyncio.run(story())


async def waiting(database: Database, amount: str) -> Withdrawal:
    """A payment that found no inputs."""
    async with database.write() as session:
        still = Still()
        draft = Withdrawals(still, still)._draft(
            WithdrawalKind.PAYMENT, TREASURY, LISTED, Decimal(amount), AT
        )
        await withdrawals.add(session, draft)
    return draft


def test_payments_and_care_never_share(database_settings: DatabaseSettings) -> None:
    held = [holding(n, amount) for n, amount in enumerate(["0.5"] * 40 + ["150"] * 3)]

    async def story() -> None:
        async with holding_all(database_settings, held) as database:

            async def pay() -> set[str]:
                try:
                    async with database.write() as session:
                        coins = await take(session, TREASURY, LISTED, Decimal("100"), uuid4(), AT)
                        return {coin.contract_id for coin in coins}
                except Exception:  # noqa: BLE001 - whatever is refused took nothing
                    return set()

            *paid, first, second = await asyncio.gather(
                *(pay() for _ in range(6)), care_of(database).run(), care_of(database).run()
            )
            moved = [cid for _, inputs in await asked(database) for cid in inputs]
            taken = [cid for each in paid if isinstance(each, set) for cid in each]
            assert len(moved) + len(taken) == len({*moved, *taken})
            assert 0 in (first, second)
            async with database.write() as session:
                for cid in (*moved, *taken):
                    assert await selection.is_reserved(session, cid)

    asyncio.run(story())

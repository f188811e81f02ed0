"""The free holdings of a treasury in the database: what is read, locked and reserved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from cantata.automation.errors import NotNow
from cantata.exchange.history.model import Changes, Holding, Instrument, Lock
from cantata.exchange.model.treasury import (
    SIGNED_BY_PARTICIPANT,
    ZERO,
    ListedInstrument,
    Listing,
    Policy,
    Registry,
    Treasury,
)
from cantata.exchange.policy.inputs import inputs_max, large_from
from cantata.exchange.policy.pool import Purpose, Shelf, plan, smallest_read, total_of
from cantata.exchange.refusals import HoldingsBusy
from cantata.exchange.repository import history, listings, pool, treasuries
from cantata.exchange.service.pool import take
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.storage.database import Database
from cantata.storage.session import WriteSession
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.errors import InsufficientFunds
from cantata.tokens.model import InstrumentId
from cantata.tokens.payments import Coin
from cantata.tokens.repository import selection

AT = Timestamp.parse("2026-01-01T00:00:00Z")
ADMIN = PartyId("admin::1220" + "cd" * 32)
TREASURY = PartyId("treasury::1220" + "ab" * 32)
LISTED = ListedInstrument(
    id=InstrumentId(ADMIN, "GOLD"),
    symbol="GOLD",
    decimals=2,
    packages=("gold",),
    listing=Listing.OPEN,
    policy=Policy(pool_size=4, pool_amount=Decimal("100"), dust_below=Decimal("1"), inputs_max=10),
    listed_at=AT,
)
MANY = 100_000


def holding(number: int, amount: str, **other: object) -> Holding:
    plain = Holding(
        contract_id=f"00{number:064x}",
        instrument=Instrument(ADMIN, "GOLD"),
        owner=TREASURY,
        amount=Decimal(amount),
        lock=None,
        created_at=AT,
        template_id="0:M:T",
        package_name="gold",
        admin_signed=True,
    )
    return replace(plain, **other)  # type: ignore[arg-type] # fields are checked by the class


@asynccontextmanager
async def holding_all(
    settings: DatabaseSettings, holdings: Sequence[Holding]
) -> AsyncIterator[Database]:
    """A database in which a treasury has these holdings."""
    async with Database(settings) as database:
        async with database.write() as session:
            await treasuries.add(session, _treasury())
            registry = Registry(admin=ADMIN, url="http://x", checked_at=AT, info={})
            await listings.save_registry(session, registry)
            await listings.save(session, LISTED)
            await history.add_changes(session, TREASURY, Changes(created=tuple(holdings)), 1)
        yield database


def _treasury() -> Treasury:
    return Treasury(
        party=TREASURY,
        name="main",
        signer=SIGNED_BY_PARTICIPANT,
        withdrawals_enabled=True,
        safe_after=None,
        from_offset=0,
        created_at=AT,
    )


async def took(database: Database, amount: str, payment: UUID) -> tuple[Coin, ...]:
    async with database.write() as session:
        return await take(session, TREASURY, LISTED, Decimal(amount), payment, AT)


def test_only_what_counts_and_is_free_is_chosen(database_settings: DatabaseSettings) -> None:
    forever = Lock(holders=(ADMIN,))
    until = Lock(holders=(ADMIN,), expires_at=AT + RelTime.of(minutes=1))
    usable = holding(1, "7", lock=until)
    others = [
        holding(2, "7", lock=forever),
        holding(3, "7", admin_signed=False),
        holding(4, "7", views_agree=False),
        holding(5, "7", package_name="lead"),
        holding(6, "7", instrument=Instrument(ADMIN, "SILVER")),
    ]

    async def story() -> None:
        async with holding_all(database_settings, [usable, *others]) as database:
            with pytest.raises(InsufficientFunds) as refused:
                await took(database, "7", uuid4())
            assert refused.value.free == ZERO
            async with database.write() as session:
                later = until.expires_at or AT
                chosen = await take(session, TREASURY, LISTED, Decimal("7"), uuid4(), later)
                assert [coin.contract_id for coin in chosen] == [usable.contract_id]
                with pytest.raises(InsufficientFunds):
                    await take(session, TREASURY, LISTED, Decimal("7"), uuid4(), later)

    asyncio.run(story())


def test_an_exact_one_pays_else_few_with_small_ones(database_settings: DatabaseSettings) -> None:
    amounts = ["0.5", "2", "3", "4", "50", "120", "200", "1000"]
    held = [holding(n, amount) for n, amount in enumerate(amounts)]

    async def story() -> None:
        async with holding_all(database_settings, held) as database:

            async def paid_with(amount: str) -> list[str]:
                payment = uuid4()
                chosen = await took(database, amount, payment)
                async with database.write() as session:
                    await selection.release(session, payment)
                return [str(coin.amount) for coin in chosen]

            assert await paid_with("50") == ["50.0"]
            assert await paid_with("110") == ["120.0", "0.5", "2.0", "3.0", "4.0"]
            assert await paid_with("1100") == ["1000.0", "200.0", "0.5", "2.0", "3.0", "4.0"]
            with pytest.raises(InsufficientFunds):
                await paid_with("1379.51")

    asyncio.run(story())


def test_payments_at_the_same_time_never_share(database_settings: DatabaseSettings) -> None:
    held = [holding(n, "120") for n in range(20)]

    async def story() -> None:
        async with holding_all(database_settings, held) as database:
            payments = [uuid4() for _ in range(40)]
            answers = await asyncio.gather(
                *(took(database, "100", payment) for payment in payments), return_exceptions=True
            )
            chosen = [coin for each in answers if isinstance(each, tuple) for coin in each]
            refused = [each for each in answers if isinstance(each, Exception)]
            assert len(chosen) == len(set(chosen)) > 0
            assert {type(each) for each in refused} <= {InsufficientFunds, HoldingsBusy, NotNow}
            async with database.write() as session:
                left = await pool.free_total(session, TREASURY, LISTED, AT)
            assert left + total_of(chosen) == Decimal("2400")

    asyncio.run(story())


def test_the_shelf_is_what_a_plan_has_to_know(database_settings: DatabaseSettings) -> None:
    amounts = ["0.2", "0.3", *["5"] * 30, "99.99", "100", "150", "800", "1000"]
    held = [holding(n, amount) for n, amount in enumerate(amounts)]
    locked = holding(99, "5000", lock=Lock(holders=(ADMIN,)))

    async def story() -> None:
        async with holding_all(database_settings, [*held, locked]) as database:
            await took(database, "1000", uuid4())
            async with database.read() as session:
                found = await pool.shelf(session, TREASURY, LISTED, AT, is_waited_for=True)
            falling = [str(Decimal(amount)) for amount in reversed(amounts) if amount != "1000"]
            assert found.pool == 4
            assert _shown(found.largest) == ["800.0", "150.0", "100.0"]
            assert _shown(found.payers) == falling[:10]
            assert _shown(found.middling) == falling[3:13]
            assert _shown(found.smallest) == falling[::-1][: smallest_read(LISTED.policy)]

    asyncio.run(story())


def _shown(coins: Sequence[Coin]) -> list[str]:
    return [str(coin.amount) for coin in coins]


def test_few_rows_of_many_are_read(database_settings: DatabaseSettings) -> None:
    """Of 100,000 holdings a plan and a payment look at what they need, in the index' order."""

    async def story() -> None:
        async with holding_all(database_settings, []) as database:
            async with database.write() as session:
                await _fill(session)
            for amount in ("0.5", "123.45", "3000"):
                async with database.write() as session:
                    before = await _touched(session)
                    await pool.candidates(session, TREASURY, LISTED, Decimal(amount), AT)
                    assert await _touched(session) - before <= 200
            async with database.write() as session:
                before = await _touched(session)
                shelf: Shelf = await pool.shelf(session, TREASURY, LISTED, AT, is_waited_for=True)
                most = 2 * smallest_read(LISTED.policy) + 4 * inputs_max(LISTED.policy)
                assert await _touched(session) - before <= most + 4 * LISTED.policy.pool_size + 200
            moves = plan(shelf, LISTED.policy, LISTED.decimals)
            assert {move.purpose for move in moves} == {Purpose.CROWD, Purpose.DUST}
            assert shelf.pool == LISTED.policy.pool_size
            assert large_from(LISTED.policy) == Decimal("100")

    asyncio.run(story())


async def _fill(session: WriteSession) -> None:
    """Make as many holdings as fit no plan, a thousand of them reserved."""
    await session.run(
        text(
            "INSERT INTO exchange_holdings (contract_id, treasury, admin, instrument, amount,"
            " template_id, package_name, admin_signed, views_agree, created_offset)"
            " SELECT '00' || lpad(to_hex(n), 64, '0'), :treasury, :admin, 'GOLD', n * 0.01,"
            " '0:M:T', 'gold', true, true, 1 FROM generate_series(1, :many) AS n"
        ),
        {"treasury": TREASURY, "admin": ADMIN, "many": MANY},
    )
    await session.run(
        text(
            "INSERT INTO reservations (contract_id, intent_id)"
            " SELECT contract_id, gen_random_uuid() FROM exchange_holdings"
            " WHERE (created_offset + amount * 100)::int % 100 = 0"
        )
    )
    await session.run(text("ANALYZE exchange_holdings"))
    await session.run(text("ANALYZE reservations"))


async def _touched(session: WriteSession) -> int:
    """Count the holdings that this transaction has read; reservations are few, or looked up."""
    counted = await session.scalar(
        text(
            "SELECT sum(pg_stat_get_xact_tuples_returned(c.oid)"
            " + pg_stat_get_xact_tuples_fetched(c.oid)) FROM pg_class AS c"
            " WHERE c.relname IN ('exchange_holdings', 'ix_exchange_holdings_active')"
        )
    )
    return int(counted)

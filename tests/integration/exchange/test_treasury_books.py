"""What a treasury's history does to the books: whose each gain is, and what nobody may be given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from cantata.automation.model import Failure
from cantata.exchange.history.model import IMPORTED_AT
from cantata.exchange.model.customers import AccountState, CustomerAccount
from cantata.exchange.model.deposits import Deposit, DepositState
from cantata.exchange.model.journal import Book, BookKind
from cantata.exchange.model.treasury import (
    SIGNED_BY_PARTICIPANT,
    ListedInstrument,
    Listing,
    Policy,
    Registry,
    Treasury,
)
from cantata.exchange.policy.memos import new_memo
from cantata.exchange.projection.books import Books
from cantata.exchange.projection.deposits import Deposits
from cantata.exchange.projection.treasury import TreasuryHistory
from cantata.exchange.projection.withdrawals import Withdrawals
from cantata.exchange.repository import (
    customers,
    deposits,
    history,
    journal,
    listings,
    measures,
    treasuries,
)
from cantata.exchange.repository.tables import DEPOSITS, ENTRIES, WITHDRAWALS
from cantata.exchange.service import accepting
from cantata.exchange.service.measuring import Measuring
from cantata.ingestion.batching import batch_of
from cantata.ingestion.model import Cursor
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import ManualClock
from cantata.kernel.totals import Total
from cantata.ledger.model.events import Event
from cantata.ledger.model.updates import Transaction
from cantata.observability.metrics import REGISTRY
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId
from tests.integration.exchange.bank import alarms
from tests.unit.exchange.history.build import (
    ADMIN,
    BOB,
    CAROL,
    EUR,
    ME,
    NOW,
    archived,
    completed,
    exercised,
    held,
    instructed,
    leg,
    logged,
    meta,
    offered,
    stepped,
    transfer,
    update,
)

TREASURY = PartyId(ME)
OFFER = "00" + "ab" * 32
GOODS = {name: InstrumentId(PartyId(ADMIN), name) for name in ("USD", "EUR")}


@dataclass(frozen=True)
class Ledger:
    """A treasury whose history a test makes up, and one customer of it."""

    database: Database
    account: CustomerAccount

    @property
    def memo(self) -> str:
        return self.account.memo

    async def ingest(self, *updates: Transaction, is_snapshot: bool = False) -> None:
        """Have the treasury's history go on, as ingestion does, twice: nothing may happen twice."""
        clock, batch = ManualClock(NOW), batch_of(Cursor(), updates)
        for _ in range(2):
            observer = TreasuryHistory([Books([Deposits(clock), Withdrawals(clock)])])
            async with self.database.write() as session:
                await observer.observe(session, replace(batch, is_snapshot=is_snapshot))
        await self._check()

    async def owed(self, book: Book | None = None, name: str = "USD") -> Total:
        mine = book or Book.customer(self.account.id)
        async with self.database.read() as session:
            return -await journal.balance(session, mine, GOODS[name])

    async def held(self) -> set[str]:
        async with self.database.read() as session:
            found = await history.holdings(session, TREASURY, 1_000)
        return {each.contract_id for each in found}

    async def deposits(self) -> list[Deposit]:
        async with self.database.read() as session:
            found = [await deposits.in_state(session, state) for state in DepositState]
        return sorted((d for each in found for d in each), key=lambda each: each.node_id)

    async def unrecognised(self) -> int:
        async with self.database.read() as session:
            return (await measures.unrecognised(session)).get(TREASURY, 0)

    async def moved(self) -> int:
        """Count the deposits and withdrawals that were written down."""
        async with self.database.read() as session:
            counts = [
                await session.scalar(select(func.count()).select_from(table))
                for table in (DEPOSITS, WITHDRAWALS)
            ]
        return sum(map(int, counts))

    async def _check(self) -> None:
        """The treasury's book is the sum of what it holds, and everything adds up to zero."""
        async with self.database.read() as session:
            totals = await history.totals(session, TREASURY)
            booked = await journal.balances(session, Book.treasury(TREASURY))
            sums = await journal.totals(session)
        zero = Decimal("0")
        assert booked == {name: amount for name, amount in totals.items() if amount != zero}
        assert sum(sums.values(), zero) == zero


@asynccontextmanager
async def founded(settings: DatabaseSettings) -> AsyncIterator[Ledger]:
    account = CustomerAccount(
        id=uuid4(),
        reference="c-1",
        memo=new_memo(),
        treasury=TREASURY,
        state=AccountState.OPEN,
        created_at=NOW,
    )
    registry = Registry(admin=PartyId(ADMIN), url="http://x", checked_at=NOW, info={})
    async with Database(settings) as database:
        async with database.write() as session:
            await treasuries.add(session, _treasury())
            await listings.save_registry(session, registry)
            for instrument in GOODS.values():
                await listings.save(session, _listed(instrument))
            assert await customers.add(session, account)
        yield Ledger(database, account)


def _listed(instrument: InstrumentId) -> ListedInstrument:
    return ListedInstrument(
        id=instrument,
        symbol=instrument.id,
        decimals=10,
        packages=("tokens",),
        listing=Listing.OPEN,
        policy=Policy(),
        listed_at=NOW,
    )


def _treasury() -> Treasury:
    return Treasury(
        party=TREASURY,
        name="main",
        signer=SIGNED_BY_PARTICIPANT,
        withdrawals_enabled=True,
        safe_after=None,
        from_offset=0,
        created_at=NOW,
    )


def test_an_offer_credits_nobody_until_it_is_accepted(database_settings: DatabaseSettings) -> None:
    async def story() -> None:
        async with founded(database_settings) as ledger:
            wanted = transfer(BOB, ME, "1000.0", ledger.memo)
            await ledger.ingest(update(offered(0, OFFER, wanted)))
            (waiting,) = await ledger.deposits()
            assert (waiting.state, waiting.amount) == (DepositState.OFFERED, Decimal("1000"))
            assert str(waiting.execute_before) == "2026-06-02T12:00:00Z"
            assert waiting.memo == ledger.memo
            assert await ledger.owed() == Decimal("0")
            accepted = stepped(0, 3, "Accept", OFFER, completed())
            passing = (held(1, "passing", "1000.0"), archived(2, "passing"))
            await ledger.ingest(update(accepted, *passing, held(3, "mine", "1000.0"), offset=2))
            (credited,) = await ledger.deposits()
            assert credited.state is DepositState.CREDITED
            assert await ledger.owed() == Decimal("1000")
            assert await ledger.held() == {"mine"}

    asyncio.run(story())


def test_several_deposits_of_one_transaction_are_credited_each(
    database_settings: DatabaseSettings,
) -> None:
    async def story() -> None:
        async with founded(database_settings) as ledger:
            direct = {"meta": meta(tx_kind="transfer", sender=BOB, reason=ledger.memo)}
            nameless = {"meta": meta(tx_kind="transfer", sender=CAROL)}
            offer = transfer(CAROL, ME, "7.0", ledger.memo, of=EUR)
            await ledger.ingest(update(offered(0, OFFER, offer)))
            mixed = update(
                exercised(0, 6, "Batch"),
                exercised(1, 2, "Send", result=direct),
                held(2, "one", "1.0"),
                exercised(3, 4, "Send", result=nameless, actors=(CAROL,)),
                held(4, "two", "2.0"),
                stepped(5, 6, "Accept", OFFER, completed()),
                held(6, "eur", "7.0", of=EUR),
                offset=2,
            )
            await ledger.ingest(mixed)
            told = [
                (d.node_id, d.amount.to_wire(), d.instrument.id, d.state)
                for d in await ledger.deposits()
            ]
            assert told == [
                (1, "1.0000000000", "USD", DepositState.CREDITED),
                (3, "2.0000000000", "USD", DepositState.SUSPENSE),
                (5, "7.0000000000", "EUR", DepositState.CREDITED),
            ]
            assert await ledger.owed() == Decimal("1")
            assert await ledger.owed(name="EUR") == Decimal("7")
            assert await ledger.owed(Book(BookKind.SUSPENSE)) == Decimal("2")

    asyncio.run(story())


def test_what_both_versions_tell_is_credited_once(database_settings: DatabaseSettings) -> None:
    async def story() -> None:
        async with founded(database_settings) as ledger:
            wanted = transfer(BOB, ME, "5.0", ledger.memo)
            told = leg("ReceiverSide", BOB, "5.0", ledger.memo)
            factory = instructed(0, 2, wanted, completed())
            await ledger.ingest(
                update(factory, held(1, "mine", "5.0"), logged(2, [], ["mine"], told))
            )
            assert len(await ledger.deposits()) == 1
            assert await ledger.owed() == Decimal("5")

    asyncio.run(story())


@pytest.mark.parametrize(
    "kind, events, book, amount",
    [
        ("mint", [held(1, "new", "5.0")], BookKind.INCOME, "5"),
        ("burn", [archived(1, "old")], BookKind.LOSSES, "-9"),
        ("expire-dust", [archived(1, "old")], BookKind.LOSSES, "-9"),
        ("merge-split", [archived(1, "old"), held(2, "new", "9.0")], BookKind.UNEXPLAINED, "0"),
    ],
)
def test_what_is_no_transfer_is_no_customers(
    database_settings: DatabaseSettings,
    kind: str,
    events: Sequence[Event],
    book: BookKind,
    amount: str,
) -> None:
    """Not even where the memo is a customer's."""

    async def story() -> None:
        async with founded(database_settings) as ledger:
            await ledger.ingest(update(held(0, "old", "9.0"), at=IMPORTED_AT))
            said = {"meta": meta(tx_kind=kind, reason=ledger.memo, burned="9.0")}
            last = len(events)
            await ledger.ingest(update(exercised(0, last, "Do", result=said), *events, offset=2))
            assert await ledger.owed(Book(book)) == Decimal(amount)
            assert await ledger.owed(Book(BookKind.UNEXPLAINED)) == Decimal("0")
            assert await ledger.owed() == Decimal("0")
            assert await ledger.moved() == 0

    asyncio.run(story())


def test_what_nobody_knows_is_told_and_counted(database_settings: DatabaseSettings) -> None:
    """The holdings are right, an alarm sounds for what they lost, and ingestion goes on."""

    async def story() -> None:
        async with founded(database_settings) as ledger:
            await ledger.ingest(update(held(0, "old", "5.0"), at=IMPORTED_AT))
            before = alarms("holdings_unexplained")
            said = {"meta": meta(tx_kind="teleport", reason=ledger.memo)}
            news = (exercised(0, 2, "New", result=said), archived(1, "old"), held(2, "new", "4.0"))
            await ledger.ingest(update(*news, offset=2))
            assert await ledger.held() == {"new"}
            assert await ledger.unrecognised() == 1
            await Measuring(ledger.database, ManualClock(NOW)).measure()
            assert gauge("cantata_exchange_unrecognised") == 1
            assert alarms("holdings_unexplained") > before
            assert await ledger.owed(Book(BookKind.UNEXPLAINED)) == Decimal("-1")
            direct = {"meta": meta(tx_kind="transfer", sender=BOB, reason=ledger.memo)}
            later = (exercised(0, 1, "Send", result=direct), held(1, "more", "3.0"))
            await ledger.ingest(update(*later, offset=3))
            assert await ledger.owed() == Decimal("3")

    asyncio.run(story())


@pytest.mark.parametrize("is_pruned", [False, True])
def test_imported_contracts_are_what_the_treasury_opens_with(
    database_settings: DatabaseSettings, *, is_pruned: bool
) -> None:
    """So are those that a pruned ledger still has, whose history is gone."""

    async def story() -> None:
        async with founded(database_settings) as ledger:
            direct = {"meta": meta(tx_kind="transfer", sender=BOB, reason=ledger.memo)}
            events = (exercised(0, 1, "Send", result=direct), held(1, "mine", "5.0"))
            moment = NOW if is_pruned else IMPORTED_AT
            await ledger.ingest(update(*events, at=moment), is_snapshot=is_pruned)
            assert await ledger.held() == {"mine"}
            assert await ledger.owed(Book(BookKind.OPENING)) == Decimal("5")
            assert await ledger.owed() == Decimal("0")
            assert await ledger.moved() == 0
            async with ledger.database.read() as session:
                entries = await session.scalar(select(func.count()).select_from(ENTRIES))
            assert entries == 0

    asyncio.run(story())


def test_an_offer_that_keeps_failing_is_told_and_counted(
    database_settings: DatabaseSettings,
) -> None:
    refused = Failure(code="DAML_FAILURE", message="paused", hint="")

    async def story() -> None:
        async with founded(database_settings) as ledger:
            await ledger.ingest(update(offered(0, OFFER, transfer(BOB, ME, "5.0", ledger.memo))))
            nameless = {"meta": meta(tx_kind="transfer", sender=BOB)}
            direct = (exercised(0, 1, "Send", result=nameless), held(1, "mine", "5.0"))
            await ledger.ingest(update(*direct, offset=2))
            (waiting,) = [d for d in await ledger.deposits() if d.state is DepositState.OFFERED]
            assert waiting.intent is not None
            before = alarms("deposit_stuck")
            tries_max = Policy().accept_tries_max
            for number in range(1, tries_max + 1):
                assert alarms("deposit_stuck") == before, number
                async with ledger.database.write() as session:
                    await accepting.failed(session, waiting.id, waiting.intent, refused, NOW)
            assert alarms("deposit_stuck") == before + 1
            measuring = Measuring(ledger.database, ManualClock(NOW))
            await measuring.measure()
            for state in ("stuck", "suspense"):
                assert gauge("cantata_exchange_deposits", state=state) == 1, state
            assert gauge("cantata_exchange_deposits", state="offered") is None

    asyncio.run(story())


def gauge(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"treasury": ME, **labels})

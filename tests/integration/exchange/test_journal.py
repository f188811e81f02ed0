"""The journal: entries balance, are made once, and leave nobody with less than nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cantata.exchange.errors import BalanceTooLow
from cantata.exchange.model.journal import Book, BookKind, Entry, Occasion, Unbalanced, pair
from cantata.exchange.repository import journal
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId

AT = Timestamp.parse("2026-01-01T00:00:00Z")
ADMIN = PartyId("admin::1220" + "cd" * 32)
TREASURY = Book.treasury(PartyId("treasury::1220" + "ab" * 32))
ALICE, BOB = Book.customer(UUID(int=1)), Book.customer(UUID(int=2))
GOLD = InstrumentId(ADMIN, "GOLD")
_BOOKS = (TREASURY, ALICE, BOB, Book(BookKind.SUSPENSE), Book(BookKind.FEES))
OIL = InstrumentId(ADMIN, "OIL")


def entry(reference: str, debited: Book, credited: Book, amount: str) -> Entry:
    postings = pair(debited, credited, GOLD, Decimal(amount))
    return Entry(occasion=Occasion.RECEIVED, reference=reference, at=AT, postings=postings)


async def record(database: Database, *entries: Entry) -> int:
    async with database.write() as session:
        return await journal.record(session, entries)


def test_an_entry_must_balance_for_each_instrument() -> None:
    crossed = (
        *pair(TREASURY, ALICE, GOLD, Decimal("1")),
        *pair(TREASURY, ALICE, OIL, Decimal("1")),
    )
    Entry(occasion=Occasion.RECEIVED, reference="both", at=AT, postings=crossed)
    with pytest.raises(Unbalanced) as refused:
        Entry(occasion=Occasion.RECEIVED, reference="x", at=AT, postings=(crossed[0], crossed[3]))
    assert refused.value.rest in {Decimal("1"), Decimal("-1")}


def test_the_same_entry_is_made_once(database_settings: DatabaseSettings) -> None:
    async def story() -> None:
        async with Database(database_settings) as database:
            first = entry("a", TREASURY, ALICE, "10")
            assert await record(database, first) == 1
            assert await record(database, first, entry("b", TREASURY, BOB, "0.0000000001")) == 1
            async with database.read() as session:
                assert await journal.balance(session, ALICE, GOLD) == Decimal("-10")
                assert await journal.balances(session, BOB) == {GOLD: Decimal("-0.0000000001")}
                assert await journal.balance(session, BOB, OIL) == Decimal("0")
                totals = await journal.totals(session)
            assert totals[BookKind.TREASURY, GOLD] == Decimal("10.0000000001")

    asyncio.run(story())


def test_a_customer_cannot_spend_more_than_she_has(database_settings: DatabaseSettings) -> None:
    async def story() -> None:
        async with Database(database_settings) as database:
            await record(database, entry("in", TREASURY, ALICE, "10"))
            held = [Book.held(UUID(int=number)) for number in range(8)]
            outcomes = await asyncio.gather(
                *(record(database, entry(each.name, ALICE, each, "3")) for each in held),
                return_exceptions=True,
            )
            refused = [each for each in outcomes if isinstance(each, BalanceTooLow)]
            assert [each for each in outcomes if each == 1] == [1, 1, 1]
            assert len(refused) == 5
            assert refused[0].available == Decimal("1")
            async with database.read() as session:
                assert await journal.balance(session, ALICE, GOLD) == Decimal("-1")

    asyncio.run(story())


@given(
    steps=st.lists(
        st.tuples(
            st.integers(0, 6),
            st.sampled_from(_BOOKS),
            st.sampled_from(_BOOKS),
            st.integers(1, 10**12),
        ),
        max_size=12,
    )
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_balances_are_the_sum_of_what_was_made(
    database_settings: DatabaseSettings, steps: Sequence[tuple[int, Book, Book, int]]
) -> None:
    """Each reference counts once, a refused entry not at all, and everything adds up to zero."""

    async def story() -> None:
        async with Database(database_settings) as database:
            run = uuid4().hex
            books = {book: replace(book, name=f"{book.name}{run}") for book in _BOOKS}
            expected: dict[Book, Decimal] = {}
            made: set[int] = set()
            refusals: list[tuple[Book, Book]] = []
            for number, one, other, units in steps:
                debited, credited = books[one], books[other]
                amount = Decimal.from_units(units)
                try:
                    fresh = await record(
                        database, entry(f"{run}{number}", debited, credited, amount.to_wire())
                    )
                except BalanceTooLow as refused:
                    refusals.append((refused.book, debited))
                    assert number not in made
                    continue
                assert fresh == (number not in made)
                if fresh:
                    made.add(number)
                    for book, change in ((debited, amount), (credited, -amount)):
                        expected[book] = expected.get(book, Decimal("0")) + change
            async with database.read() as session:
                found = {book: await journal.balance(session, book, GOLD) for book in expected}
                totals = await journal.totals(session)
            assert found == expected
            assert all(refused == debited for refused, debited in refusals)
            assert sum(totals.values(), Decimal("0")) == Decimal("0")

    asyncio.run(story())

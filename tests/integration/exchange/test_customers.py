"""Accounts of customers: one for each reference, however often and by how many it is asked for."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from cantata.exchange.model.customers import AccountState, Balance, CustomerAccount
from cantata.exchange.model.journal import Book, BookKind, Entry, Occasion, pair
from cantata.exchange.model.treasury import SIGNED_BY_PARTICIPANT, Treasury
from cantata.exchange.objections import (
    CustomerRefused,
    CustomerUnknown,
    ReferenceTaken,
    TreasuryUnknown,
)
from cantata.exchange.policy.memos import named_by, new_memo, normal, shown
from cantata.exchange.repository import journal, treasuries
from cantata.exchange.service.customers import Customers, NewAccount, address_of
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import SystemClock, Timestamp
from cantata.kernel.totals import Total
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId
from tests.integration.exchange.house import BY

AT = Timestamp.parse("2026-01-01T00:00:00Z")
ADMIN = PartyId("admin::1220" + "cd" * 32)
TREASURY, SECOND = (PartyId(f"{name}::1220" + "ab" * 32) for name in ("one", "two"))
GOLD = InstrumentId(ADMIN, "GOLD")
SERVICE = Customers(SystemClock())


async def opened(
    database: Database, reference: str, treasury: PartyId = TREASURY, memo: str | None = None
) -> tuple[CustomerAccount, bool]:
    async with database.write() as session:
        wanted = NewAccount(reference=reference, treasury=treasury, memo=memo)
        return await SERVICE.open(session, wanted)


async def closed(database: Database, account: UUID, state: AccountState) -> CustomerAccount:
    async with database.write() as session:
        return await SERVICE.set_state(session, account, state, BY)


async def with_treasuries(database: Database) -> None:
    async with database.write() as session:
        for number, party in enumerate((TREASURY, SECOND)):
            treasury = Treasury(
                party=party,
                name=f"t{number}",
                signer=SIGNED_BY_PARTICIPANT,
                withdrawals_enabled=True,
                safe_after=None,
                from_offset=0,
                created_at=AT,
            )
            assert await treasuries.add(session, treasury)


def test_the_same_reference_is_the_same_account(database_settings: DatabaseSettings) -> None:
    async def story() -> None:
        async with Database(database_settings) as database:
            await with_treasuries(database)
            made = await asyncio.gather(*(opened(database, "c-1") for _ in range(6)))
            accounts = {account for account, _ in made}
            assert len(accounts) == 1
            assert [is_new for _, is_new in made].count(True) == 1
            (account,) = accounts
            assert normal(account.memo) == account.memo
            assert named_by(address_of(account)) == account.memo
            assert await opened(database, "c-1", memo=shown(account.memo)) == (account, False)
            with pytest.raises(ReferenceTaken):
                await opened(database, "c-1", treasury=SECOND)
            with pytest.raises(ReferenceTaken):
                await opened(database, "c-1", memo=new_memo())
            with pytest.raises(ReferenceTaken):
                await opened(database, "c-2", memo=account.memo)
            with pytest.raises(TreasuryUnknown):
                await opened(database, "c-3", treasury=ADMIN)
            known = new_memo()
            restored, _ = await opened(database, "c-4", memo=shown(known).lower())
            assert restored.memo == known
            async with database.read() as session:
                assert await SERVICE.page(session, "", 10) == (account, restored)
                assert await SERVICE.by_reference(session, "c-4") == restored
                for unknown in ("c-2", "", "a\0b", "x" * 10_000):
                    with pytest.raises(CustomerUnknown):
                        await SERVICE.by_reference(session, unknown)

    asyncio.run(story())


@pytest.mark.parametrize("reference", ["", " ", " c", "c ", "x" * 129, "a\0b", "a\nb", "a\u202eb"])
def test_what_is_no_reference(database_settings: DatabaseSettings, reference: str) -> None:
    async def story() -> None:
        async with Database(database_settings) as database:
            with pytest.raises(CustomerRefused):
                await opened(database, reference)
            with pytest.raises(CustomerRefused):
                await opened(database, "fine", memo="0123456789AC")

    asyncio.run(story())


def test_only_an_empty_account_is_closed(database_settings: DatabaseSettings) -> None:
    async def story() -> None:
        async with Database(database_settings) as database:
            await with_treasuries(database)
            account, _ = await opened(database, "c-1")
            mine, income = Book.customer(account.id), Book(BookKind.INCOME)
            for reference, debited, credited in (("in", income, mine), ("out", mine, income)):
                entry = Entry(
                    occasion=Occasion.RECEIVED,
                    reference=reference,
                    at=AT,
                    postings=pair(debited, credited, GOLD, Decimal("3")),
                )
                async with database.write() as session:
                    await journal.record(session, [entry])
                    balances = await SERVICE.balances(session, account)
                if reference == "in":
                    assert balances == {GOLD: Balance(Total.of([Decimal("3")]), Total())}
                    with pytest.raises(CustomerRefused):
                        await closed(database, account.id, AccountState.CLOSED)
                    blocked = await closed(database, account.id, AccountState.BLOCKED)
                    assert blocked.state is AccountState.BLOCKED
            assert balances == {}
            found = await closed(database, account.id, AccountState.CLOSED)
            assert found.state is AccountState.CLOSED
            with pytest.raises(CustomerUnknown):
                await closed(database, uuid4(), AccountState.CLOSED)

    asyncio.run(story())

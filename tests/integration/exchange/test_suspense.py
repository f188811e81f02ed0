"""Deposits in suspense: attributed or given back once, by whom and why is kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from cantata.bootstrap import connections
from cantata.exchange.model.customers import AccountState
from cantata.exchange.model.decisions import By
from cantata.exchange.model.deposits import Deposit, DepositState
from cantata.exchange.model.journal import Book, BookKind
from cantata.exchange.model.treasury import Listing
from cantata.exchange.model.withdrawals import Withdrawal
from cantata.exchange.objections import (
    CustomerUnknown,
    DepositNotThere,
    DepositUnknown,
    NotCreditable,
)
from cantata.exchange.policy.deposits import Reason
from cantata.exchange.refusals import NotRefundable
from cantata.exchange.repository import withdrawals
from cantata.exchange.repository.deposits import Filter
from cantata.exchange.service.deposits import Deposits, Refund
from cantata.exchange.service.listings import ListingChange, NewListing
from cantata.exchange.service.withdrawals import Withdrawals
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.storage.questions import asking
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId
from tests.api.process import Sandbox
from tests.integration.exchange.house import BY, CLOCK, PACKAGE, House, housing, treasury_opened
from tests.integration.exchange.test_listings import trail
from tests.integration.tokens.loop import Loop, looping


def desk_of(loop: Loop) -> Deposits:
    directory = connections.ParticipantDirectory(loop.ledger)
    return Deposits(Withdrawals(directory, CLOCK), CLOCK)


async def came_in(house: House, amount: str, memo: str) -> Deposit:
    """Give a deposit that came in one step."""
    before = {each.id for each in await house.all()}
    await house.pay(amount, memo)
    (found,) = [each for each in await house.all() if each.id not in before]
    return found


def test_support_attributes_once(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    """Two at the same time, for two customers: one wins, the other hears of it."""

    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop, housing(loop) as house:
            desk, database = desk_of(loop), loop.database
            await house.preapprove()
            lost = await came_in(house, "12.5", "no memo that I know")
            assert (lost.state, lost.reason) == (DepositState.SUSPENSE, Reason.NO_ACCOUNT.value)
            other = await house.opened()

            async def attribute(account: UUID, by: By = BY) -> Deposit:
                async with database.write() as session:
                    return await desk.attribute(session, lost.id, account, by)

            with pytest.raises(CustomerUnknown):
                await attribute(uuid4())
            outcomes = await asyncio.gather(
                attribute(house.account.id, replace(BY, reference="T-7")),
                attribute(other.id, replace(BY, reference="T-8")),
                return_exceptions=True,
            )
            (won,) = [each for each in outcomes if isinstance(each, Deposit)]
            (beaten,) = [each for each in outcomes if not isinstance(each, Deposit)]
            assert isinstance(beaten, DepositNotThere)
            assert (won.state, won.amount) == (DepositState.CREDITED, Decimal("12.5"))
            assert won.account is not None
            assert await attribute(won.account) == won
            assert await house.owed(Book.customer(won.account)) == Decimal("12.5")
            assert await house.owed(Book(BookKind.SUSPENSE)) == Decimal("0")
            (entry,) = [
                each
                for each in await trail(database)
                if each["action"] == "exchange.deposit.attributed"
            ]
            assert (entry["actor"], entry["subject"]) == (BY.actor, str(lost.id))
            details = entry["details"]
            assert details["account"] == str(won.account)
            assert (details["reason"], details["amount"]) == (BY.reason, "12.5000000000")
            assert details["reference"] in {"T-7", "T-8"}
            with pytest.raises(DepositUnknown):
                async with database.write() as session:
                    await desk.attribute(session, uuid4(), other.id, BY)
            blocked = await came_in(house, "1", "x")
            async with database.write() as session:
                await house.customers.set_state(session, other.id, AccountState.BLOCKED, BY)
            with pytest.raises(NotCreditable):
                async with database.write() as session:
                    await desk.attribute(session, blocked.id, other.id, BY)
            async with database.read() as reading:
                wanted = Filter(states=(DepositState.SUSPENSE,), treasury=house.treasury)
                assert await desk.page(reading, wanted, None, 10) == (blocked,)
                place = (blocked.record_time, blocked.id)
                assert await desk.page(reading, wanted, place, 10) == ()
            await house.check()

    asyncio.run(story())


def test_a_deposit_goes_back_to_its_sender(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop, housing(loop) as house:
            desk, database = desk_of(loop), loop.database
            await house.preapprove()
            lost = await came_in(house, "20", "")
            back = Refund(key="r-1", memo="sorry")

            async def refund() -> tuple[Withdrawal, bool]:
                async with database.write() as session:
                    return await desk.refund(session, lost.id, back, BY)

            made, is_new = await asking(refund)
            assert (is_new, made.receiver, made.amount) == (True, house.payer, Decimal("20"))
            assert (await refund())[1] is False
            with pytest.raises((DepositNotThere, NotRefundable)):
                async with database.write() as session:
                    await desk.attribute(session, lost.id, house.account.id, BY)

            async def is_offered() -> str | None:
                async with database.read() as session:
                    found = await withdrawals.find(session, made.id)
                return None if found is None else found.instruction

            offer = await loop.until(is_offered)
            await loop.do("tokens.accept", (house.payer,), offer=offer)
            (refunded,) = await house.all()
            assert refunded.state is DepositState.REFUNDED
            assert await house.owed(Book(BookKind.SUSPENSE)) == Decimal("0")
            assert [each["action"] for each in await trail(database)].count(
                "exchange.deposit.refunded"
            ) == 1
            await house.check()

    asyncio.run(story())


def test_what_was_not_listed_is_admitted_when_it_is(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop, housing(loop) as house:
            desk, database = desk_of(loop), loop.database
            other = await loop.token(house.of["admin"], "TIN")
            tin = InstrumentId(PartyId(other["admin"]), "TIN")
            await loop.mint(other, house.payer, "10")
            consent = {"receiver": house.treasury, "expires_at": None, **other}
            await loop.do("tokens.preapprove", (house.treasury,), **consent)
            for amount, memo in (("1", house.account.memo), ("2", "?")):
                await house.pay(amount, memo, of=other)
            known, unknown = await house.all()
            assert {known.state, unknown.state} == {DepositState.UNLISTED}

            async def admit(deposit: Deposit) -> Deposit:
                async with database.write() as session:
                    return await desk.admit(session, deposit.id, BY)

            with pytest.raises(NotCreditable) as refused:
                await admit(known)
            assert refused.value.reason == Reason.NOT_LISTED.value
            wanted = NewListing(instrument=tin, packages=("other-tokens",), listing=Listing.OPEN)
            await house.listings.list(wanted, BY)
            with pytest.raises(NotCreditable):
                await admit(known)
            await house.listings.change(tin, ListingChange(packages=(PACKAGE,)), BY)
            credited, kept = await admit(known), await admit(unknown)
            assert (credited.state, credited.account) == (
                DepositState.CREDITED,
                house.account.id,
            )
            assert (kept.state, kept.reason) == (DepositState.SUSPENSE, Reason.NO_ACCOUNT.value)
            with pytest.raises(DepositNotThere):
                await admit(known)
            async with database.read() as session:
                balances = await house.customers.balances(session, house.account)
            assert balances[tin].available == Decimal("1")
            await house.check()

    asyncio.run(story())


def test_money_from_another_treasury_is_no_customers(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop, housing(loop) as house:
            desk = desk_of(loop)
            await house.preapprove()
            await treasury_opened(loop.database, loop.ledger, PartyId(house.payer))
            moved = await came_in(house, "3", house.account.memo)
            assert (moved.state, moved.reason) == (
                DepositState.SUSPENSE,
                Reason.OWN_TREASURY.value,
            )
            with pytest.raises(NotCreditable):
                async with loop.database.write() as session:
                    await desk.attribute(session, moved.id, house.account.id, BY)

    asyncio.run(story())

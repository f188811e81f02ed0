"""Deposits through the whole loop: credited once, to whom the memo names, and never guessed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from cantata.bootstrap import ingesting
from cantata.exchange.errors import TreasuryExists
from cantata.exchange.model.customers import AccountState, CustomerAccount
from cantata.exchange.model.deposits import Deposit, DepositState
from cantata.exchange.model.journal import Book, BookKind
from cantata.exchange.model.treasury import (
    SIGNED_BY_PARTICIPANT,
    ListedInstrument,
    Listing,
    Policy,
    Registry,
)
from cantata.exchange.policy.deposits import Reason
from cantata.exchange.policy.memos import deposit_address, new_memo, shown
from cantata.exchange.repository import customers, deposits, history, journal, listings
from cantata.exchange.service.treasuries import NewTreasury, Treasuries
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import SystemClock
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId
from tests.api.process import Sandbox
from tests.integration.tokens.loop import LATE, Loop, looping

NOW = SystemClock().now()
PACKAGE = "cantata-tokens"


@dataclass(frozen=True)
class Desk:
    """An exchange with one treasury, one listed token, one customer and somebody who pays."""

    loop: Loop
    of: Mapping[str, str]
    treasury: PartyId
    payer: str
    account: CustomerAccount

    @property
    def instrument(self) -> InstrumentId:
        return InstrumentId(PartyId(self.of["admin"]), self.of["instrument"])

    async def pay(self, amount: str, memo: str, of: Mapping[str, str] | None = None) -> Any:
        return await self.loop.do(
            "tokens.transfer",
            (self.payer,),
            amount=amount,
            memo=memo,
            execute_before=LATE,
            sender=self.payer,
            receiver=self.treasury,
            **(of or self.of),
        )

    async def all(self) -> list[Deposit]:
        async with self.loop.database.read() as session:
            found = [await deposits.in_state(session, state) for state in DepositState]
        return sorted((d for each in found for d in each), key=lambda each: each.offset)

    async def owed(self, book: Book) -> Decimal:
        async with self.loop.database.read() as session:
            return Decimal(str(-await journal.balance(session, book, self.instrument)))

    async def check(self) -> None:
        """The books are what the ledger shows, to the last unit."""
        async with self.loop.database.read() as session:
            held = await history.totals(session, self.treasury)
            booked = await journal.balances(session, Book.treasury(self.treasury))
            sums = await journal.totals(session)
        assert booked == held
        assert sum(sums.values(), Decimal("0")) == Decimal("0")
        assert not [kind for kind, _ in sums if kind is BookKind.UNEXPLAINED]


async def founded(loop: Loop, **policy: Any) -> Desk:
    admin, payer = await loop.party("Admin"), await loop.party("Payer")
    treasury = PartyId(await loop.party("Treasury"))
    of = await loop.token(admin, "GOLD")
    await loop.mint(of, payer, "1000")
    await opened(loop, treasury, "main")
    account = CustomerAccount(
        id=uuid4(),
        reference=f"customer-{uuid4().hex}",
        memo=new_memo(),
        treasury=treasury,
        state=AccountState.OPEN,
        created_at=NOW,
    )
    instrument = InstrumentId(PartyId(admin), "GOLD")
    listed = ListedInstrument(
        id=instrument,
        symbol="GOLD",
        decimals=2,
        packages=(PACKAGE,),
        listing=Listing.OPEN,
        policy=Policy(**policy),
        listed_at=NOW,
    )
    async with loop.database.write() as session:
        registry = Registry(admin=instrument.admin, url="http://x", checked_at=NOW, info={})
        await listings.save_registry(session, registry)
        await listings.save(session, listed)
        assert await customers.add(session, account)
    return Desk(loop, of, treasury, payer, account)


async def opened(loop: Loop, party: PartyId, name: str) -> None:
    service = Treasuries(loop.database, ingesting.source(loop.ledger), SystemClock())
    await service.open(NewTreasury(party=party, name=name, signer=SIGNED_BY_PARTICIPANT))


def test_offered_deposits_are_credited_when_they_are_ours(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop:
            desk = await founded(loop)
            memo = f"AcmeExchange account: {shown(desk.account.memo)}"
            offers = [(await desk.pay("40", memo))["offer"] for _ in range(4)]
            waiting = await desk.all()
            assert [d.state for d in waiting] == [DepositState.OFFERED] * 4
            assert [d.instruction for d in waiting] == offers
            assert {d.account for d in waiting} == {desk.account.id}
            assert await desk.owed(Book.customer(desk.account.id)) == Decimal("0")
            await loop.do("tokens.accept", (desk.treasury,), offer=offers[0])
            await loop.do("tokens.reject", (desk.treasury,), offer=offers[1])
            await loop.do("tokens.withdraw", (desk.payer,), offer=offers[2])
            ended = {d.instruction: d for d in await desk.all()}
            assert [ended[offer].state for offer in offers] == [
                DepositState.CREDITED,
                DepositState.REJECTED,
                DepositState.WITHDRAWN,
                DepositState.OFFERED,
            ]
            assert await desk.owed(Book.customer(desk.account.id)) == Decimal("40")
            await desk.check()

    asyncio.run(story())


def test_what_nobody_can_be_credited_for_is_kept_apart(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop:
            desk = await founded(loop, deposit_minimum=Decimal("5"))
            other = await loop.token(desk.of["admin"], "TIN")
            await loop.mint(other, desk.payer, "10")
            for of in (desk.of, other):
                consent = {"receiver": desk.treasury, "expires_at": None, **of}
                await loop.do("tokens.preapprove", (desk.treasury,), **consent)
            memo = desk.account.memo
            await desk.pay("10", deposit_address(desk.treasury, memo))
            await desk.pay("10", "")
            await desk.pay("10", "x" * 200)
            await desk.pay("4.99", memo)
            await desk.pay("10", str(uuid4()))
            await desk.pay("3", memo, of=other)
            async with loop.database.write() as session:
                await customers.set_state(session, desk.account.id, AccountState.BLOCKED)
            await desk.pay("10", memo)
            found = await desk.all()
            assert [(d.state, d.reason) for d in found] == [
                (DepositState.CREDITED, ""),
                (DepositState.SUSPENSE, Reason.NO_ACCOUNT.value),
                (DepositState.SUSPENSE, Reason.NO_ACCOUNT.value),
                (DepositState.SUSPENSE, Reason.BELOW_MINIMUM.value),
                (DepositState.SUSPENSE, Reason.NO_ACCOUNT.value),
                (DepositState.UNLISTED, Reason.NOT_LISTED.value),
                (DepositState.SUSPENSE, Reason.ACCOUNT_NOT_OPEN.value),
            ]
            assert await desk.owed(Book.customer(desk.account.id)) == Decimal("10")
            assert await desk.owed(Book(BookKind.SUSPENSE)) == Decimal("44.99")
            await desk.check()

    asyncio.run(story())


def test_a_treasury_opens_with_what_it_has(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    """While traffic goes on; and what was offered before is credited when it is accepted."""

    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop:
            desk = await founded(loop)
            late = PartyId(await loop.party("Late"))
            await loop.mint(desk.of, late, "7")
            traffic = asyncio.gather(*(loop.mint(desk.of, late, "1") for _ in range(10)))
            await asyncio.sleep(0)
            await opened(loop, late, "second")
            await traffic
            with pytest.raises(TreasuryExists):
                await opened(loop, late, "again")
            async with loop.database.read() as session:
                held = await history.totals(session, late)
                booked = await journal.balances(session, Book.treasury(late))
            assert held == booked == {desk.instrument: Decimal("17")}
            await desk.check()

    asyncio.run(story())

"""Recovered withdrawals are debited to whose they were: once, and never below nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select

from cantata.automation.tables import INTENTS
from cantata.bootstrap import ingesting
from cantata.exchange.errors import BalanceTooLow
from cantata.exchange.model.customers import CustomerAccount
from cantata.exchange.model.decisions import By
from cantata.exchange.model.deposits import DepositState
from cantata.exchange.model.journal import Book, BookKind, Entry, Occasion, pair
from cantata.exchange.model.withdrawals import Withdrawal, WithdrawalKind, WithdrawalState
from cantata.exchange.objections import CustomerUnknown
from cantata.exchange.policy.memos import new_memo
from cantata.exchange.refusals import NotAttributable, NotRefundable, WithdrawalUnknown
from cantata.exchange.repository import customers, deposits, journal, withdrawals
from cantata.exchange.repository.deposits import Filter
from cantata.exchange.repository.tables import WITHDRAWALS
from cantata.exchange.service.recovery import Recovery
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.storage.outbox import OUTBOX
from cantata.storage.questions import asking
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.repository import selection
from tests.api.process import Sandbox
from tests.integration.exchange.bank import CLOCK, Bank, played
from tests.integration.exchange.house import BY
from tests.integration.exchange.test_listings import trail

COMPLETED, OFFERED = WithdrawalState.COMPLETED, WithdrawalState.OFFERED
LOSSES = Book(BookKind.LOSSES)
SUSPENDED = Filter(states=(DepositState.SUSPENSE,))
ZERO = Decimal("0")


@pytest.fixture
def play(database_settings: DatabaseSettings, shared_sandbox: Sandbox) -> Callable[..., None]:
    """Run a story on an exchange of its own; at the end its books are what the ledger shows."""
    return partial(played, database_settings, shared_sandbox.url)


async def recovered(bank: Bank, amount: str) -> Withdrawal:
    """Have the treasury pay what a database that was lost since had been asked for."""
    asked = await bank.stopped(amount)
    submission = await bank.prepared(asked.id)
    held, customer = Book.held(asked.id), Book.customer(bank.account.id)
    restored = Entry(
        occasion=Occasion.RELEASED,
        reference=f"restored/{asked.id}",
        at=CLOCK.now(),
        postings=pair(held, customer, asked.instrument, asked.amount),
    )
    async with bank.loop.database.write() as session:
        await session.run(delete(WITHDRAWALS).where(WITHDRAWALS.c.id == asked.id))
        await session.run(delete(INTENTS).where(INTENTS.c.id == asked.id))
        await selection.release(session, asked.id)
        await journal.record(session, [restored])
    await bank.send(submission)
    found = await bank.look(asked.id)
    assert (found.kind, found.account) == (WithdrawalKind.RECOVERED, None)
    return found


async def attribute(
    bank: Bank, identity: UUID, account: UUID | None = None, by: By = BY, *, bear: bool = False
) -> Withdrawal:
    whose = bank.account.id if account is None else account
    async with bank.loop.database.write() as session:
        return await Recovery(CLOCK).attribute(session, identity, whose, by, bear_shortfall=bear)


async def another(bank: Bank) -> CustomerAccount:
    account = replace(bank.account, id=uuid4(), reference=f"other-{uuid4()}", memo=new_memo())
    async with bank.loop.database.write() as session:
        assert await customers.add(session, account)
    return account


async def nobodys(bank: Bank) -> list[UUID]:
    """Name what somebody has to look at."""
    async with bank.loop.database.read() as session:
        begin = Timestamp.parse("2000-01-01T00:00:00Z")
        return [each.id for each in await withdrawals.overdue(session, begin, begin)]


def test_a_payment_is_debited_once(play: Callable[..., None]) -> None:
    """Two at the same time, to two customers who both could pay: one wins, the other hears."""

    async def story(bank: Bank) -> None:
        await bank.consent(bank.wallet)
        await bank.deposit("50")
        found = await recovered(bank, "20")
        other = await another(bank)
        await bank.deposit("30")
        await _moved(bank, other, "30")
        assert await nobodys(bank) == [found.id]
        assert await bank.owed(Book.unexplained(found.id)) == Decimal("-20")
        outcomes = await asyncio.gather(
            attribute(bank, found.id, by=replace(BY, reference="T-1")),
            attribute(bank, found.id, other.id, replace(BY, reference="T-2")),
            return_exceptions=True,
        )
        (won,) = [each for each in outcomes if isinstance(each, Withdrawal)]
        (beaten,) = [each for each in outcomes if not isinstance(each, Withdrawal)]
        assert isinstance(beaten, NotAttributable)
        assert won.account is not None
        for _ in range(2):
            assert await attribute(bank, found.id, won.account, bear=True) == won
        rest = {bank.account.id: Decimal("50"), other.id: Decimal("30")}
        for account, before in rest.items():
            taken = Decimal("20") if account == won.account else ZERO
            assert await bank.owed(Book.customer(account)) == before - taken
        assert await bank.owed(Book.unexplained(found.id)) == ZERO
        assert await nobodys(bank) == []
        (entry,) = [
            each
            for each in await trail(bank.loop.database)
            if each["action"] == "exchange.withdrawal.attributed"
        ]
        assert (entry["actor"], entry["subject"]) == (BY.actor, str(found.id))
        details = entry["details"]
        assert (details["account"], details["amount"]) == (str(won.account), "20.0000000000")
        assert (details["reason"], details["borne"]) == (BY.reason, "0.0000000000")
        (news,) = await _news(bank, "exchange.withdrawal.attributed")
        assert (news["withdrawal"], news["account"]) == (str(found.id), str(won.account))
        reconciler = ingesting.treasury_reconciler(bank.loop.database, bank.loop.ledger)
        assert (await reconciler.run()).is_clean

    play(story)


@pytest.mark.parametrize("is_accepted", [True, False])
def test_an_offer_is_held_until_it_ends(play: Callable[..., None], is_accepted: bool) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("50")
        found = await recovered(bank, "20")
        assert (found.state, await bank.owed()) == (OFFERED, Decimal("50"))
        held = await attribute(bank, found.id)
        assert (held.state, held.account) == (OFFERED, bank.account.id)
        assert await attribute(bank, found.id) == held
        assert await bank.owed() == Decimal("30")
        assert await bank.owed(Book.held(found.id)) == Decimal("20")
        await bank.check()
        step = "tokens.accept" if is_accepted else "tokens.reject"
        await bank.loop.do(step, (bank.wallet,), offer=found.instruction)
        ended = await bank.look(found.id)
        assert ended.state is (COMPLETED if is_accepted else WithdrawalState.REJECTED)
        assert await bank.owed() == Decimal("30" if is_accepted else "50")
        assert await bank.owed(Book.held(found.id)) == ZERO

    play(story)


def test_a_customer_never_owes(play: Callable[..., None]) -> None:
    """What was spent twice is refused, until the exchange bears it; her other money is taken."""

    async def story(bank: Bank) -> None:
        await bank.deposit("50")
        offered = await recovered(bank, "15")
        await bank.consent(bank.wallet)
        found = await recovered(bank, "20")
        await _moved(bank, await another(bank), "42")
        for identity, bear in ((found.id, False), (offered.id, False), (offered.id, True)):
            with pytest.raises(BalanceTooLow):
                await attribute(bank, identity, bear=bear)
        assert (await bank.look(found.id)).account is None
        assert await bank.owed() == Decimal("8")
        borne = await attribute(bank, found.id, bear=True)
        assert borne.account == bank.account.id
        assert await bank.owed() == ZERO
        assert await bank.owed(LOSSES) == Decimal("-12")
        assert await bank.owed(Book.unexplained(found.id)) == ZERO
        (entry,) = [
            each["details"]["borne"]
            for each in await trail(bank.loop.database)
            if each["action"] == "exchange.withdrawal.attributed"
        ]
        assert entry == "12.0000000000"

    play(story)


def test_what_cannot_be_attributed(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("50")
        back = await recovered(bank, "5")
        with pytest.raises(WithdrawalUnknown):
            await attribute(bank, uuid4())
        with pytest.raises(CustomerUnknown):
            await attribute(bank, back.id, uuid4())
        await bank.loop.do("tokens.reject", (bank.wallet,), offer=back.instruction)
        assert (await bank.look(back.id)).state is WithdrawalState.REJECTED
        own = await bank.stopped("7")
        for identity in (back.id, own.id):
            with pytest.raises(NotAttributable):
                await attribute(bank, identity)
        assert await nobodys(bank) == []
        assert await bank.owed() == Decimal("43")
        await bank.cancel(own.id)

    play(story)


async def _moved(bank: Bank, to: CustomerAccount, amount: str) -> None:
    """Have some of the customer's balance be another one's."""
    books = Book.customer(bank.account.id), Book.customer(to.id)
    postings = pair(*books, bank.instrument, Decimal(amount))
    entry = Entry(
        occasion=Occasion.ATTRIBUTED, reference=f"moved/{to.id}", at=CLOCK.now(), postings=postings
    )
    async with bank.loop.database.write() as session:
        await journal.record(session, [entry])


async def _news(bank: Bank, topic: str) -> list[dict[str, object]]:
    async with bank.loop.database.read() as session:
        rows = await session.all(select(OUTBOX).where(OUTBOX.c.topic == topic))
    return [dict(row.content) for row in rows]


def test_what_may_be_a_refund_is_not_refunded_again(play: Callable[..., None]) -> None:
    """A refund that the lost database knew looks like any payment; its deposit is in suspense."""

    async def story(bank: Bank) -> None:
        await bank.consent(bank.wallet)
        await bank.deposit("50")
        await replace(bank, account=replace(bank.account, memo="nobody's")).deposit("20")
        found = await recovered(bank, "20")
        async with bank.loop.database.read() as session:
            (lost,) = await deposits.page(session, SUSPENDED, None, 10)

        async def refund() -> Withdrawal:
            async with bank.loop.database.write() as session:
                return (await bank.service.refund(session, lost.id, str(uuid4()), "exchange"))[0]

        with pytest.raises(NotRefundable, match=str(found.id)):
            await asking(refund)
        await attribute(bank, found.id)
        made = await asking(refund)
        await bank.until(made.id, COMPLETED)

    play(story)

"""Offered deposits: accepted once when they are to be, left alone with a reason when not."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from cantata.automation.tables import INTENTS
from cantata.exchange.model.customers import AccountState
from cantata.exchange.model.deposits import Deposit, DepositState
from cantata.exchange.model.journal import Book
from cantata.exchange.model.treasury import Listing, Policy
from cantata.exchange.objections import DepositNotThere
from cantata.exchange.policy.deposits import Reason
from cantata.exchange.policy.memos import new_memo, shown
from cantata.exchange.repository.tables import DEPOSITS
from cantata.exchange.schedules import accept_offers, adopt_offers
from cantata.exchange.service.listings import ListingChange
from cantata.exchange.wishes import ACCEPT
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.exchange.house import BY, CLOCK, House, housing, treasury_opened
from tests.integration.exchange.test_suspense import desk_of
from tests.integration.tokens.loop import Loop, looping


async def acceptances(loop: Loop) -> int:
    """Count the acceptances that there ever were."""
    counted = select(func.count()).select_from(INTENTS).where(INTENTS.c.kind == ACCEPT)
    async with loop.database.read() as session:
        return int(await session.scalar(counted))


async def clock_strikes(loop: Loop) -> None:
    """Run the schedules of deposits."""
    for work in (adopt_offers, accept_offers):
        async with loop.database.write() as session:
            await work(session, CLOCK.now())


async def waits(house: House, offer: str) -> Deposit:
    """Give a deposit whose offer is left alone, and which no clock changes."""
    await clock_strikes(house.loop)
    found = await house.of_offer(offer)
    assert (found.state, found.intent) == (DepositState.OFFERED, None)
    return found


def test_offers_to_known_accounts_are_accepted_once(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop, housing(loop) as house:
            memo = f"AcmeExchange account: {shown(house.account.memo)}"
            offers = [str((await house.pay("40", memo))["offer"]) for _ in range(3)]
            for offer in offers:
                found = await house.becomes(offer, DepositState.CREDITED)
                assert found.original_instruction == found.instruction == offer
                assert (found.tries, found.reason, found.due_at) == (0, "", None)
                await clock_strikes(loop)
            assert await acceptances(loop) == 3
            assert await house.owed(Book.customer(house.account.id)) == Decimal("120")
            await house.check()

    asyncio.run(story())


def test_offers_that_are_not_for_us_wait_with_their_reason(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    """Nothing is sent for them, whoever looks at them; and what has changed is noticed."""

    async def story() -> None:
        async with (
            looping(database_settings, shared_sandbox.url) as loop,
            housing(loop, deposit_minimum=Decimal("5")) as house,
        ):
            memo, later = house.account.memo, new_memo()
            blocked = await house.opened()
            async with loop.database.write() as session:
                await house.customers.set_state(session, blocked.id, AccountState.BLOCKED, BY)
            soon = str(CLOCK.now() + RelTime.of(minutes=5))
            expected = {
                str((await house.pay("10", ""))["offer"]): Reason.NO_ACCOUNT,
                str((await house.pay("10", str(uuid4())))["offer"]): Reason.NO_ACCOUNT,
                str((await house.pay("10", f"{memo} {later}"))["offer"]): Reason.NO_ACCOUNT,
                str((await house.pay("10", "x" * 10_000))["offer"]): Reason.NO_ACCOUNT,
                str((await house.pay("10", blocked.memo))["offer"]): Reason.ACCOUNT_NOT_OPEN,
                str((await house.pay("4.99", memo))["offer"]): Reason.BELOW_MINIMUM,
                str((await house.pay("10", memo, until=soon))["offer"]): Reason.TOO_LATE,
            }
            unknown = str((await house.pay("10", later))["offer"])
            for offer, reason in expected.items():
                assert (await waits(house, offer)).reason == reason.value
            assert (await waits(house, unknown)).reason == Reason.NO_ACCOUNT.value
            assert await acceptances(loop) == 0
            created = await house.opened(memo=later)
            await clock_strikes(loop)
            credited = await house.becomes(unknown, DepositState.CREDITED)
            assert credited.account == created.id
            async with loop.database.write() as session:
                await house.customers.set_state(session, blocked.id, AccountState.OPEN, BY)
            change = ListingChange(policy=Policy(deposit_minimum=Decimal("1")))
            await house.listings.change(house.instrument, change, BY)
            await clock_strikes(loop)
            for offer, reason in expected.items():
                if reason in {Reason.ACCOUNT_NOT_OPEN, Reason.BELOW_MINIMUM}:
                    await house.becomes(offer, DepositState.CREDITED)
                else:
                    assert (await waits(house, offer)).reason == reason.value
            await house.check()

    asyncio.run(story())


def test_instruments_are_enabled_by_their_listing(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with (
            looping(database_settings, shared_sandbox.url) as loop,
            housing(loop, Listing.WITHDRAWALS_ONLY) as house,
        ):
            other = await loop.token(house.of["admin"], "TIN")
            await loop.mint(other, house.payer, "10")
            closed = str((await house.pay("10", house.account.memo))["offer"])
            unlisted = str((await house.pay("1", house.account.memo, of=other))["offer"])
            assert (await waits(house, closed)).reason == Reason.DEPOSITS_CLOSED.value
            assert (await waits(house, unlisted)).reason == Reason.NOT_LISTED.value
            change = ListingChange(listing=Listing.DEPOSITS_ONLY)
            await house.listings.change(house.instrument, change, BY)
            await clock_strikes(loop)
            await house.becomes(closed, DepositState.CREDITED)
            assert (await waits(house, unlisted)).reason == Reason.NOT_LISTED.value
            assert await acceptances(loop) == 1
            await house.check()

    asyncio.run(story())


def test_what_others_end_is_no_failure_of_ours(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    """An offer that its sender takes back while we accept it ends as one of the two, in peace."""

    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop, housing(loop) as house:
            offers = [str((await house.pay("1", ""))["offer"]) for _ in range(4)]
            memo = house.account.memo
            async with loop.database.write() as session:
                due = {"memo": memo, "due_at": CLOCK.now()}
                await session.run(update(DEPOSITS).values(due))
            await asyncio.gather(
                clock_strikes(loop),
                *(loop.ask("tokens.withdraw", (house.payer,), offer=each) for each in offers),
            )

            async def are_over() -> bool:
                return all(each.state is not DepositState.OFFERED for each in await house.all())

            await loop.until(are_over)
            states = {each.state for each in await house.all()}
            assert states <= {DepositState.CREDITED, DepositState.WITHDRAWN}
            credited = [each for each in await house.all() if each.state is DepositState.CREDITED]
            owed = await house.owed(Book.customer(house.account.id))
            assert owed == Decimal.from_int(len(credited))
            await house.check()

    asyncio.run(story())


def test_a_pause_of_the_token_is_waited_for_by_support(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    """What fails too often is marked, with its error, and tried again by hand."""

    async def story() -> None:
        async with (
            looping(database_settings, shared_sandbox.url) as loop,
            housing(loop, accept_tries_max=2) as house,
        ):
            admin, desk = house.of["admin"], desk_of(loop)
            stops = {"operations": ["Accept"], "reason": "audit", **house.of}
            await loop.do("tokens.pause", (admin,), **stops)
            offer = str((await house.pay("7", house.account.memo))["offer"])

            async def has_failed() -> Deposit | None:
                found = await house.of_offer(offer)
                return found if found.tries == 1 else None

            once = await loop.until(has_failed)
            assert once.state is DepositState.OFFERED
            assert once.due_at > CLOCK.now()
            await clock_strikes(loop)
            assert await acceptances(loop) == 1
            async with loop.database.write() as session:
                await session.run(update(DEPOSITS).values(due_at=CLOCK.now()))
            await clock_strikes(loop)
            stuck = await house.becomes(offer, DepositState.STUCK)
            assert (stuck.tries, stuck.due_at) == (2, None)
            assert stuck.failure is not None
            assert stuck.failure.message

            async def retry() -> Deposit:
                async with loop.database.write() as session:
                    return await desk.retry(session, stuck.id, BY)

            assert (await retry()).state is DepositState.OFFERED
            with suppress(DepositNotThere):
                await retry()
            again = await house.becomes(offer, DepositState.STUCK)
            assert again.tries == 3
            await loop.do("tokens.unpause", (admin,), **stops)
            await retry()
            await house.becomes(offer, DepositState.CREDITED)
            with pytest.raises(DepositNotThere):
                await retry()
            await house.check()

    asyncio.run(story())


def test_offers_from_before_the_history_are_taken_up(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop, housing(loop) as house:
            second = PartyId(await loop.party("Second"))
            made = await loop.offer(house.of, house.payer, second, "3")
            known = await loop.offer(house.of, house.payer, second, "4")
            await treasury_opened(loop.database, loop.ledger, second)
            await clock_strikes(loop)
            for offer in (made["offer"], known["offer"]):
                found = await house.of_offer(str(offer))
                assert (found.state, found.reason) == (DepositState.OFFERED, "no_account")
                assert (found.memo, found.sender) == ("rent", house.payer)
            await loop.do("tokens.accept", (second,), offer=made["offer"])
            await loop.do("tokens.reject", (second,), offer=known["offer"])
            assert (await house.of_offer(str(made["offer"]))).state is DepositState.SUSPENSE
            assert (await house.of_offer(str(known["offer"]))).state is DepositState.REJECTED
            await house.check()

    asyncio.run(story())

"""Withdrawals through the whole loop: paid once or not at all, and the books are the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from cantata.automation.errors import IdempotencyConflict
from cantata.automation.model import State
from cantata.exchange.errors import BalanceTooLow
from cantata.exchange.history.shapes import REASON
from cantata.exchange.model.customers import AccountState
from cantata.exchange.model.journal import Book, BookKind
from cantata.exchange.model.treasury import Listing, Sending
from cantata.exchange.model.withdrawals import WITHDRAWAL_ID, Withdrawal, WithdrawalState
from cantata.exchange.refusals import (
    AboveMaximum,
    BelowMinimum,
    CustomerNotOpen,
    MemoRefused,
    ReceiverIsOurs,
    ReceiverIsSentinel,
    WithdrawalEnded,
    WithdrawalsClosed,
    WithdrawalsDisabled,
    WithdrawalUnknown,
)
from cantata.exchange.repository import customers, history, listings, withdrawals
from cantata.exchange.service.withdrawals import Rearrangement
from cantata.exchange.tasks.expiry import end_offers
from cantata.kernel.ids import MalformedId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.storage.outbox import OUTBOX
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.errors import AmountNotPositive, PartyUnknown, PrecisionExceeded
from tests.api.process import Sandbox
from tests.integration.exchange.bank import CLOCK, Bank, played

COMPLETED, OFFERED = WithdrawalState.COMPLETED, WithdrawalState.OFFERED
FAILED, WITHDRAWN = WithdrawalState.FAILED, WithdrawalState.WITHDRAWN
ZERO = Decimal("0")


@pytest.fixture
def play(database_settings: DatabaseSettings, shared_sandbox: Sandbox) -> Callable[..., None]:
    """Run a story on an exchange of its own."""
    return partial(played, database_settings, shared_sandbox.url)


def test_a_wallet_that_agreed_is_paid_at_once(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.consent(bank.wallet)
        await bank.deposit("100")
        asked = await bank.request("30", memo="account 7 there")
        assert await bank.owed() == Decimal("69.5")
        done = await bank.until(asked.id, COMPLETED)
        assert (done.attempts, done.instruction, done.end_update_id) == (1, None, "")
        assert done.update_id
        assert await bank.owed() == Decimal("69.5")
        assert await bank.owed(Book(BookKind.FEES)) == Decimal("0.5")
        assert await bank.holdings() == [Decimal("70")]
        assert await bank.reserved() == 0
        topics = [f"exchange.withdrawal.{name}" for name in ("requested", "completed")]
        assert await _told(bank, asked.id) == topics

    play(story, withdrawal_fee=Decimal("0.5"))


def test_an_offer_ends_as_its_receiver_wants(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("50", pieces=2)
        asked = [await bank.request("20"), await bank.request("20")]
        offered = [await bank.until(each.id, OFFERED) for each in asked]
        assert all(each.instruction == each.original_instruction for each in offered)
        assert await bank.owed() == Decimal("58")
        await bank.check()
        await bank.loop.do("tokens.accept", (bank.wallet,), offer=offered[0].instruction)
        await bank.loop.do("tokens.reject", (bank.wallet,), offer=offered[1].instruction)
        paid = await bank.until(asked[0].id, COMPLETED)
        rejected = await bank.until(asked[1].id, WithdrawalState.REJECTED)
        assert paid.end_update_id not in {"", paid.update_id}
        assert rejected.end_update_id
        assert await bank.owed() == Decimal("78.75")
        assert await bank.owed(Book(BookKind.FEES)) == Decimal("1.25")

    play(story, withdrawal_fee=Decimal("1"), reject_fee=Decimal("0.25"))


def test_it_is_taken_back_in_every_state(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("50", pieces=2)
        early = await bank.stopped("20")
        assert (await bank.cancel(early.id)).state is WITHDRAWN
        assert await bank.owed() == Decimal("100")
        assert await bank.reserved() == 0
        assert (await _intent_state(bank, early)) is State.CANCELLED
        offered = await bank.until((await bank.request("20")).id, OFFERED)
        assert (await bank.cancel(offered.id)).cancel_wanted
        await bank.cancel(offered.id)
        ended = await bank.until(offered.id, WITHDRAWN)
        assert ended.end_update_id
        assert await bank.owed() == Decimal("100")
        for over in (early.id, offered.id):
            with pytest.raises(WithdrawalEnded):
                await bank.cancel(over)
        with pytest.raises(WithdrawalUnknown):
            await bank.cancel(uuid4())

    play(story)


def test_what_is_sent_is_taken_back_when_it_is_an_offer(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("50")
        asked = await bank.stopped("20")
        submission = await bank.prepared(asked.id)
        await bank.sent(asked, CLOCK.now() + RelTime.of(minutes=2))
        wanted = await bank.cancel(asked.id)
        assert (wanted.state, wanted.cancel_wanted) == (WithdrawalState.SUBMITTED, True)
        await bank.send(submission)
        await bank.until(asked.id, WITHDRAWN)
        assert await bank.owed() == Decimal("50")

    play(story)


def test_an_offer_that_nobody_accepts_expires(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("50")
        offered = await bank.until((await bank.request("20")).id, OFFERED)

        async def is_over() -> bool:
            async with bank.loop.database.write() as session:
                await end_offers(session, CLOCK.now())
            await bank.tick()
            return (await bank.look(offered.id)).state is not OFFERED

        await bank.loop.until(is_over)
        ended = await bank.look(offered.id)
        assert ended.state is WithdrawalState.EXPIRED, ended.failure
        assert await bank.owed() == Decimal("50")
        assert await bank.holdings() == [Decimal("20"), Decimal("30")]

    play(story, record_ttl=RelTime.of(seconds=6), offer_ttl=RelTime.of(seconds=6))


def test_an_acceptance_beside_a_cancellation_has_one_outcome(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("50", pieces=3)
        for _ in range(3):
            offered = await bank.until((await bank.request("20")).id, OFFERED)
            accepting = bank.loop.ask("tokens.accept", (bank.wallet,), offer=offered.instruction)
            accepted, _ = await asyncio.gather(accepting, bank.cancel(offered.id))
            ended = await bank.until(offered.id, COMPLETED, WITHDRAWN)
            assert (ended.state is COMPLETED) == (accepted.state is State.COMPLETED)
        await bank.check()

    play(story)


def test_what_is_sent_names_itself_its_inputs_and_its_bounds(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("50", pieces=2)
        for memo in ("", "account 7 there"):
            asked = await bank.stopped("20", memo=memo)
            assert asked.dead_after is not None
            intent = await bank.intent(asked.id)
            assert intent is not None
            assert intent.wish.needed_by == asked.dead_after
            command: Any = (await bank.prepared(asked.id)).commands[0]
            argument = command["ExerciseCommand"]["choiceArgument"]
            transfer = argument["transfer"]
            reason = transfer["meta"]["values"][REASON]
            assert (reason, argument["expectedAdmin"]) == (memo or str(asked.id), bank.of["admin"])
            async with bank.loop.database.read() as session:
                inputs = await withdrawals.inputs(session, asked.id)
            assert tuple(transfer["inputHoldingCids"]) == inputs
            assert Timestamp.parse(transfer["requestedAt"]) < CLOCK.now()
            until = Timestamp.parse(transfer["executeBefore"])
            assert asked.dead_after < until <= CLOCK.now() + RelTime.of(days=90)

    play(story)


def test_payments_wait_for_holdings_that_others_use(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.consent(bank.wallet)
        await bank.deposit("100")
        asked = [await bank.request("20") for _ in range(4)]
        assert [each.dead_after is None for each in asked] == [False, True, True, True]
        for each in asked:
            await bank.until(each.id, COMPLETED)
        assert await bank.owed() == Decimal("20")
        assert await bank.holdings() == [Decimal("20")]

    play(story)


def test_nobody_is_offered_what_may_only_be_sent(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("50")
        asked = await bank.request("20")
        failed = await bank.until(asked.id, FAILED)
        assert failed.failure is not None
        assert failed.failure.code == "RECEIVER_NOT_PREAPPROVED"
        assert (failed.attempts, failed.update_id) == (0, "")
        assert await bank.owed() == Decimal("50")
        assert await bank.reserved() == 0

    play(story, sending=Sending.DIRECT_ONLY)


def test_bad_orders_are_refused_and_hold_nothing(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("100")
        stranger = f"nobody::1220{'ab' * 32}"
        sentinel = f"burn::1220{'0' * 64}"
        refused: list[tuple[type[Exception], dict[str, Any]]] = [
            (AmountNotPositive, {"amount": "0"}),
            (AmountNotPositive, {"amount": "-5"}),
            (PrecisionExceeded, {"amount": "5.001"}),
            (BelowMinimum, {"amount": "4.99"}),
            (AboveMaximum, {"amount": "60.01"}),
            (BalanceTooLow, {"amount": "60", "key": "twice"}),
            (MalformedId, {"amount": "10", "receiver": "alice"}),
            (MalformedId, {"amount": "10", "receiver": "a" * 10_000}),
            (PartyUnknown, {"amount": "10", "receiver": stranger}),
            (ReceiverIsOurs, {"amount": "10", "receiver": bank.treasury}),
            (ReceiverIsSentinel, {"amount": "10", "receiver": bank.instrument.admin}),
            (ReceiverIsSentinel, {"amount": "10", "receiver": sentinel}),
            (MemoRefused, {"amount": "10", "memo": "x" * 10_240}),
            (MemoRefused, {"amount": "10", "memo": "a\0b"}),
        ]
        await bank.request("50")
        for error, given in refused:
            with pytest.raises(error):
                await bank.request(given.pop("amount"), **given)
        await _changed(bank, state=AccountState.BLOCKED)
        with pytest.raises(CustomerNotOpen):
            await bank.request("10")
        await _changed(bank, state=AccountState.OPEN, listing=Listing.DEPOSITS_ONLY)
        with pytest.raises(WithdrawalsClosed):
            await bank.request("10")
        await _changed(bank, listing=Listing.OPEN)
        await bank.enable(False)
        with pytest.raises(WithdrawalsDisabled):
            await bank.request("10")
        assert await bank.owed() == Decimal("49")

    play(
        story,
        withdrawal_minimum=Decimal("5"),
        withdrawal_maximum=Decimal("60"),
        withdrawal_fee=Decimal("1"),
    )


def test_a_key_is_one_payment_however_often_it_is_asked(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("100")
        same = await asyncio.gather(*(bank.request("30", key="k") for _ in range(6)))
        assert len({each.id for each in same}) == 1
        assert await bank.owed() == Decimal("70")
        with pytest.raises(IdempotencyConflict):
            await bank.request("31", key="k")
        await bank.until(same[0].id, OFFERED)
        assert (await bank.request("30", key="k")).id == same[0].id
        assert await bank.owed() == Decimal("70")

    play(story)


def test_a_balance_is_never_overdrawn(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("50", pieces=2)
        got: list[Withdrawal] = []

        async def ask() -> None:
            with suppress(BalanceTooLow):
                got.append(await bank.request("30"))

        await asyncio.gather(*(ask() for _ in range(8)))
        assert len(got) == 3
        assert await bank.owed() == Decimal("10")
        assert await bank.reserved() <= 2

    play(story)


def test_holdings_are_merged_and_split(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("10", pieces=3)
        merged = await _rearranged(bank, "30")
        assert await bank.holdings() == [Decimal("30")]
        assert merged.update_id
        await _rearranged(bank, "12.5")
        assert await bank.holdings() == [Decimal("12.5"), Decimal("17.5")]
        assert await bank.owed() == Decimal("30")
        assert await _told(bank, merged.id) == []

    play(story)


def test_a_strangers_words_touch_no_withdrawal(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("50")
        asked = await bank.stopped("20")
        await bank.loop.do(
            "tokens.transfer",
            (bank.wallet,),
            amount="20",
            memo=str(asked.id),
            execute_before="2099-01-01T00:00:00Z",
            sender=bank.wallet,
            receiver=bank.treasury,
            **bank.of,
        )
        assert (await bank.look(asked.id)).state is WithdrawalState.REQUESTED
        assert await bank.owed(Book(BookKind.SUSPENSE)) == Decimal("20")
        submission: Any = (await bank.prepared(asked.id)).commands[0]
        transfer = submission["ExerciseCommand"]["choiceArgument"]["transfer"]
        assert transfer["meta"]["values"][WITHDRAWAL_ID] == str(asked.id)
        await bank.go(asked)
        await bank.until(asked.id, OFFERED)

    play(story)


async def _rearranged(bank: Bank, amount: str) -> Withdrawal:
    async with bank.loop.database.write() as session:
        held = await history.holdings(session, bank.treasury, 100)
        wanted = Rearrangement(
            treasury=bank.treasury,
            instrument=bank.instrument,
            inputs=tuple(each.contract_id for each in held),
            amount=Decimal(amount),
        )
        made, _ = await bank.service.rearrange(session, wanted, str(uuid4()), "care")
    return await bank.until(made.id, COMPLETED)


async def _told(bank: Bank, withdrawal: UUID) -> list[str]:
    async with bank.loop.database.read() as session:
        rows = await session.all(select(OUTBOX).order_by(OUTBOX.c.number))
    return [row.topic for row in rows if row.content.get("withdrawal") == str(withdrawal)]


async def _intent_state(bank: Bank, withdrawal: Withdrawal) -> State:
    intent = await bank.intent(withdrawal.id)
    assert intent is not None
    return intent.state


async def _changed(
    bank: Bank, *, state: AccountState | None = None, listing: Listing | None = None
) -> None:
    async with bank.loop.database.write() as session:
        if state is not None:
            await customers.set_state(session, bank.account.id, state)
        if listing is not None:
            await listings.save(session, replace(bank.listed, listing=listing))

"""Withdrawals that end in unusual ways: dead, seen after all, twice, by nobody's wish, refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete

from cantata.automation.tables import INTENTS
from cantata.exchange.model.deposits import DepositState
from cantata.exchange.model.journal import Book, BookKind, Entry, Occasion, pair
from cantata.exchange.model.withdrawals import (
    WITHDRAWAL_ID,
    Withdrawal,
    WithdrawalKind,
    WithdrawalState,
)
from cantata.exchange.repository import deposits, history, journal, withdrawals
from cantata.exchange.repository.tables import WITHDRAWALS
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime
from cantata.ledger.errors import LedgerError
from cantata.ledger.submission import Submission
from cantata.storage.questions import asking
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.exchange.bank import CLOCK, Bank, alarms, played
from tests.integration.tokens.loop import LATE

COMPLETED, OFFERED = WithdrawalState.COMPLETED, WithdrawalState.OFFERED
FAILED, REQUESTED = WithdrawalState.FAILED, WithdrawalState.REQUESTED
PAST = RelTime.of(seconds=-1)


@pytest.fixture
def play(database_settings: DatabaseSettings, shared_sandbox: Sandbox) -> Callable[..., None]:
    """Run a story on an exchange of its own; `books` tells if they are to be even at the end."""
    return partial(played, database_settings, shared_sandbox.url)


def test_what_was_never_recorded_is_given_back_once(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("50")
        asked = await bank.stopped("20")
        await bank.sent(asked, CLOCK.now() + PAST)
        assert (await bank.look(asked.id)).state is WithdrawalState.SUBMITTED
        assert await bank.owed() == Decimal("30")
        await bank.tick()
        dead = await bank.until(asked.id, FAILED)
        assert dead.failure is not None
        assert dead.failure.code == "NOT_RECORDED"
        for _ in range(2):
            await bank.tick()
        assert await bank.owed() == Decimal("50")
        assert await bank.reserved() == 0

    play(story)


@pytest.mark.parametrize("is_spent", [False, True])
def test_what_was_given_up_and_happened_is_booked(
    play: Callable[..., None], is_spent: bool
) -> None:
    async def story(bank: Bank) -> None:
        await bank.consent(bank.wallet)
        await bank.deposit("50")
        asked = await bank.stopped("20")
        submission = await bank.prepared(asked.id)
        await bank.sent(asked, CLOCK.now() + PAST)
        await bank.tick()
        await bank.until(asked.id, FAILED)
        if is_spent:
            await bank.stopped("40")
        before = alarms("withdrawal_after_end")
        await bank.send(submission)
        assert (await bank.look(asked.id)).state is COMPLETED
        assert alarms("withdrawal_after_end") == before + 1
        if is_spent:
            assert await bank.owed() == Decimal("10")
            assert await bank.owed(Book(BookKind.UNEXPLAINED)) == Decimal("-20")
        else:
            assert await bank.owed() == Decimal("30")

    play(story, books=not is_spent)


def test_a_lost_answer_leads_to_one_payment(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.consent(bank.wallet)
        await bank.deposit("50")
        asked = await bank.stopped("20")
        submission = await bank.prepared(asked.id)
        await bank.sent(asked, CLOCK.now() + RelTime.of(minutes=2))
        await bank.send(submission)
        assert (await bank.look(asked.id)).state is COMPLETED
        with pytest.raises(LedgerError):
            await bank.loop.ledger.commands.submit(replace(submission, command_id="again"))
        assert await bank.holdings() == [Decimal("30")]

    play(story)


def test_a_payment_that_nobody_asked_for_is_recovered(play: Callable[..., None]) -> None:
    """The request was lost with a database: its name is found, its customer is not."""

    async def story(bank: Bank) -> None:
        await bank.deposit("50")
        asked = await bank.stopped("20")
        submission = await bank.prepared(asked.id)
        async with bank.loop.database.write() as session:
            await session.run(delete(WITHDRAWALS).where(WITHDRAWALS.c.id == asked.id))
            await session.run(delete(INTENTS).where(INTENTS.c.id == asked.id))
            await journal.record(session, [_unheld(asked)])
        await bank.send(submission)
        found = await bank.look(asked.id)
        assert (found.kind, found.state) == (WithdrawalKind.RECOVERED, OFFERED)
        assert (found.receiver, found.amount) == (bank.wallet, Decimal("20"))
        await bank.loop.do("tokens.accept", (bank.wallet,), offer=found.instruction)
        assert (await bank.look(asked.id)).state is COMPLETED
        assert await bank.owed(Book.unexplained(asked.id)) == Decimal("-20")

    play(story, books=False)


def test_a_command_from_outside_is_told_by_its_name(play: Callable[..., None]) -> None:
    """As after a change of the node, which does not tell the commands of another one."""

    async def story(bank: Bank) -> None:
        await bank.consent(bank.wallet)
        await bank.deposit("50")
        asked = await bank.stopped("20")
        submission = await bank.prepared(asked.id)
        await bank.send(replace(submission, command_id="elsewhere"))
        assert (await bank.look(asked.id)).state is COMPLETED
        assert await bank.owed() == Decimal("30")

    play(story)


def test_a_second_payment_of_one_name_is_an_alarm(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.consent(bank.wallet)
        await bank.deposit("50", pieces=2)
        asked = await bank.stopped("20")
        submission = await bank.prepared(asked.id)
        await bank.go(asked)
        await bank.until(asked.id, COMPLETED)
        before = alarms("withdrawal_paid_twice")
        await bank.send(await _with_other_inputs(bank, submission))
        assert alarms("withdrawal_paid_twice") == before + 1
        assert (await bank.look(asked.id)).state is COMPLETED
        assert await bank.owed() == Decimal("80")
        async with bank.loop.database.read() as session:
            found = await withdrawals.in_state(session, COMPLETED)
        payment, second = sorted(found, key=lambda each: each.kind.value)
        assert (payment.kind.value, second.kind.value) == ("payment", "recovered")
        assert await bank.owed(Book.unexplained(second.id)) == Decimal("-20")

    play(story, books=False)


def test_other_inputs_are_taken_where_some_are_gone(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.consent(bank.wallet)
        await bank.deposit("50", pieces=2)
        asked = await bank.stopped("20")
        taken = await bank.prepared(asked.id)
        await bank.send(_to_itself(bank, taken))
        await bank.go(asked)
        assert (await bank.until(asked.id, COMPLETED)).attempts == 1
        assert await bank.owed() == Decimal("80")

    play(story)


def test_a_deposit_in_suspense_is_refunded(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        sent = {"sender": bank.wallet, "receiver": bank.treasury, "execute_before": LATE}
        await bank.loop.do(
            "tokens.transfer", (bank.wallet,), amount="9", memo="?", **sent, **bank.of
        )
        async with bank.loop.database.read() as session:
            (found,) = await deposits.in_state(session, DepositState.SUSPENSE)

        async def refund(key: str) -> tuple[Withdrawal, bool]:
            async with bank.loop.database.write() as session:
                return await bank.service.refund(session, found.id, key, "support")

        asked, _ = await asking(partial(refund, "r1"))
        again, is_new = await refund("r1")
        assert (again.id, is_new) == (asked.id, False)
        offered = await bank.until(asked.id, OFFERED)
        assert await bank.owed(Book(BookKind.SUSPENSE)) == Decimal("0")
        await bank.loop.do("tokens.reject", (bank.wallet,), offer=offered.instruction)
        assert (await bank.look(asked.id)).state is WithdrawalState.REJECTED
        assert await bank.owed(Book(BookKind.SUSPENSE)) == Decimal("9")
        await bank.consent(bank.wallet)
        asked, _ = await asking(partial(refund, "r2"))
        await bank.until(asked.id, COMPLETED)
        async with bank.loop.database.read() as session:
            (refunded,) = await deposits.in_state(session, DepositState.REFUNDED)
        assert refunded.id == found.id

    play(story)


def _changed(submission: Submission, **transfer: Any) -> Submission:
    """Give a submission whose transfer is different, under another id."""
    command: Any = submission.commands[0]
    form = command["ExerciseCommand"]
    argument = {**form["choiceArgument"]}
    argument["transfer"] = {**argument["transfer"], **transfer}
    changed = {"ExerciseCommand": {**form, "choiceArgument": argument}}
    return replace(submission, commands=(changed,), command_id=str(uuid4()))


def _to_itself(bank: Bank, submission: Submission) -> Submission:
    meta: dict[str, Any] = {"values": {}}
    return _changed(submission, receiver=bank.treasury, meta=meta)


async def _with_other_inputs(bank: Bank, submission: Submission) -> Submission:
    command: Any = submission.commands[0]
    meta = command["ExerciseCommand"]["choiceArgument"]["transfer"]["meta"]["values"]
    assert WITHDRAWAL_ID in meta
    async with bank.loop.database.read() as session:
        held = await history.holdings(session, bank.treasury, 10)
    return _changed(submission, inputHoldingCids=[each.contract_id for each in held])


def _unheld(withdrawal: Withdrawal) -> Entry:
    """Give back what a withdrawal holds, as a database without it would have it."""
    assert withdrawal.account is not None
    held, customer = Book.held(withdrawal.id), Book.customer(withdrawal.account)
    postings = pair(held, customer, withdrawal.instrument, withdrawal.amount)
    return Entry(
        occasion=Occasion.RELEASED, reference="restored", at=CLOCK.now(), postings=postings
    )

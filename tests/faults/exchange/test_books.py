"""The books of the storm notice a double payment: a worker that makes one, on purpose.

It takes an answer that it did not wait for as a refusal, and sends the payment once more under
another command id, so that the ledger does not know it again. With the same inputs the ledger
refuses it all the same; with others the customer is paid twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from cantata.automation.model import State, command_id, intent_of_command
from cantata.automation.submitter import Gate, IntentSubmitter
from cantata.bootstrap import handlers
from cantata.exchange.model.withdrawals import Withdrawal, WithdrawalState
from cantata.exchange.repository import pool
from cantata.kernel.money import Decimal
from cantata.ledger.outcome import Done, Outcome, Refused
from cantata.ledger.services.commands import Receipt
from cantata.ledger.submission import Submission
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.faults.exchange import books
from tests.faults.exchange.house import POLICY, PREAPPROVED, House
from tests.faults.exchange.payers import Account, Deposit, Paid
from tests.faults.exchange.receivers import Manner, Receiver, Receivers
from tests.faults.exchange.tellers import Asked, Told
from tests.faults.exchange.truth import truth_of
from tests.faults.exchange.wallets import Token, Wallet
from tests.integration.exchange.bank import CLOCK, Bank, alarms, founded
from tests.integration.tokens.loop import looping

PIECES = 6
PIECE = Decimal("20")
AMOUNT = Decimal("7")
Change = Callable[[Submission], Submission]


class Hasty:
    """A gate that sends everything twice: as it is, and then changed, under another command id."""

    def __init__(self, gate: Gate, change: Change) -> None:
        self._gate = gate
        self._change = change
        self.told: list[type] = []
        """What became of each of both, as the ledger told."""

    async def outcome(self, submission: Submission) -> Outcome[Receipt]:
        first = await self._gate.outcome(submission)
        intent = intent_of_command(submission.command_id)
        assert intent is not None, submission.command_id
        again = replace(self._change(submission), command_id=command_id(intent, 2))
        second = await self._gate.outcome(again)
        self.told += [type(first), type(second)]
        return first


def same(submission: Submission) -> Submission:
    return submission


def with_inputs(*contracts: str) -> Change:
    """Pay with other holdings, as a worker does that has given the first ones back."""

    def change(submission: Submission) -> Submission:
        command: Any = submission.commands[0]
        form = command["ExerciseCommand"]
        argument = form["choiceArgument"]
        transfer = {**argument["transfer"], "inputHoldingCids": list(contracts)}
        changed = {**form, "choiceArgument": {**argument, "transfer": transfer}}
        return replace(submission, commands=({"ExerciseCommand": changed},))

    return change


async def housed(bank: Bank, http: httpx2.AsyncClient) -> House:
    """Give the exchange as the books of the storm see it: what was paid in, and who is paid."""
    token = Token(bank.of["admin"], PREAPPROVED, "")
    receiver = await bank.loop.party("receiver")
    await bank.consent(receiver)
    await bank.deposit(str(PIECE), PIECES)
    account = Account(bank.account.id, bank.account.memo, bank.treasury)
    paid = Deposit(
        token=token,
        treasury=bank.treasury,
        amount=PIECE,
        account=account.id,
        offered=False,
        update_id="",
    )
    wallet = Wallet(bank.loop.ledger, http, receiver)
    return House(
        database=bank.loop.database,
        ledger=bank.loop.ledger,
        tokens=(token,),
        accounts=(account,),
        payers=(),
        paid=Paid([paid] * PIECES),
        receivers=Receivers([Receiver(bank.loop.ledger, wallet, Manner.PREAPPROVES)]),
        tellers=(),
        told=Told(),
    )


async def paid_by(bank: Bank, house: House, gate: Gate) -> Withdrawal:
    """Have a payment carried out by a worker with this gate, and wait until it is ingested."""
    receiver = house.receivers.all[0].party
    payment = await bank.stopped(str(AMOUNT), receiver=receiver)
    order = bank.order(str(AMOUNT), receiver=receiver)
    house.told.taken[payment.id] = Asked(payment.id, order, house.tokens[0])
    intent = await bank.intent(payment.id)
    assert intent is not None
    assert intent.state is State.REQUESTED
    database = bank.loop.database
    carried = [*handlers.handlers(), *handlers.exchange_handlers(database, CLOCK)]
    await IntentSubmitter(database, gate, carried, CLOCK).step(intent)
    await bank.loop.ingested(await bank.loop.ledger.state.ledger_end())
    return await bank.until(payment.id, WithdrawalState.COMPLETED)


async def spare(bank: Bank) -> str:
    """Give a holding of the treasury that pays nothing yet."""
    async with bank.loop.database.read() as session:
        shelf = await pool.shelf(session, bank.treasury, bank.listed, CLOCK.now())
    return next(coin.contract_id for coin in shelf.smallest[::-1] if coin.amount == PIECE)


def test_the_books_notice_that_somebody_was_paid_twice(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        fees = {"withdrawal_fee": POLICY.withdrawal_fee, "reject_fee": POLICY.reject_fee}
        async with (
            looping(database_settings, shared_sandbox.url) as loop,
            httpx2.AsyncClient() as http,
        ):
            bank = await founded(loop, **fees)
            house = await housed(bank, http)
            gate = loop.ledger.commands
            await paid_by(bank, house, gate)
            await books.check(house)
            again = Hasty(gate, same)
            await paid_by(bank, house, again)
            assert again.told == [Done, Refused], "its inputs are spent"
            await books.check(house)
            before = alarms("withdrawal_paid_twice")
            twice = Hasty(gate, with_inputs(await spare(bank)))
            await paid_by(bank, house, twice)
            assert twice.told == [Done, Done]
            assert alarms("withdrawal_paid_twice") == before + 1
            await _all_notice(house)

    asyncio.run(story())


async def _all_notice(house: House) -> None:
    """Each check alone does, whatever the others say."""
    truth = truth_of(await books.recorded(house), house.treasuries)
    rows = await books.withdrawals_of(house)
    with pytest.raises(AssertionError):
        books.check_payments(house, truth, rows)
    known = {identity: row for identity, row in rows.items() if identity in house.told.taken}
    with pytest.raises(AssertionError):
        books.check_payments(house, truth, known)
    with pytest.raises(AssertionError):
        await books.check_owed(house, known)
    with pytest.raises(AssertionError):
        await books.check_reconciled(house)
    with pytest.raises(AssertionError):
        await books.check(house)

"""Customers, wallets, lost answers and impatience in any order: the books are the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import AsyncExitStack, suppress
from typing import ClassVar, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cantata.bootstrap import ingesting
from cantata.exchange.errors import BalanceTooLow
from cantata.exchange.history.state import State
from cantata.exchange.model.journal import Book
from cantata.exchange.model.withdrawals import FINAL, Withdrawal, WithdrawalState
from cantata.exchange.refusals import WithdrawalEnded
from cantata.exchange.repository import history, journal, withdrawals
from cantata.ingestion.repository import load_cursor
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime
from cantata.ledger.submission import Submission
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.exchange.bank import CLOCK, Bank, founded
from tests.integration.tokens.loop import looping

T = TypeVar("T")

ZERO = Decimal("0")
AMOUNTS = st.sampled_from(["0.01", "7", "12.5", "30", "49.99"])
STEPS = 14
EXAMPLES = 2


def test_the_books_are_the_ledger_whatever_happens(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    class Here(Machine):
        where = (database_settings, shared_sandbox.url)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


class Machine(RuleBasedStateMachine):
    """An exchange that is used, disturbed and looked at; time passes in its rules alone."""

    where: ClassVar[tuple[DatabaseSettings, str]]

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self.bank: Bank
        self.asked: list[Withdrawal] = []
        self.lost: list[tuple[Withdrawal, Submission]] = []
        self.paid_in = ZERO

    def do(self, work: Awaitable[T]) -> T:
        async def run() -> T:
            return await work

        return self._runner.run(run())

    @initialize()
    def open(self) -> None:
        loop = self.do(self._stack.enter_async_context(looping(*self.where)))
        fees = {"withdrawal_fee": Decimal("0.01"), "reject_fee": Decimal("0.02")}
        self.bank = self.do(founded(loop, **fees))

    @rule(amount=AMOUNTS, pieces=st.integers(1, 2))
    def deposit(self, amount: str, pieces: int) -> None:
        self.do(self.bank.deposit(amount, pieces))
        for _ in range(pieces):
            self.paid_in = self.paid_in + Decimal(amount)

    @rule(amount=AMOUNTS)
    def request(self, amount: str) -> None:
        with suppress(BalanceTooLow):
            self.asked.append(self.do(self.bank.request(amount)))

    @rule(amount=AMOUNTS, is_recorded=st.booleans())
    def lose_the_answer(self, amount: str, is_recorded: bool) -> None:
        """Send a payment whose fate nobody is told; it is dead soon if it was not recorded."""
        try:
            asked = self.do(self.bank.stopped(amount))
        except BalanceTooLow:
            return
        self.asked.append(asked)
        if asked.dead_after is None:
            self.do(self.bank.go(asked))
            return
        submission = self.do(self.bank.prepared(asked.id))
        span = RelTime.of(minutes=2) if is_recorded else RelTime.of(seconds=-1)
        self.do(self.bank.sent(asked, CLOCK.now() + span))
        if is_recorded:
            self.do(self.bank.send(submission))
        else:
            self.lost.append((asked, submission))

    @precondition(lambda self: bool(self.asked))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        with suppress(WithdrawalEnded):
            self.do(self.bank.cancel(data.draw(st.sampled_from(self.asked)).id))

    @rule(how=st.sampled_from(["tokens.accept", "tokens.reject"]))
    def answer_offers(self, how: str) -> None:
        for offer in self.do(self._offers()):
            if offer.instruction is not None:
                self.do(self.bank.loop.ask(how, (self.bank.wallet,), offer=offer.instruction))

    @rule()
    def tick(self) -> None:
        self.do(self.bank.tick())

    @invariant()
    def the_books_are_the_ledger(self) -> None:
        if hasattr(self, "bank"):
            self.do(self._compare())

    def teardown(self) -> None:
        if hasattr(self, "bank"):
            self.do(self._settled())
            self.do(self._compare())
            self.do(self.bank.check())
        self.do(self._stack.aclose())
        self._runner.close()

    async def _offers(self) -> tuple[Withdrawal, ...]:
        async with self.bank.loop.database.read() as session:
            return await withdrawals.in_state(session, WithdrawalState.OFFERED)

    async def _compare(self) -> None:
        """At one offset the journal, the treasury's holdings and the ledger say the same."""
        bank = self.bank
        async with bank.loop.database.read() as session:
            at = (await load_cursor(session)).offset
            held = await history.totals(session, bank.treasury)
            booked = await journal.balance(session, Book.treasury(bank.treasury), bank.instrument)
            sums = await journal.totals(session)
            rows = await withdrawals.page(session)
            still = [
                -await journal.balance(session, Book.held(each.id), bank.instrument)
                for each in rows
            ]
        source = ingesting.source(bank.loop.ledger)
        active = [contract.event async for contract in source.snapshot(at)]
        shown = State.of_contracts(bank.treasury, active).holdings.values()
        assert booked == held.get(bank.instrument, ZERO)
        assert booked == sum((each.amount for each in shown), ZERO)
        assert sum(sums.values(), ZERO) == ZERO
        for row, amount in zip(rows, still, strict=True):
            assert amount == (ZERO if row.state in FINAL else row.amount + row.fee), row

    async def _settled(self) -> None:
        """Let everything end: offers are accepted, what was lost is dead."""
        bank = self.bank

        async def is_over() -> bool:
            await bank.tick()
            for offer in await self._offers():
                if offer.instruction is not None:
                    await bank.loop.ask("tokens.accept", (bank.wallet,), offer=offer.instruction)
            async with bank.loop.database.read() as session:
                return all(each.state in FINAL for each in await withdrawals.page(session))

        await bank.loop.until(is_over)
        async with bank.loop.database.read() as session:
            rows = await withdrawals.page(session)
        lost = {each.id for each, _ in self.lost}
        for row in rows:
            assert row.id not in lost or row.state in {
                WithdrawalState.FAILED,
                WithdrawalState.WITHDRAWN,
            }
        assert await bank.reserved() == 0

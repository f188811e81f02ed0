"""What is declared dead is never paid: by the ledger's rule, or because it is taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from cantata.automation.handler import Consults, Plan
from cantata.automation.model import command_id
from cantata.bootstrap import handlers
from cantata.exchange.model.withdrawals import Withdrawal, WithdrawalState
from cantata.exchange.policy import withdrawals as policy
from cantata.exchange.policy.withdrawals import SKEW, TOLERANCE
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.ledger.errors import Refusal
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.exchange.bank import CLOCK, Bank, alarms, played

FAILED, WITHDRAWN = WithdrawalState.FAILED, WithdrawalState.WITHDRAWN
NOTHING = RelTime.of()
SHORT = RelTime.of(seconds=1)


@pytest.fixture
def play(database_settings: DatabaseSettings, shared_sandbox: Sandbox) -> Callable[..., None]:
    """Run a story on an exchange of its own."""
    return partial(played, database_settings, shared_sandbox.url)


async def plan_of(bank: Bank, payment: Withdrawal) -> Plan:
    """Prepare a payment as a worker does, and send nothing."""
    handler = handlers.exchange_handlers(bank.loop.database, CLOCK)[0]
    assert isinstance(handler, Consults)
    intent = await bank.intent(payment.id)
    assert intent is not None
    found = await handler.consult(intent, CLOCK.now())
    async with bank.loop.database.write() as session:
        return await handler.prepare_with(session, intent, found, CLOCK.now())


def deadline_of(plan: Plan) -> Timestamp:
    argument = plan.commands[0]["ExerciseCommand"]["choiceArgument"]
    return Timestamp.parse(argument["transfer"]["executeBefore"])


def hurried(plan: Plan, deadline: Timestamp) -> Plan:
    """Give a plan whose time is over soon, instead of waiting for the whole of it."""
    form = plan.commands[0]["ExerciseCommand"]
    argument = form["choiceArgument"]
    transfer = {**argument["transfer"], "executeBefore": str(deadline)}
    changed = {**form, "choiceArgument": {**argument, "transfer": transfer}}
    return replace(plan, commands=[{"ExerciseCommand": changed}])


def test_what_completes_at_once_ends_with_its_bound(play: Callable[..., None]) -> None:
    """Its choice refuses soon after the bound; an offer waits for its receiver, and cannot."""

    async def story(bank: Bank) -> None:
        await bank.deposit("50", pieces=2)
        offered = await plan_of(bank, await bank.stopped("20"))
        assert deadline_of(offered) > CLOCK.now() + RelTime.of(days=1)
        assert offered.max_record_time is None
        await bank.consent(bank.wallet)
        direct = await bank.stopped("20")
        plan = await plan_of(bank, direct)
        assert direct.dead_after is not None
        assert deadline_of(plan) == direct.dead_after + SKEW
        assert plan.max_record_time == deadline_of(plan) + TOLERANCE
        shown = await bank.look(direct.id)
        assert shown.execute_before == deadline_of(plan)

    play(story)


def test_nobody_is_paid_after_the_money_was_given_back(
    play: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker stood still before it sent: when it goes on, the ledger refuses what is dead."""
    monkeypatch.setattr(policy, "TOLERANCE", NOTHING)  # our ledger's times are the same

    async def story(bank: Bank) -> None:
        await bank.consent(bank.wallet)
        await bank.deposit("50")
        payment = await bank.stopped("20")
        deadline = CLOCK.now() + SHORT
        plan = hurried(await plan_of(bank, payment), deadline)
        latest = policy.recorded_until(deadline)
        await bank.sent(payment, latest)
        await asyncio.sleep(max(0, latest.since(CLOCK.now()).microseconds) / 1_000_000 + 0.1)
        await bank.tick()
        dead = await bank.until(payment.id, FAILED)
        assert dead.failure is not None
        assert dead.failure.code == "NOT_RECORDED"
        assert await bank.owed() == Decimal("50")
        before = alarms("withdrawal_after_end")
        with pytest.raises(Refusal, match="deadline"):
            await bank.loop.ledger.commands.submit(plan.submission(command_id(payment.id, 1)))
        await bank.tick()
        assert (await bank.look(payment.id)).state is FAILED
        assert alarms("withdrawal_after_end") == before
        assert await bank.owed() == Decimal("50")

    play(story)


def test_an_offer_that_comes_after_its_end_is_taken_back(play: Callable[..., None]) -> None:
    """The choice that makes an offer has no such bound: nobody is to accept what was given back."""

    async def story(bank: Bank) -> None:
        await bank.deposit("50")
        payment = await bank.stopped("20")
        plan = await plan_of(bank, payment)
        await bank.sent(payment, CLOCK.now() + RelTime.of(seconds=-1))
        await bank.tick()
        await bank.until(payment.id, FAILED)
        assert await bank.owed() == Decimal("50")
        before = alarms("withdrawal_after_end")
        await bank.send(plan.submission(command_id(payment.id, 1)))

        async def is_back() -> bool:
            return (await bank.look(payment.id)).state is WITHDRAWN

        await bank.loop.until(is_back)
        assert alarms("withdrawal_after_end") == before + 1
        assert await bank.owed() == Decimal("50")
        assert sum(await bank.holdings(), Decimal("0")) == Decimal("50")

    play(story)

"""What holds of a payment at each moment: whole or not at all, bounded, moved by the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NoReturn
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from cantata.automation.handler import Consults
from cantata.automation.model import State
from cantata.automation.tables import INTENTS
from cantata.bootstrap import handlers, ingesting
from cantata.exchange.history.model import Status
from cantata.exchange.model.journal import Book
from cantata.exchange.model.treasury import SIGNED_BY_PARTICIPANT
from cantata.exchange.model.withdrawals import WithdrawalState
from cantata.exchange.projection.books import Books
from cantata.exchange.projection.withdrawals import Withdrawals
from cantata.exchange.refusals import WithdrawalsDisabled
from cantata.exchange.repository import withdrawals
from cantata.exchange.repository.tables import TREASURIES, WITHDRAWALS
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.storage.questions import asking
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.repository.tables import RESERVATIONS
from tests.api.process import Sandbox
from tests.integration.exchange.bank import CLOCK, Bank, founded, opened, played
from tests.integration.exchange.test_withdrawal_histories import RolledBack, history_of, only
from tests.integration.tokens.loop import looping

COMPLETED, OFFERED = WithdrawalState.COMPLETED, WithdrawalState.OFFERED
SUBMITTED = WithdrawalState.SUBMITTED


@pytest.fixture
def play(database_settings: DatabaseSettings, shared_sandbox: Sandbox) -> Callable[..., None]:
    """Run a story on an exchange of its own."""
    return partial(played, database_settings, shared_sandbox.url)


async def kept(bank: Bank, withdrawal: UUID) -> list[int]:
    """Count the rows of a payment: its own, its intent's, the holdings it reserved."""
    questions = (
        select(func.count()).where(WITHDRAWALS.c.id == withdrawal),
        select(func.count()).where(INTENTS.c.id == withdrawal),
        select(func.count()).select_from(RESERVATIONS),
    )
    async with bank.loop.database.read() as session:
        return [int(await session.scalar(each)) for each in questions]


def test_a_request_is_kept_whole_or_not_at_all(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("50")
        made: list[UUID] = []

        async def ask_and_fail() -> NoReturn:
            async with bank.loop.database.write() as session:
                order = bank.order("20")
                asked, _ = await bank.service.request(session, order, str(uuid4()), "exchange")
                made.append(asked.id)
                raise RolledBack

        with pytest.raises(RolledBack):
            await asking(ask_and_fail)
        assert await kept(bank, made[0]) == [0, 0, 0]
        assert await bank.owed() == Decimal("50")
        asked = await bank.stopped("20")
        assert await kept(bank, asked.id) == [1, 1, 1]
        assert asked.dead_after is not None
        assert asked.dead_after > CLOCK.now()
        assert await bank.owed() == Decimal("30")
        assert await bank.owed(Book.held(asked.id)) == Decimal("20")

    play(story)


def test_what_a_signer_sees_is_bounded_as_the_request_is(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("50")
        asked = await bank.stopped("20")
        signed = update(TREASURIES).where(TREASURIES.c.party == bank.treasury)
        async with bank.loop.database.write() as session:
            await session.run(signed.values(signer="vault"))
        handler = handlers.exchange_handlers(bank.loop.database, CLOCK)[0]
        assert isinstance(handler, Consults)
        intent = await bank.intent(asked.id)
        assert intent is not None
        found = await handler.consult(intent, CLOCK.now())
        async with bank.loop.database.write() as session:
            plan = await handler.prepare_with(session, intent, found, CLOCK.now())
        assert (plan.signer, plan.external) == ("vault", True)
        assert plan.max_record_time == asked.dead_after

    play(story)


def test_only_ingestion_leads_a_payment_on(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    """The ledger has answered that it is recorded: that is not yet what customers are told."""

    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop:
            bank = await founded(loop)
            await bank.consent(bank.wallet)
            await bank.deposit("50")
            ingestion, *_ = loop.jobs
            ingestion.cancel()
            await asyncio.gather(ingestion, return_exceptions=True)
            before = await loop.ledger.state.ledger_end()
            asked = await bank.request("20")
            sent = replace(bank, loop=replace(loop, jobs=loop.jobs[1:]))

            async def is_recorded() -> bool:
                return await loop.ledger.state.ledger_end() > before

            await sent.loop.until(is_recorded)
            assert (await sent.until(asked.id, SUBMITTED)).attempts == 1
            assert await bank.owed(Book.held(asked.id)) == Decimal("20")
            again = ingesting.runner(database_settings, loop.database, loop.ledger)
            running = asyncio.create_task(again.run())
            whole = replace(bank, loop=replace(loop, jobs=(running, *loop.jobs[1:])))
            assert (await whole.until(asked.id, COMPLETED)).attempts == 1
            await whole.check()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(story())


def test_an_offer_that_its_registry_ends_is_given_back(play: Callable[..., None]) -> None:
    """Such a registry is made up: ours has no step in which it fails what was offered."""

    async def story(bank: Bank) -> None:
        await bank.deposit("50")
        asked = await bank.until((await bank.request("20")).id, OFFERED)
        await bank.loop.do("tokens.reject", (bank.wallet,), offer=asked.instruction)
        rejected = (await history_of(bank))[-1]
        (entry,) = rejected.parsed.entries
        ended = replace(entry, status=Status.FAILED, update_id="1220aa")

        async def read_failed() -> None:
            async with bank.loop.database.write() as session:
                mine = update(WITHDRAWALS).where(WITHDRAWALS.c.id == asked.id)
                await session.run(mine.values(state="offered"))
                await Books([Withdrawals(CLOCK)]).saw(session, [only(rejected, ended)])
                found = await withdrawals.find(session, asked.id)
                assert found is not None
                assert found.state is WithdrawalState.FAILED
                assert found.end_update_id == "1220aa"
                raise RolledBack

        with pytest.raises(RolledBack):
            await read_failed()
        assert await bank.owed() == Decimal("50")

    play(story)


def test_two_treasuries_keep_out_of_each_others_way(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    """Each pays from its own holdings, and one goes on while the other is stopped."""

    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop:
            one = await founded(loop)
            other = await opened(loop, PartyId(await loop.party("Other")), SIGNED_BY_PARTICIPANT)
            await other.consent(other.treasury)
            for bank, amount in ((one, "50"), (other, "30")):
                await bank.consent(bank.wallet)
                await bank.deposit(amount)
            await one.enable(False)
            with pytest.raises(WithdrawalsDisabled):
                await one.request("10")
            await other.until((await other.request("10")).id, COMPLETED)
            await one.enable(True)
            paid = await asyncio.gather(*(bank.request("20") for bank in (one, other)))
            for bank, asked in zip((one, other), paid, strict=True):
                await bank.until(asked.id, COMPLETED)
            assert await one.holdings() == [Decimal("30")]
            assert await one.owed() == Decimal("30")
            assert await other.holdings() == []
            assert await other.owed() == Decimal("0")
            await one.check()
            await other.check()

    asyncio.run(story())


def test_a_second_payment_from_the_same_holdings_is_refused_by_the_ledger(
    play: Callable[..., None],
) -> None:
    async def story(bank: Bank) -> None:
        await bank.consent(bank.wallet)
        await bank.deposit("50")
        asked = await bank.stopped("20")
        first = await bank.prepared(asked.id)
        await bank.sent(asked, asked.dead_after or CLOCK.now())
        await bank.send(first)
        before = await bank.loop.ledger.state.ledger_end()
        with pytest.raises(Exception, match=r"CONTRACT_NOT_(FOUND|ACTIVE)|INACTIVE_CONTRACTS"):
            await bank.send(replace(first, command_id="again"))
        intent = await bank.intent(asked.id)
        assert intent is not None
        assert intent.state is State.COMPLETED
        assert await bank.loop.ledger.state.ledger_end() == before
        assert await bank.holdings() == [Decimal("30")]

    play(story)

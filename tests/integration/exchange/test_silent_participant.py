"""A participant that does not answer: requests end in time, and hold no connection meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from cantata.accounts.service.parties import PartyAccess
from cantata.automation.tables import INTENTS
from cantata.exchange.errors import BalanceTooLow
from cantata.exchange.model.customers import AccountState, CustomerAccount
from cantata.exchange.model.withdrawals import Withdrawal, WithdrawalOrder
from cantata.exchange.policy.memos import new_memo
from cantata.exchange.repository import customers
from cantata.exchange.service.withdrawals import Withdrawals
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import ManualClock, RelTime
from cantata.storage.database import Database
from cantata.storage.questions import AnswerTimedOut, asking
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.errors import PartyUnknown
from cantata.tokens.service.common import Desk
from tests.integration.exchange.test_pool import AT, LISTED, TREASURY, holding, holding_all

SHORT = RelTime.of(micros=200_000)
STRANGER = PartyId("stranger::1220" + "9c" * 31 + "9d")
CLOCK = ManualClock(AT)


class Participant:
    """Answers slowly, with what it is told, or never."""

    def __init__(self, answer: bool | None, *, remembered: bool = False) -> None:
        self.answer = answer
        self.remembered = remembered
        self.begun = asyncio.Event()
        self.asked = 0

    def remembers(self, party: PartyId) -> bool:
        return self.remembered

    async def knows(self, party: PartyId) -> bool:
        self.asked += 1
        self.begun.set()
        if self.answer is None:
            await asyncio.Event().wait()
        return bool(self.answer)


@asynccontextmanager
async def narrow(settings: DatabaseSettings) -> AsyncIterator[tuple[Database, CustomerAccount]]:
    """A treasury, a customer without a balance, and a database of one connection."""
    account = CustomerAccount(
        id=uuid4(),
        reference="customer",
        memo=new_memo(),
        treasury=TREASURY,
        state=AccountState.OPEN,
        created_at=AT,
    )
    only_one = replace(settings, connections_max=1)
    async with holding_all(only_one, [holding(1, "10")]) as database:
        async with database.write() as session:
            assert await customers.add(session, account)
        yield database, account


Request = Callable[[Database, CustomerAccount, Participant], Awaitable[Any]]


async def withdrawal(
    database: Database, account: CustomerAccount, participant: Participant
) -> Withdrawal:
    order = WithdrawalOrder(
        account=account.id,
        instrument=LISTED.id,
        amount=Decimal("1"),
        receiver=STRANGER,
        memo="",
    )
    async with database.write() as session:
        return (await Withdrawals(participant, CLOCK).request(session, order, "1", "test"))[0]


async def token(database: Database, account: CustomerAccount, participant: Participant) -> None:
    accounts: Any = SimpleNamespace(parties=PartyAccess(SimpleNamespace(), CLOCK))  # type: ignore[arg-type] # no rights are asked about
    async with database.write() as session:
        await Desk(accounts, participant, CLOCK).require_party(session, STRANGER)


@pytest.mark.parametrize("request_of", [withdrawal, token])
def test_nothing_is_held_while_it_is_asked(
    database_settings: DatabaseSettings, request_of: Request
) -> None:
    async def story() -> None:
        async with narrow(database_settings) as (database, account):
            participant = Participant(None)
            job = asyncio.create_task(
                asking(lambda: request_of(database, account, participant), SHORT)
            )
            await participant.begun.wait()
            async with database.read() as session:
                count = select(func.count()).select_from(INTENTS)
                assert await session.scalar(count) == 0, "the only connection is free"
            with pytest.raises(AnswerTimedOut):
                await job
            async with database.read() as session:
                assert await session.scalar(count) == 0

    asyncio.run(story())


@pytest.mark.parametrize(
    "request_of, after",
    [(withdrawal, BalanceTooLow), (token, None)],
    ids=["exchange", "tokens"],
)
def test_the_answer_decides(
    database_settings: DatabaseSettings, request_of: Request, after: type[Exception] | None
) -> None:
    """Who is known is paid, as far as there is a balance; who is not is refused."""

    async def story() -> None:
        async with narrow(database_settings) as (database, account):

            async def ask(participant: Participant) -> int:
                await asking(lambda: request_of(database, account, participant))
                return participant.asked

            stranger = Participant(answer=False)
            with pytest.raises(PartyUnknown):
                await ask(stranger)
            assert stranger.asked == 1
            for participant, times in (
                (Participant(answer=True), 1),
                (Participant(None, remembered=True), 0),
            ):
                if after is None:
                    await ask(participant)
                else:
                    with pytest.raises(after):
                        await ask(participant)
                assert participant.asked == times

    asyncio.run(story())

"""A treasury may hold, and owe, more than any amount: it is booked to the last unit."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from cantata.bootstrap import ingesting
from cantata.exchange.model.journal import Book, BookKind
from cantata.exchange.repository import history, journal, listings, pool, reading
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.lang import Party
from cantata.ledger.submission import Submission
from cantata.ledger.typed import create
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.contract.token import Token
from cantata.tokens.tasks.common import standard_id
from tests.api.process import Sandbox
from tests.integration.exchange.house import CLOCK, House, housing
from tests.integration.tokens.loop import looping

MOST = "9999999999999999999999999999.99"
TWO = "19999999999999999999999999999.98"
FOUR = "39999999999999999999999999999.96"
SIX = "59999999999999999999999999999.94"


async def pile(house: House, owner: str, count: int) -> None:
    """Make so many of the largest holdings by hand, in one transaction."""
    token = Token(
        instrument_id=standard_id(house.instrument),
        owner=Party(PartyId(owner)),
        amount=Decimal(MOST),
        lock=None,
    )
    submission = Submission(
        commands=tuple(create(token) for _ in range(count)),
        act_as=(house.instrument.admin, owner),
        command_id=str(uuid4()),
    )
    receipt = await house.loop.ledger.commands.submit(submission)
    await house.loop.ingested(receipt.offset)


def test_a_treasury_holds_and_owes_more_than_an_amount(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop, housing(loop) as house:
            await house.preapprove()
            await pile(house, house.payer, 2)
            for _ in range(2):
                await house.pay(MOST, house.account.memo)
            assert str(await house.owed(Book.customer(house.account.id))) == TWO
            await pile(house, house.treasury, 4)
            await _is_booked(house)
            await _can_pay(house)

    asyncio.run(story())


async def _is_booked(house: House) -> None:
    async with house.loop.database.read() as session:
        held = await history.totals(session, house.treasury)
        booked = await journal.balances(session, Book.treasury(house.treasury))
        (position,) = await reading.positions(session, house.treasury)
        lines = await reading.statement(session, house.account.id, None, 10)
        balances = await house.customers.balances(session, house.account)
    assert held == booked
    assert str(held[house.instrument]) == str(position.total) == SIX
    assert [str(each.balance) for each in lines] == [TWO, MOST]
    assert str(balances[house.instrument].available) == TWO
    assert str(await house.owed(Book(BookKind.INCOME))) == FOUR
    report = await ingesting.treasury_reconciler(house.loop.database, house.loop.ledger).run()
    assert report.is_clean, report.differences
    assert [str(each.amount) for each in report.positions] == [SIX]


async def _can_pay(house: House) -> None:
    """Inputs are chosen that one transaction can hold."""
    async with house.loop.database.write() as session:
        listed = await listings.find(session, house.instrument)
        assert listed is not None
        free = await pool.free_total(session, house.treasury, listed, CLOCK.now())
        assert str(free) == SIX
        wanted = Decimal("1.5")
        found = await pool.candidates(session, house.treasury, listed, wanted, CLOCK.now())
    assert found.best is not None
    assert str(found.best.amount) == MOST

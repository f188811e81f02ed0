"""Treasuries held against the ledger: nothing differs if all goes well; any fault is found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text

from cantata.bootstrap import ingesting
from cantata.exchange.history.state import State
from cantata.exchange.model.journal import Book, BookKind, Entry, Occasion, pair
from cantata.exchange.reconciliation import policy, repository
from cantata.exchange.reconciliation.model import (
    BalancesDiffer,
    BooksDiffer,
    FieldDiffers,
    HeldForNothing,
    NotCovered,
    NotOnLedger,
    NotRecorded,
    Report,
    Unexplained,
    described,
)
from cantata.exchange.reconciliation.service import TreasuryReconciler
from cantata.exchange.repository import journal
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import SystemClock
from cantata.kernel.totals import Total
from cantata.ledger.model.events import ActiveContract
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.exchange.test_deposits import NOW, Desk, founded, opened
from tests.integration.exchange.test_pool import TREASURY, holding
from tests.integration.tokens.loop import looping


def reconciler_of(desk: Desk) -> TreasuryReconciler:
    return ingesting.treasury_reconciler(desk.loop.database, desk.loop.ledger)


async def tampered(desk: Desk, statement: str, **values: object) -> Report:
    async with desk.loop.database.write() as session:
        await session.run(text(statement), values)
    return await reconciler_of(desk).run()


async def busy(desk: Desk) -> None:
    """Offers, one of them accepted, and what came in directly, known and unknown."""
    consent = {"receiver": desk.treasury, "expires_at": None, **desk.of}
    first = await desk.pay("10", desk.account.memo)
    await desk.pay("20", "")
    await desk.loop.do("tokens.accept", (desk.treasury,), offer=first["offer"])
    await desk.loop.do("tokens.preapprove", (desk.treasury,), **consent)
    await desk.pay("30", desk.account.memo)
    await desk.pay("40", "who knows")


async def busier(desk: Desk) -> None:
    """What comes in directly, now that the treasury has consented."""
    for amount, memo in (("1", desk.account.memo), ("2", ""), ("3", desk.account.memo)):
        await desk.pay(amount, memo)


def test_what_the_ledger_shows_is_what_is_owed(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    """Two treasuries on one database, one of which opened with something, while payments go on."""

    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop:
            desk = await founded(loop)
            second = PartyId(await loop.party("Second"))
            await loop.mint(desk.of, second, "7")
            await opened(loop, second, "second")
            await busy(desk)
            _, report = await asyncio.gather(busier(desk), reconciler_of(desk).run())
            assert report.is_clean, report.differences
            report = await reconciler_of(desk).run()
            assert report.is_clean, report.differences
            held = {each.treasury: (each.amount, each.holdings) for each in report.positions}
            assert held == {
                desk.treasury: (Total.of([Decimal("86")]), 6),
                second: (Total.of([Decimal("7")]), 1),
            }
            assert report.compared == 6 + 1 + 1
            owed = {kind: amount for (kind, _), amount in report.owed.items()}
            assert owed == {
                BookKind.TREASURY: Decimal("93"),
                BookKind.CUSTOMER: Decimal("-44"),
                BookKind.SUSPENSE: Decimal("-42"),
                BookKind.OPENING: Decimal("-7"),
            }
            async with loop.database.read() as session:
                kept = await repository.latest(session, 10)
            assert [row.differing for row in kept] == [0, 0]
            assert kept[0].ledger_offset == report.offset

    asyncio.run(story())


def test_whatever_is_wrong_is_found(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop:
            desk = await founded(loop)
            await busy(desk)
            report = await tampered(
                desk, "UPDATE exchange_holdings SET amount = amount + 0.01 WHERE amount = 10"
            )
            assert [type(each) for each in report.differences] == [FieldDiffers, BooksDiffer]
            report = await tampered(
                desk,
                "UPDATE exchange_holdings SET amount = 10, archived_offset = created_offset"
                " WHERE amount = 10.01",
            )
            assert [type(each) for each in report.differences] == [NotRecorded, BooksDiffer]
            report = await tampered(desk, "UPDATE exchange_holdings SET archived_offset = NULL")
            assert report.is_clean, report.differences
            report = await tampered(
                desk,
                "UPDATE exchange_instructions SET closed_offset = NULL WHERE contract_id ="
                " (SELECT contract_id FROM exchange_instructions WHERE closed_offset > 0 LIMIT 1)",
            )
            assert [type(each) for each in report.differences] == [NotOnLedger]
            report = await tampered(
                desk,
                "UPDATE exchange_instructions SET closed_offset = 1",
            )
            assert [type(each) for each in report.differences] == [NotRecorded]
            report = await tampered(
                desk, "UPDATE journal_balances SET amount = amount - 1 WHERE kind = 'suspense'"
            )
            assert {type(each) for each in report.differences} == {
                NotRecorded,
                NotCovered,
                BalancesDiffer,
            }
            assert described(report.differences[1])["held"] == "80.0000000000"

    asyncio.run(story())


def test_what_is_held_for_nothing_and_what_nothing_explains_raise_the_alarm(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop:
            desk = await founded(loop)
            await busy(desk)
            lost, customer = uuid4(), Book.customer(desk.account.id)
            async with loop.database.write() as session:
                await journal.record(
                    session,
                    [
                        _entry("held", pair(customer, Book.held(lost), desk.instrument, THREE)),
                        _entry(
                            "odd",
                            pair(customer, Book(BookKind.UNEXPLAINED), desk.instrument, THREE),
                        ),
                    ],
                )
            report, three = await reconciler_of(desk).run(), Total.of([THREE])
            assert list(report.differences) == [
                Unexplained(instrument=desk.instrument, amount=three),
                HeldForNothing(withdrawal=str(lost), instrument=desk.instrument, amount=three),
            ]

    asyncio.run(story())


THREE = Decimal("3")


def _entry(reference: str, postings: tuple[object, ...]) -> Entry:
    return Entry(occasion=Occasion.HOLD, reference=reference, at=NOW, postings=postings)  # type: ignore[arg-type]


def test_a_ledger_that_cannot_be_read_is_no_comparison(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    class Gone(Exception):
        pass

    async def snapshot(party: PartyId, offset: int) -> AsyncGenerator[ActiveContract, None]:
        raise Gone
        yield

    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop:
            desk = await founded(loop)
            await busy(desk)
            broken = TreasuryReconciler(loop.database, snapshot, SystemClock())
            with pytest.raises(Gone):
                await broken.run()
            async with loop.database.read() as session:
                assert await repository.latest(session, 10) == []

    asyncio.run(story())


def test_states_are_compared_field_by_field() -> None:
    one, two = holding(1, "5"), holding(2, "5")
    ledger = State(TREASURY, [one, two])
    other = State(TREASURY, [one, replace(two, admin_signed=False, package_name="lead")])
    found = [
        each.field
        for each in policy.compare_states(ledger, other)
        if isinstance(each, FieldDiffers)
    ]
    assert found == ["package_name", "admin_signed"]
    assert list(policy.compare_states(ledger, ledger)) == []

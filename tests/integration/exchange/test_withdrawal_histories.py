"""Histories of withdrawals that are read again, go on in several steps, or are odd."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from cantata.automation.tables import INTENTS
from cantata.bootstrap import ingesting
from cantata.exchange.history.model import Changes, Parsed, Status
from cantata.exchange.history.model import Entry as HistoryEntry
from cantata.exchange.history.parser import parse
from cantata.exchange.history.state import State
from cantata.exchange.model.journal import Book, BookKind
from cantata.exchange.model.withdrawals import WithdrawalState
from cantata.exchange.projection.books import Books
from cantata.exchange.projection.deposits import Deposits
from cantata.exchange.projection.treasury import Seen, instrument_id
from cantata.exchange.projection.withdrawals import Withdrawals
from cantata.exchange.repository import journal, treasuries, withdrawals
from cantata.exchange.repository.tables import JOURNAL, WITHDRAWALS
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime
from cantata.kernel.totals import Total
from cantata.ledger.model.updates import Transaction
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId
from tests.api.process import Sandbox
from tests.integration.exchange.bank import CLOCK, Bank, alarms, played

COMPLETED, OFFERED = WithdrawalState.COMPLETED, WithdrawalState.OFFERED


@pytest.fixture
def play(database_settings: DatabaseSettings, shared_sandbox: Sandbox) -> Callable[..., None]:
    """Run a story on an exchange of its own."""
    return partial(played, database_settings, shared_sandbox.url)


def test_reading_again_changes_nothing(play: Callable[..., None]) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("50", pieces=3)
        ended = [await bank.until((await bank.request("20")).id, OFFERED) for _ in range(3)]
        await bank.loop.do("tokens.accept", (bank.wallet,), offer=ended[0].instruction)
        await bank.loop.do("tokens.reject", (bank.wallet,), offer=ended[1].instruction)
        before = await _everything(bank)
        seen = await history_of(bank)
        clock = CLOCK
        for part in (seen, seen[len(seen) // 2 :], seen[-1:]):
            async with bank.loop.database.write() as session:
                await Books([Deposits(clock), Withdrawals(clock)]).saw(session, part)
            assert await _everything(bank) == before

    play(story)


class RolledBack(Exception):
    """What was read never happened."""


def test_an_instruction_of_several_steps_keeps_one_row(play: Callable[..., None]) -> None:
    """A registry's own step puts another contract in the place of the offer."""

    async def story(bank: Bank) -> None:
        await bank.deposit("50")
        asked = await bank.until((await bank.request("20")).id, OFFERED)
        await bank.loop.do("tokens.accept", (bank.wallet,), offer=asked.instruction)
        accepted = (await history_of(bank))[-1]
        (entry,) = accepted.parsed.entries
        second = "00" + "ee" * 40
        step = replace(
            entry,
            update_id="1220aa",
            status=Status.PENDING,
            net=Decimal("0"),
            instruction_id=second,
            original_instruction_id=asked.instruction,
        )
        end = replace(entry, node_id=10_000, update_id="1220bb", instruction_id=second)
        books = Books([Withdrawals(CLOCK)])

        async def read_steps() -> None:
            async with bank.loop.database.write() as session:
                # The row as it was before the acceptance was read.
                await withdrawals.save(session, COMPLETED, replace(asked, state=COMPLETED))
                mine = WITHDRAWALS.c.id == asked.id
                await session.run(update(WITHDRAWALS).where(mine).values(state="offered"))
                await books.saw(session, [only(accepted, step)])
                waits = await withdrawals.find(session, asked.id)
                assert waits is not None
                found = (waits.state, waits.instruction, waits.original_instruction)
                assert found == (OFFERED, second, asked.instruction)
                await books.saw(session, [only(accepted, replace(end, net=Decimal("0")))])
                ended = await withdrawals.find(session, asked.id)
                assert ended is not None
                assert (ended.state, ended.end_update_id) == (COMPLETED, "1220bb")
                assert len(await withdrawals.page(session)) == 1
                raise RolledBack

        with pytest.raises(RolledBack):
            await read_steps()

    play(story)


def test_odd_histories_stop_nothing(play: Callable[..., None]) -> None:
    """An offer that ended goes on, another takes more than was held: alarms, and no crash."""

    async def story(bank: Bank) -> None:
        await bank.deposit("50", pieces=2)
        asked = await bank.until((await bank.request("20")).id, OFFERED)
        await bank.loop.do("tokens.accept", (bank.wallet,), offer=asked.instruction)
        last = (await history_of(bank))[-1]
        (entry,) = last.parsed.entries
        later = replace(
            entry,
            update_id="1220ff",
            record_time=CLOCK.now() + RelTime.of(seconds=1),
            status=Status.PENDING,
            instruction_id="00" + "ff" * 40,
        )
        other = await bank.stopped("20")
        goes_on = replace(later, original_instruction_id=asked.instruction, net=Decimal("0"))
        takes = replace(later, original_instruction_id=None, net=Decimal("-23"), node_id=10_000)
        command = replace(last.transaction, command_id=f"cantata:{other.id}:1")
        gained = {bank.instrument: Total.of([Decimal("-23")])}
        before = alarms("withdrawal_after_end"), alarms("withdrawal_differs")
        books = Books([Withdrawals(CLOCK)])

        async def read_odd() -> None:
            async with bank.loop.database.write() as session:
                await books.saw(session, [only(last, goes_on)])
                odd = replace(only(last, takes), transaction=command, gained=gained)
                await books.saw(session, [odd])
                first = await withdrawals.find(session, asked.id)
                second = await withdrawals.find(session, other.id)
                assert first is not None
                assert second is not None
                assert (first.state, second.state) == (COMPLETED, OFFERED)
                lost = await journal.balance(session, Book(BookKind.LOSSES), bank.instrument)
                held = await journal.balance(session, Book.held(other.id), bank.instrument)
                assert lost == Decimal("3")
                assert held == Decimal("0")
                raise RolledBack

        with pytest.raises(RolledBack):
            await read_odd()
        after = alarms("withdrawal_after_end"), alarms("withdrawal_differs")
        assert after == (before[0] + 1, before[1] + 1)

    play(story)


def only(seen: Seen, entry: HistoryEntry) -> Seen:
    parsed = Parsed(changes=Changes(), entries=(entry,))
    return replace(seen, parsed=parsed, gained={})


async def _everything(bank: Bank) -> tuple[list[Any], ...]:
    async with bank.loop.database.read() as session:
        rows = await session.all(select(WITHDRAWALS).order_by(WITHDRAWALS.c.id))
        made = await session.all(select(JOURNAL).order_by(JOURNAL.c.number))
        sums = await journal.totals(session)
        asked = await session.all(select(INTENTS.c.id).order_by(INTENTS.c.id))
    return list(rows), list(made), sorted(map(str, sums.items())), list(asked)


def _gained(parsed: Parsed) -> dict[InstrumentId, Total]:
    sums: dict[InstrumentId, Total] = {}
    for entry in parsed.entries:
        if entry.instrument is not None and entry.net is not None:
            name = instrument_id(entry.instrument)
            sums[name] = sums.get(name, Total()) + entry.net
    return sums


async def history_of(bank: Bank) -> Sequence[Seen]:
    """Read the treasury's whole history again, as it was read the first time."""
    async with bank.loop.database.read() as session:
        treasury = await treasuries.find(session, bank.treasury)
    assert treasury is not None
    state, found = State(bank.treasury), []
    source = ingesting.source(bank.loop.ledger)
    async for each in source.follow(treasury.from_offset, await source.end()):
        if isinstance(each, Transaction):
            parsed = parse(bank.treasury, state, each)
            state.apply(parsed.changes)
            if parsed.entries:
                found.append(
                    Seen(
                        treasury=treasury,
                        transaction=each,
                        parsed=parsed,
                        gained=_gained(parsed),
                        is_opening=False,
                    )
                )
    return found

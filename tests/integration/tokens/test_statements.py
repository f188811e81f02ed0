"""Statements add up exactly, on every paper; figures are those of one instrument."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from cantata.ingestion.repository import load_cursor
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, SystemClock, Timestamp
from cantata.kernel.totals import Total
from cantata.storage.session import ReadSession
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId
from cantata.tokens.repository import balances, reading
from cantata.tokens.repository.reading import Selected
from cantata.tokens.statements.errors import OffsetNotReached, PeriodRefused
from cantata.tokens.statements.model import Point, Statement
from cantata.tokens.statements.moments import as_of
from cantata.tokens.statements.papers.csv import csv_of
from cantata.tokens.statements.papers.json import json_of
from cantata.tokens.statements.papers.pdf import pdf_of
from cantata.tokens.statements.service import conservation, figures, statement
from tests.api.process import Sandbox
from tests.integration.tokens.loop import Loop, looping

START = Timestamp.parse("2020-01-01T00:00:00Z")
LATE = Timestamp.parse("2099-01-01T00:00:00Z")
ZERO = Decimal("0")
Story = Callable[[Loop, dict[str, str], str, str], Awaitable[Any]]


def told(settings: DatabaseSettings, sandbox: Sandbox, story: Story) -> Any:
    """Play a story: an instrument, minted to alice, partly offered to bob and burned."""

    async def play() -> Any:
        async with looping(settings, sandbox.url) as loop:
            admin, alice, bob = [await loop.party(name) for name in ("admin", "alice", "bob")]
            of = await loop.token(admin, "GOLD")
            await loop.mint(of, alice, "100")
            offered = await loop.offer(of, alice, bob, "30.5")
            await loop.do("tokens.accept", (bob,), offer=offered["offer"])
            request = {"owner": alice, "amount": "9.5", "memo": '=cmd|"!A1"'}
            await loop.do("tokens.burn", (alice,), **of, **request)
            return await story(loop, of, alice, bob)

    return asyncio.run(play())


async def stated(loop: Loop, owner: str, begin: Timestamp, end: Timestamp) -> Statement:
    async with loop.database.read() as session:
        return await statement(session, PartyId(owner), begin, end)


def test_a_statement_adds_up_on_every_paper(
    database_settings: DatabaseSettings, sandbox: Sandbox
) -> None:
    async def story(loop: Loop, of: dict[str, str], alice: str, bob: str) -> Statement:
        other = await stated(loop, bob, START, LATE)
        assert [each.closing for each in other.sections] == [Decimal("30.5")]
        return await stated(loop, alice, START, LATE)

    found = told(database_settings, sandbox, story)
    (section,) = found.sections
    assert not found.is_final
    assert (section.opening, section.closing) == (ZERO, Decimal("60"))
    assert section.opening + Total.of(each.delta for each in section.lines) == section.closing
    assert section.lines[-1].balance == section.closing
    rows = list(csv.DictReader(io.StringIO(csv_of(found))))
    assert [row["kind"] for row in (rows[0], rows[-1])] == ["opening", "closing"]
    assert rows[-1]["balance"] == "60.0"
    assert [row["memo"] for row in rows if row["kind"] == "burn"] == ['\'=cmd|"!A1"']
    written = json.loads(json.dumps(json_of(found)))
    assert written["instruments"][0]["movements"][-1]["amount"] == "-9.5"
    assert pdf_of(found).startswith(b"%PDF-")
    assert pdf_of(found) == pdf_of(found)


def test_periods_follow_each_other(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    """The closing of a period is the opening of the next, wherever it is cut."""

    async def story(loop: Loop, of: dict[str, str], alice: str, bob: str) -> None:
        whole = await stated(loop, alice, START, LATE)
        for line in whole.sections[0].lines:
            cut = line.recorded_at
            first = await stated(loop, alice, START, cut)
            second = await stated(loop, alice, cut, LATE)
            closing = first.sections[0].closing if first.sections else ZERO
            assert second.sections[0].opening == closing
            assert first.is_final
            lines = [each.lines for part in (first, second) for each in part.sections]
            assert sum(lines, ()) == whole.sections[0].lines
        with pytest.raises(PeriodRefused):
            await stated(loop, alice, LATE, START)

    told(database_settings, sandbox, story)


def test_holders_as_of_any_offset(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    """Summed over the holders, every offset has the supply of the instrument; pages agree."""

    async def story(loop: Loop, of: dict[str, str], alice: str, bob: str) -> None:
        gold = InstrumentId(PartyId(of["admin"]), of["instrument"])
        async with loop.database.read() as session:
            end = (await load_cursor(session)).offset
            stood = await balances.standings(session, gold, range(end + 1))
            for standing in stood:
                held = await holders(session, gold, standing.offset)
                assert sum(held.values(), ZERO) == standing.supply
                assert len(held) == standing.holders
                if standing.supply > ZERO:
                    proof = await conservation(session, gold, standing.offset)
                    assert proof.is_conserved, proof
            assert await holders(session, gold, end) == {
                alice: Decimal("60"),
                bob: Decimal("30.5"),
            }
            assert await as_of(session, moment=LATE) == end
            assert await as_of(session, moment=START) == 0
            with pytest.raises(OffsetNotReached):
                await as_of(session, offset=end + 1)

    told(database_settings, sandbox, story)


async def holders(session: ReadSession, gold: InstrumentId, offset: int) -> dict[str, Total]:
    """Give all holders, one a page."""
    found: dict[str, Total] = {}
    after = None
    wanted = Selected(owners=(), token=gold, offset=offset)
    while page := await reading.balances_page(session, wanted, after, 1):
        found[page[0].owner] = page[0].total
        after = (page[0].owner, gold.admin, gold.id)
    return found


def test_figures_of_an_instrument(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def story(loop: Loop, of: dict[str, str], alice: str, bob: str) -> tuple[Point, ...]:
        gold = InstrumentId(PartyId(of["admin"]), of["instrument"])
        now = SystemClock().now() + RelTime.of(seconds=1)
        day = RelTime.of(days=1)
        async with loop.database.read() as session:
            with pytest.raises(PeriodRefused):
                await figures(session, gold, START, now, RelTime(1))
            return await figures(session, gold, now - RelTime.of(days=3), now, day)

    *empty, last = told(database_settings, sandbox, story)
    assert [(each.supply, each.holders) for each in empty] == [(ZERO, 0)] * 3
    assert (last.supply, last.holders) == (Decimal("90.5"), 2)
    assert (last.minted, last.burned) == (Decimal("100"), Decimal("9.5"))
    assert (last.transferred, last.transfers) == (Decimal("30.5"), 1)

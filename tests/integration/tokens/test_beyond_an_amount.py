"""Holdings may add up to more than any amount: everything goes on, and every sum is exact."""

from __future__ import annotations

import asyncio
import csv
import io
from uuid import uuid4

from cantata.bootstrap import ingesting
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import SystemClock, Timestamp
from cantata.lang import Party
from cantata.ledger.submission import Submission
from cantata.ledger.typed import TypedCommand, archive, create
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.contract.token import Token
from cantata.tokens.model import InstrumentId
from cantata.tokens.reconciliation.model import SupplyDiffers
from cantata.tokens.reconciliation.service import Reconciler
from cantata.tokens.repository import holdings, limits, reading, selection, supervised
from cantata.tokens.repository.reading import Selected
from cantata.tokens.statements.papers.csv import csv_of
from cantata.tokens.statements.papers.json import json_of
from cantata.tokens.statements.papers.pdf import pdf_of
from cantata.tokens.statements.service import conservation, figures, statement, statistics
from cantata.tokens.tasks.common import standard_id
from tests.api.process import Sandbox
from tests.integration.tokens.loop import Loop, looping

START = Timestamp.parse("2020-01-01T00:00:00Z")
LATE = Timestamp.parse("2099-01-01T00:00:00Z")
DAYS = Timestamp.parse("2098-01-01T00:00:00Z")
MOST = Decimal("9999999999999999999999999999.9999999999")
THREE = "29999999999999999999999999999.9999999997"
FIVE = "49999999999999999999999999999.9999999995"


class Heap:
    """Tokens that admin and owner make by hand, beside any supply."""

    def __init__(self, loop: Loop, of: dict[str, str], owner: str) -> None:
        self.loop = loop
        self.of = InstrumentId(PartyId(of["admin"]), of["instrument"])
        self.owner = PartyId(owner)

    async def submit(self, *commands: TypedCommand[object]) -> int:
        """Submit together; wait until it is ingested."""
        act_as = (str(self.of.admin), str(self.owner))
        submission = Submission(commands=commands, act_as=act_as, command_id=str(uuid4()))
        receipt = await self.loop.ledger.commands.submit(submission)
        await self.loop.ingested(receipt.offset)
        return receipt.offset

    async def pile(self, count: int) -> int:
        """Make so many of the largest holdings in one transaction."""
        token = Token(
            instrument_id=standard_id(self.of), owner=Party(self.owner), amount=MOST, lock=None
        )
        return await self.submit(*[create(token) for _ in range(count)])

    async def clear(self) -> int:
        """Archive all of them in one transaction."""
        async with self.loop.database.read() as session:
            wanted = Selected(owners=(self.owner,), token=self.of)
            rows = await reading.holdings_page(session, wanted, None, 100)
        return await self.submit(*[archive(str(row.contract_id), Token) for row in rows])


def test_sums_beyond_an_amount_halt_nothing_and_stay_exact(
    database_settings: DatabaseSettings, sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, sandbox.url) as loop:
            admin, alice = await loop.party("admin"), await loop.party("alice")
            of = await loop.token(admin, "GOLD", decimals=10)
            heap = Heap(loop, of, alice)
            first = await heap.pile(3)
            second = await heap.pile(2)
            await _is_exact(heap, first, second)
            await _is_told_on_paper(heap)
            await _differs_from_what_is_stated(heap)
            last = await heap.clear()
            await _is_gone(heap, last)
            await loop.mint(of, alice, "1.5")

    asyncio.run(story())


async def _is_exact(heap: Heap, first: int, second: int) -> None:
    owner, of, now = heap.owner, heap.of, SystemClock().now()
    async with heap.loop.database.write() as session:
        (balance,) = await holdings.balances(session, owner=owner, instrument=of)
        assert [str(balance.total), str(balance.free), str(balance.locked)] == [FIVE, FIVE, "0.0"]
        wanted = Selected(owners=(owner,), token=of, offset=first)
        (then,) = await reading.balances_page(session, wanted, None, 10)
        assert str(then.total) == THREE
        assert str(await holdings.supply(session, of)) == FIVE
        assert str(await limits.held(session, owner, of)) == FIVE
        enough, free = await reading.covers(session, owner, of, then.total + MOST + MOST, now)
        assert (enough, str(free)) == (True, FIVE)
        assert str(await supervised.frozen(session, owner, of)) == "0.0"
        found = await selection.candidates(session, owner, of, then.total, now)
        assert str(found.free) == FIVE
        whole = await conservation(session, of, second)
        assert [str(whole.held), str(whole.moved), str(whole.stated)] == [FIVE, FIVE, "0.0"]
        assert not whole.is_conserved
        told = await statistics(session, of, second)
        assert [str(told.supply), str(told.minted)] == [FIVE, FIVE]
        (point,) = await figures(session, of, DAYS, DAYS, LATE.since(START))
        assert [str(point.supply), str(point.minted)] == [FIVE, FIVE]


async def _is_told_on_paper(heap: Heap) -> None:
    async with heap.loop.database.read() as session:
        found = await statement(session, heap.owner, START, LATE)
    (section,) = found.sections
    assert [str(line.delta) for line in section.lines] == [
        THREE,
        "19999999999999999999999999999.9999999998",
    ]
    rows = list(csv.DictReader(io.StringIO(csv_of(found))))
    assert [row["balance"] for row in rows] == ["0.0", THREE, FIVE, FIVE]
    assert json_of(found)["instruments"][0]["closing"] == FIVE
    assert pdf_of(found).startswith(b"%PDF-")


async def _differs_from_what_is_stated(heap: Heap) -> None:
    loop = heap.loop
    reconciler = Reconciler(loop.database, loop.ledger, ingesting.wanted(), SystemClock())
    report = await reconciler.run()
    (difference,) = [each for each in report.differences if isinstance(each, SupplyDiffers)]
    assert [str(difference.stated), str(difference.held)] == ["0.0", FIVE]
    assert len(report.differences) == 1, report.differences


async def _is_gone(heap: Heap, offset: int) -> None:
    async with heap.loop.database.read() as session:
        assert await holdings.balances(session, owner=heap.owner) == ()
        told = await statistics(session, heap.of, offset)
        found = await statement(session, heap.owner, START, LATE)
    assert [str(told.supply), str(told.burned)] == ["0.0", FIVE]
    assert str(found.sections[0].lines[-1].delta) == f"-{FIVE}"
    assert str(found.sections[0].closing) == "0.0"

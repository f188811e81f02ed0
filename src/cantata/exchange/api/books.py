"""Routes about the journal, and about everything that was asked of the ledger."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query

from cantata.exchange.api.common import (
    PREFIX,
    ExchangeDep,
    InstrumentFilter,
    moment_and_id,
    offset_of,
    two_numbers,
)
from cantata.exchange.model.duties import READ
from cantata.exchange.model.journal import Book, BookKind
from cantata.exchange.repository import journal, reading
from cantata.exchange.schemas.common import InstrumentName
from cantata.exchange.schemas.moving import PostingAnswer, Postings, TotalAnswer, Totals
from cantata.http.edge import CallerDep, EdgeDep, PageDep
from cantata.http.operations import Operation, Operations
from cantata.http.responses import READS
from cantata.kernel.totals import NOTHING, Total
from cantata.tokens.model import InstrumentId

router = APIRouter(prefix=PREFIX, tags=["exchange: books"])


class KindName(StrEnum):
    """The kinds of accounts of the journal."""

    TREASURY = "treasury"
    CUSTOMER = "customer"
    HELD = "held"
    SUSPENSE = "suspense"
    UNLISTED = "unlisted"
    FEES = "fees"
    INCOME = "income"
    LOSSES = "losses"
    OPENING = "opening"
    UNEXPLAINED = "unexplained"


@router.get("/journal", responses=READS)
async def entries(
    caller: CallerDep,
    edge: EdgeDep,
    exchange: ExchangeDep,
    page: PageDep,
    instrument: InstrumentFilter,
    kind: Annotated[KindName | None, Query(description="Only accounts of this kind")] = None,
    name: Annotated[
        str, Query(max_length=255, pattern=r"^[ -~]*$", description="The account of that kind")
    ] = "",
) -> Postings:
    """List the journal's postings, newest first; those of one account, if it is named."""
    book = None if kind is None else Book(BookKind(kind.value), name)
    listing = f"exchange journal {kind} {name} {instrument}"
    before = two_numbers(page.after(listing))
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await reading.lines(session, book, instrument, before, page.limit)
    last: list[str | int] = [found[-1].number, found[-1].position] if found else []
    return Postings(
        items=[PostingAnswer.of(each) for each in found],
        next_cursor=page.next(listing, len(found), last),
    )


@router.get("/journal/totals", responses=READS)
async def totals(caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep) -> Totals:
    """Show what treasuries hold, and what is owed to whom: together it is nothing."""
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await journal.totals(session)
        offset = await offset_of(session)
    sums: dict[InstrumentId, Total] = {}
    for (_, instrument), amount in found.items():
        sums[instrument] = sums.get(instrument, NOTHING) + amount
    items = [
        TotalAnswer(
            kind=kind.value, instrument=InstrumentName.of(instrument), amount=str(found[key])
        )
        for key in sorted(found, key=_by_instrument)
        for kind, instrument in (key,)
    ]
    balanced = all(amount == NOTHING for amount in sums.values())
    return Totals(items=items, balanced=balanced, offset=offset)


@router.get("/operations", responses=READS)
async def operations(
    caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep, page: PageDep
) -> Operations:
    """List what the exchange asked of the ledger, newest first, whoever asked."""
    listing = "exchange operations"
    before = moment_and_id(page.after(listing))
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await reading.operations(session, before, page.limit)
    last: list[str | int] = []
    if found:
        last = [found[-1].created_at.microseconds, str(found[-1].id)]
    return Operations(
        items=[Operation.of(intent) for intent in found],
        next_cursor=page.next(listing, len(found), last),
    )


def _by_instrument(key: tuple[BookKind, InstrumentId]) -> tuple[InstrumentId, str]:
    return key[1], key[0].value

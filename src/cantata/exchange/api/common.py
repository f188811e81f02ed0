"""What the routes of the exchange share."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request

from cantata.exchange.schemas.common import IdText, InstrumentText
from cantata.exchange.service.exchange import Exchange
from cantata.http.edge import Mutation, mutation
from cantata.http.responses import WRITES, Responses
from cantata.http.schemas import Answer, PartyText
from cantata.ingestion.repository import load_cursor
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.storage.session import ReadSession
from cantata.tokens.model import InstrumentId

PREFIX = "/v1/exchange"
Answered = dict[str, object]


class DryRunAnswer(Answer):
    """What was asked for; nothing was done."""

    dry_run: bool
    asked: object


async def exchange_of(request: Request) -> Exchange:
    """Give the use cases that the application was built with."""
    exchange: Exchange = request.app.state.exchange
    return exchange


async def instrument_in_query(
    admin: Annotated[PartyText | None, Query(description="Only instruments of this admin")] = None,
    instrument: Annotated[
        InstrumentText | None, Query(description="Only this instrument of the admin")
    ] = None,
) -> InstrumentId | None:
    """Read the instrument that a filter names; both parts are needed for one."""
    both = admin is not None and instrument is not None
    return InstrumentId(PartyId(admin or ""), instrument or "") if both else None


def made(answer: type[Answer], status: int = 200) -> Responses:
    """Document a change of our own state, which can be tried out."""
    found: Responses = {**WRITES}
    if status != 200:
        found[200] = {"model": answer, "description": "It was only tried out"}
    return found


def performed(answer: type[Answer], status: int = 200) -> Responses:
    """Document a change that asks others, and that a dry run only repeats."""
    if status == 200:
        tried = answer | DryRunAnswer
        return {**WRITES, 200: {"model": tried, "description": "It is done, or only tried out"}}
    return {**WRITES, 200: {"model": DryRunAnswer, "description": "It was only tried out"}}


async def offset_of(session: ReadSession) -> int:
    """Give the offset that a read is as of."""
    return (await load_cursor(session)).offset


def moment_and_id(place: list[str | int] | None) -> tuple[Timestamp, UUID] | None:
    """Read a place by time and id."""
    return None if place is None else (Timestamp(int(place[0])), UUID(str(place[1])))


def two_numbers(place: list[str | int] | None) -> tuple[int, int] | None:
    """Read a place by two numbers."""
    return None if place is None else (int(place[0]), int(place[1]))


ExchangeDep = Annotated[Exchange, Depends(exchange_of)]
ChangeDep = Annotated[Mutation, Depends(mutation("exchange"))]
InstrumentFilter = Annotated[InstrumentId | None, Depends(instrument_in_query)]
IdPath = Annotated[IdText, Path()]
TreasuryFilter = Annotated[PartyText | None, Query(description="Only of this treasury")]
AccountFilter = Annotated[IdText | None, Query(description="Only of this account")]

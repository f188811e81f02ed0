"""Routes about treasuries."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from cantata.exchange.api.common import (
    PREFIX,
    Answered,
    ChangeDep,
    ExchangeDep,
    made,
    offset_of,
    performed,
)
from cantata.exchange.model.duties import OPERATE, READ
from cantata.exchange.repository import reading, treasuries
from cantata.exchange.schemas.answers import Treasuries, TreasuryAnswer, TreasuryDetails
from cantata.exchange.schemas.common import Decision
from cantata.exchange.schemas.requests import TreasuryRequest
from cantata.exchange.service.access import decided_by
from cantata.exchange.service.exchange import Exchange
from cantata.http.edge import CallerDep, EdgeDep, Mutation
from cantata.http.responses import READS
from cantata.http.schemas import PartyText
from cantata.kernel.ids import PartyId
from cantata.storage.session import WriteSession

router = APIRouter(prefix=PREFIX, tags=["exchange: treasuries"])
TreasuryPath = Annotated[PartyText, Path(description="The treasury's party")]


@router.get("/treasuries", responses=READS)
async def listed(caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep) -> Treasuries:
    """List the treasuries."""
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await treasuries.every(session)
    return Treasuries(items=[TreasuryAnswer.of(each) for each in found])


@router.get("/treasuries/{party}", responses=READS)
async def shown(
    party: TreasuryPath, caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep
) -> TreasuryDetails:
    """Show a treasury and what it holds."""
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await exchange.treasuries.find(session, PartyId(party))
        positions = await reading.positions(session, found.party)
        return TreasuryDetails.with_positions(found, positions, await offset_of(session))


@router.post(
    "/treasuries",
    status_code=201,
    response_model=TreasuryAnswer,
    responses=performed(TreasuryAnswer, 201),
)
async def opened(body: TreasuryRequest, change: ChangeDep, exchange: ExchangeDep) -> Response:
    """Open a treasury with what a party of yours holds; its history begins now."""
    wanted = body.to_model()
    async with change.edge.database.read() as session:
        await exchange.access.require_party(session, change.caller, wanted.party)

    async def work() -> Answered:
        return TreasuryAnswer.of(await exchange.treasuries.open(wanted)).model_dump()

    return await change.perform(["open", body.model_dump()], work, 201)


@router.post(
    "/treasuries/{party}:enable-withdrawals",
    response_model=TreasuryAnswer,
    responses=made(TreasuryAnswer),
)
async def enabled(
    party: TreasuryPath, body: Decision, change: ChangeDep, exchange: ExchangeDep
) -> Response:
    """Let a treasury pay again."""
    return await _switch(PartyId(party), body, change, exchange, pays=True)


@router.post(
    "/treasuries/{party}:disable-withdrawals",
    response_model=TreasuryAnswer,
    responses=made(TreasuryAnswer),
)
async def disabled(
    party: TreasuryPath, body: Decision, change: ChangeDep, exchange: ExchangeDep
) -> Response:
    """Let a treasury pay nothing until it is enabled again; what was sent goes on."""
    return await _switch(PartyId(party), body, change, exchange, pays=False)


async def _switch(
    party: PartyId, body: Decision, change: Mutation, exchange: Exchange, *, pays: bool
) -> Response:
    by = decided_by(change.caller, body.reason, body.reference)

    async def run(session: WriteSession) -> Answered:
        await exchange.access.require(session, change.caller, OPERATE)
        found = await exchange.treasuries.allow(session, party, by, pays=pays)
        return TreasuryAnswer.of(found).model_dump()

    return await change.settle(["pays", party, pays, body.model_dump()], run)

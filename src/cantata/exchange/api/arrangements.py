"""Routes about what treasuries arrange with others: pre-approvals and rewards."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from cantata.exchange.api.common import PREFIX, Answered, ChangeDep, ExchangeDep, performed
from cantata.exchange.model.duties import OPERATE, READ
from cantata.exchange.model.rewards import RewardMode
from cantata.exchange.schemas.arrangements import (
    Dropped,
    PreapprovalAnswer,
    PreapprovalDropRequest,
    PreapprovalRequest,
    Preapprovals,
    RewardsAnswer,
    RewardsRequest,
)
from cantata.exchange.service.access import decided_by
from cantata.exchange.service.exchange import Exchange
from cantata.http.edge import CallerDep, EdgeDep, Mutation
from cantata.http.responses import READS
from cantata.http.schemas import PartyText
from cantata.kernel.ids import PartyId

router = APIRouter(prefix=PREFIX, tags=["exchange: treasuries"])
TreasuryPath = Annotated[PartyText, Path(description="The treasury's party")]


@router.get("/preapprovals", responses=READS)
async def preapprovals(caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep) -> Preapprovals:
    """List the pre-approvals that treasuries are to have, and how each stands."""
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await exchange.preapprovals.every(session)
    return Preapprovals(items=[PreapprovalAnswer.of(*each) for each in found])


@router.post(
    "/preapprovals",
    status_code=201,
    response_model=PreapprovalAnswer,
    responses=performed(PreapprovalAnswer, 201),
)
async def wanted(body: PreapprovalRequest, change: ChangeDep, exchange: ExchangeDep) -> Response:
    """Have a treasury's deposits of an instrument arrive in one step, from now on."""
    await _require_operator(change, exchange)
    by = decided_by(change.caller, body.reason, body.reference)

    async def work() -> Answered:
        made = await exchange.preapprovals.want(body.to_model(), by)
        standing = exchange.preapprovals.standing(made)
        return PreapprovalAnswer.of(made, standing).model_dump()

    return await change.perform(["preapprove", body.model_dump()], work, 201)


@router.post("/preapprovals:drop", response_model=Dropped, responses=performed(Dropped))
async def dropped(
    body: PreapprovalDropRequest, change: ChangeDep, exchange: ExchangeDep
) -> Response:
    """Care for a pre-approval no longer; the contract that stands runs out."""
    await _require_operator(change, exchange)
    by = decided_by(change.caller, body.reason, body.reference)

    async def work() -> Answered:
        treasury, instrument = PartyId(body.treasury), body.instrument.to_model()
        return {"changed": await exchange.preapprovals.drop(treasury, instrument, by)}

    return await change.perform(["drop preapproval", body.model_dump()], work)


@router.get("/treasuries/{party}/rewards", responses=READS)
async def rewards(
    party: TreasuryPath, caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep
) -> RewardsAnswer:
    """Show how a treasury is rewarded."""
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        return RewardsAnswer.of(await exchange.rewards.find(session, PartyId(party)))


@router.post(
    "/treasuries/{party}:reward",
    response_model=RewardsAnswer,
    responses=performed(RewardsAnswer),
)
async def rewarded(
    party: TreasuryPath, body: RewardsRequest, change: ChangeDep, exchange: ExchangeDep
) -> Response:
    """Say how a treasury is rewarded from now on."""
    await _require_operator(change, exchange)
    by = decided_by(change.caller, body.reason, body.reference)
    provider = None if body.provider is None else PartyId(body.provider)

    async def work() -> Answered:
        mode = RewardMode(body.mode)
        return RewardsAnswer.of(
            await exchange.rewards.set(PartyId(party), mode, by, provider)
        ).model_dump()

    return await change.perform(["reward", party, body.model_dump()], work)


async def _require_operator(change: Mutation, exchange: Exchange) -> None:
    async with change.edge.database.read() as session:
        await exchange.access.require(session, change.caller, OPERATE)

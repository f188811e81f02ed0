"""Routes of what needs four eyes: requested here by one, decided there by another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from cantata.automation.model import Intent
from cantata.http.edge import CallerDep, EdgeDep, Mutation, PageDep
from cantata.http.operations import Operation
from cantata.http.responses import CARRIED_OUT, READS, WRITES
from cantata.kernel.time import Timestamp
from cantata.storage.session import WriteSession
from cantata.tokens.api.common import TokenFilter, TokenPath, TokensDep, WriteDep
from cantata.tokens.repository import approvals as repository
from cantata.tokens.schemas.approving import (
    ApprovalAnswer,
    Approvals,
    ApprovalStateName,
    ForceRequest,
    IdText,
    RecoverRequest,
    RemarkRequest,
    RuleChangeRequest,
)
from cantata.tokens.supervision import Approval, ApprovalState

router = APIRouter(prefix="/v1", tags=["approvals"])
Done = tuple[Intent, bool]
ApprovalPath = Annotated[IdText, Path(description="The request's id")]
Decision = Callable[[WriteSession], Awaitable[Approval]]


@router.post(
    "/tokens/{admin}/{symbol}/forced-transfers",
    status_code=201,
    response_model=ApprovalAnswer,
    responses=WRITES,
)
async def force(
    token: TokenPath, body: ForceRequest, change: WriteDep, tokens: TokensDep
) -> Response:
    """Request that an amount moves against its owner's will; somebody else must approve."""
    order = body.to_model(token)

    async def run(session: WriteSession) -> Approval:
        return await tokens.approving.request_force(session, change.caller, order)

    return await _settle(change, ["force", str(token), body.model_dump()], run, 201)


@router.post(
    "/tokens/{admin}/{symbol}/recoveries",
    status_code=201,
    response_model=ApprovalAnswer,
    responses=WRITES,
)
async def recover(
    token: TokenPath, body: RecoverRequest, change: WriteDep, tokens: TokensDep
) -> Response:
    """Request that a party takes the place of one that lost its keys."""
    order = body.to_model(token)

    async def run(session: WriteSession) -> Approval:
        return await tokens.approving.request_recovery(session, change.caller, order)

    return await _settle(change, ["recover", str(token), body.model_dump()], run, 201)


@router.post(
    "/tokens/{admin}/{symbol}/rule-changes",
    status_code=201,
    response_model=ApprovalAnswer,
    responses=WRITES,
)
async def change_rules(
    token: TokenPath, body: RuleChangeRequest, change: WriteDep, tokens: TokensDep
) -> Response:
    """Request other terms of a token whose rules name an approver."""
    order, grounds = body.to_model(token), body.grounds()

    async def run(session: WriteSession) -> Approval:
        return await tokens.approving.request_amendment(session, change.caller, order, grounds)

    return await _settle(change, ["amend", str(token), body.model_dump()], run, 201)


@router.get("/approvals", responses=READS)
async def approvals(
    token: TokenFilter,
    caller: CallerDep,
    edge: EdgeDep,
    tokens: TokensDep,
    page: PageDep,
    state: Annotated[ApprovalStateName | None, Query()] = None,
) -> Approvals:
    """List requests, to those who read for the issuer or the approver; newest first."""
    listing = f"approvals {caller.user} {token} {state}"
    place = page.after(listing)
    before = None if place is None else (Timestamp(int(place[0])), UUID(str(place[1])))
    chosen = None if state is None else ApprovalState(state)
    async with edge.database.read() as session:
        wanted = await tokens.approving.wanted(session, caller, chosen, token)
        found = await repository.page(session, wanted, before, page.limit) if wanted.parties else ()
    last: list[str | int] = []
    if found:
        last = [found[-1].requested_at.microseconds, str(found[-1].id)]
    return Approvals(
        items=[ApprovalAnswer.of(each, wanted.now) for each in found],
        next_cursor=page.next(listing, len(found), last),
    )


@router.get("/approvals/{approval_id}", responses=READS)
async def approval(
    approval_id: ApprovalPath, caller: CallerDep, edge: EdgeDep, tokens: TokensDep
) -> ApprovalAnswer:
    """Show a request."""
    async with edge.database.read() as session:
        found = await tokens.approving.approval(session, caller, UUID(approval_id))
    return ApprovalAnswer.of(found, edge.clock.now())


@router.post(
    "/approvals/{approval_id}:approve",
    status_code=202,
    response_model=Operation,
    responses=CARRIED_OUT,
)
async def approve(approval_id: ApprovalPath, change: WriteDep, tokens: TokensDep) -> Response:
    """Approve a request, for the approver; who requested it cannot."""
    identity = UUID(approval_id)

    async def use_case(session: WriteSession) -> Done:
        return await tokens.approving.approve(session, change.caller, identity, change.key)

    return await change.carry_out(use_case)


@router.post("/approvals/{approval_id}:refuse", response_model=ApprovalAnswer, responses=WRITES)
async def refuse(
    approval_id: ApprovalPath, body: RemarkRequest, change: WriteDep, tokens: TokensDep
) -> Response:
    """Refuse a request, for the approver."""
    identity = UUID(approval_id)

    async def run(session: WriteSession) -> Approval:
        return await tokens.approving.refuse(session, change.caller, identity, body.remark)

    return await _settle(change, ["refuse", approval_id, body.remark], run)


@router.post("/approvals/{approval_id}:withdraw", response_model=ApprovalAnswer, responses=WRITES)
async def withdraw(
    approval_id: ApprovalPath, body: RemarkRequest, change: WriteDep, tokens: TokensDep
) -> Response:
    """Take a request back, as who requested it."""
    identity = UUID(approval_id)

    async def run(session: WriteSession) -> Approval:
        return await tokens.approving.withdraw(session, change.caller, identity, body.remark)

    return await _settle(change, ["withdraw", approval_id, body.remark], run)


async def _settle(
    change: Mutation, content: list[object], decision: Decision, status: int = 200
) -> Response:
    async def run(session: WriteSession) -> dict[str, object]:
        found = await decision(session)
        return ApprovalAnswer.of(found, change.edge.clock.now()).model_dump(mode="json")

    return await change.settle(content, run, status)

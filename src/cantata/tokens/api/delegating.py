"""Routes of allowances: given, used, listed, taken back."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from cantata.automation.model import Intent
from cantata.http.edge import CallerDep, EdgeDep, PageDep
from cantata.http.operations import Operation
from cantata.http.responses import CARRIED_OUT, READS
from cantata.kernel.ids import PartyId
from cantata.storage.session import WriteSession
from cantata.tokens.api.common import PartyFilter, TokensDep, TransferDep, WriteDep
from cantata.tokens.schemas.delegating import (
    AllowanceAnswer,
    AllowanceRef,
    Allowances,
    AllowRequest,
    SpendRequest,
)

router = APIRouter(prefix="/v1", tags=["allowances"])
Done = tuple[Intent, bool]


@router.post("/allowances", status_code=202, response_model=Operation, responses=CARRIED_OUT)
async def allow(body: AllowRequest, change: WriteDep, tokens: TokensDep) -> Response:
    """Let a spender spend, up to a limit and until a time; it replaces what stood before."""
    return await change.ask(tokens.delegating.allow, body.to_model())


@router.post("/allowances:spend", status_code=202, response_model=Operation, responses=CARRIED_OUT)
async def spend(body: SpendRequest, change: TransferDep, tokens: TokensDep) -> Response:
    """Transfer funds of an owner who lets the caller's party spend them."""
    return await change.ask(tokens.delegating.spend, body.to_model())


@router.post("/allowances:revoke", status_code=202, response_model=Operation, responses=CARRIED_OUT)
async def revoke(body: AllowanceRef, change: WriteDep, tokens: TokensDep) -> Response:
    """Take an allowance back, as the owner."""
    token, owner, spender = body.token.to_model(), PartyId(body.owner), PartyId(body.spender)

    async def use_case(session: WriteSession) -> Done:
        return await tokens.delegating.revoke(
            session, change.caller, token, (owner, spender), change.key
        )

    return await change.carry_out(use_case)


@router.get("/allowances", responses=READS)
async def allowances(
    caller: CallerDep,
    edge: EdgeDep,
    tokens: TokensDep,
    page: PageDep,
    party: PartyFilter = None,
) -> Allowances:
    """List the allowances that the caller's parties gave, or were given."""
    async with edge.database.read() as session:
        chosen = None if party is None else PartyId(party)
        parties = tuple(await tokens.queries.owners(session, caller, chosen))
        listing = f"allowances {caller.user} {party}"
        place = page.after(listing)
        before = None if place is None else (int(place[0]), str(place[1]))
        found = await tokens.delegating.allowances(session, parties, before, page.limit)
    last: list[str | int] = [found[-1].created_offset, found[-1].contract_id] if found else []
    return Allowances(
        items=[AllowanceAnswer.of(view) for view in found],
        next_cursor=page.next(listing, len(found), last),
    )

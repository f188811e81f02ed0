"""Routes about holders: their accounts, and what of theirs is frozen."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from cantata.http.edge import CallerDep, EdgeDep, Mutation, PageDep
from cantata.http.operations import Operation
from cantata.http.responses import CARRIED_OUT, READS
from cantata.http.schemas import PartyText
from cantata.kernel.ids import PartyId
from cantata.tokens.api.common import TokenPath, TokensDep, WriteDep
from cantata.tokens.interventions import AccountChange, AccountOrder, FreezeOrder
from cantata.tokens.schemas.supervising import (
    AccountAnswer,
    AccountRequest,
    Accounts,
    EnrolRequest,
    FreezeRequest,
    LockUpRequest,
    VerifyRequest,
)
from cantata.tokens.service.tokens import TokenService

router = APIRouter(prefix="/v1/tokens", tags=["holders"])
HolderPath = Annotated[PartyText, Path(description="The holder")]


@router.get("/{admin}/{symbol}/accounts", responses=READS)
async def accounts(
    token: TokenPath, caller: CallerDep, edge: EdgeDep, tokens: TokensDep, page: PageDep
) -> Accounts:
    """List the accounts of a token's holders, to its issuer."""
    listing = f"accounts {token}"
    place = page.after(listing)
    after = "" if place is None else str(place[0])
    async with edge.database.read() as session:
        found = await tokens.supervising.accounts(session, caller, token, after, page.limit)
    last: list[str | int] = [found[-1].holder] if found else []
    return Accounts(
        items=[AccountAnswer.of(view) for view in found],
        next_cursor=page.next(listing, len(found), last),
    )


@router.get("/{admin}/{symbol}/accounts/{holder}", responses=READS)
async def account(
    token: TokenPath, holder: HolderPath, caller: CallerDep, edge: EdgeDep, tokens: TokensDep
) -> AccountAnswer:
    """Show a holder's account, to the issuer and to the holder."""
    async with edge.database.read() as session:
        return AccountAnswer.of(
            await tokens.supervising.account(session, caller, token, PartyId(holder))
        )


@router.post(
    "/{admin}/{symbol}/accounts", status_code=202, response_model=Operation, responses=CARRIED_OUT
)
async def enrol(
    token: TokenPath, body: EnrolRequest, change: WriteDep, tokens: TokensDep
) -> Response:
    """Open an account for a holder: the allow-list grows by it."""
    return await change.ask(tokens.supervising.enrol, body.to_model(token))


@router.post(
    "/{admin}/{symbol}/accounts/{holder}:verify",
    status_code=202,
    response_model=Operation,
    responses=CARRIED_OUT,
)
async def verify(
    token: TokenPath,
    holder: HolderPath,
    body: VerifyRequest,
    change: WriteDep,
    tokens: TokensDep,
) -> Response:
    """Attest who a holder is, until a time; or take that back."""
    return await _change(tokens, change, body.to_model(token, PartyId(holder)))


@router.post(
    "/{admin}/{symbol}/accounts/{holder}:lock-up",
    status_code=202,
    response_model=Operation,
    responses=CARRIED_OUT,
)
async def lock_up(
    token: TokenPath,
    holder: HolderPath,
    body: LockUpRequest,
    change: WriteDep,
    tokens: TokensDep,
) -> Response:
    """Keep a holder from sending until a time; or end that."""
    return await _change(tokens, change, body.to_model(token, PartyId(holder)))


@router.post(
    "/{admin}/{symbol}/accounts/{holder}:freeze",
    status_code=202,
    response_model=Operation,
    responses=CARRIED_OUT,
)
async def freeze_account(
    token: TokenPath,
    holder: HolderPath,
    body: AccountRequest,
    change: WriteDep,
    tokens: TokensDep,
) -> Response:
    """Freeze a holder's account: it neither sends nor receives."""
    order = body.to_model(token, PartyId(holder), AccountChange.FREEZE)
    return await _change(tokens, change, order)


@router.post(
    "/{admin}/{symbol}/accounts/{holder}:unfreeze",
    status_code=202,
    response_model=Operation,
    responses=CARRIED_OUT,
)
async def unfreeze_account(
    token: TokenPath,
    holder: HolderPath,
    body: AccountRequest,
    change: WriteDep,
    tokens: TokensDep,
) -> Response:
    """Let a holder send and receive again."""
    order = body.to_model(token, PartyId(holder), AccountChange.UNFREEZE)
    return await _change(tokens, change, order)


@router.post(
    "/{admin}/{symbol}/accounts/{holder}:remove",
    status_code=202,
    response_model=Operation,
    responses=CARRIED_OUT,
)
async def remove_account(
    token: TokenPath,
    holder: HolderPath,
    body: AccountRequest,
    change: WriteDep,
    tokens: TokensDep,
) -> Response:
    """Take a holder off the allow-list; what it holds stays."""
    order = body.to_model(token, PartyId(holder), AccountChange.REMOVE)
    return await _change(tokens, change, order)


@router.post(
    "/{admin}/{symbol}/holders/{holder}:freeze",
    status_code=202,
    response_model=Operation,
    responses=CARRIED_OUT,
)
async def freeze_amount(
    token: TokenPath,
    holder: HolderPath,
    body: FreezeRequest,
    change: WriteDep,
    tokens: TokensDep,
) -> Response:
    """Freeze exactly an amount of what a holder has free."""
    return await _freeze(tokens, change, body.to_model(token, PartyId(holder), frozen=True))


@router.post(
    "/{admin}/{symbol}/holders/{holder}:unfreeze",
    status_code=202,
    response_model=Operation,
    responses=CARRIED_OUT,
)
async def unfreeze_amount(
    token: TokenPath,
    holder: HolderPath,
    body: FreezeRequest,
    change: WriteDep,
    tokens: TokensDep,
) -> Response:
    """Let exactly an amount of what is frozen of a holder go."""
    return await _freeze(tokens, change, body.to_model(token, PartyId(holder), frozen=False))


async def _change(tokens: TokenService, change: Mutation, order: AccountOrder) -> Response:
    return await change.ask(tokens.supervising.change, order)


async def _freeze(tokens: TokenService, change: Mutation, order: FreezeOrder) -> Response:
    return await change.ask(tokens.supervising.freeze, order)

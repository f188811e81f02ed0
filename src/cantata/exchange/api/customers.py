"""Routes about customers' accounts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from cantata.exchange.api.common import (
    PREFIX,
    Answered,
    ChangeDep,
    ExchangeDep,
    IdPath,
    made,
    offset_of,
    two_numbers,
)
from cantata.exchange.model.customers import REFERENCE_LENGTH_MAX, AccountState
from cantata.exchange.model.duties import OPERATE, READ
from cantata.exchange.repository import reading
from cantata.exchange.schemas.answers import (
    AccountAnswer,
    Accounts,
    Balances,
    Statement,
    StatementEntry,
)
from cantata.exchange.schemas.common import Decision
from cantata.exchange.schemas.requests import AccountRequest
from cantata.exchange.service.access import decided_by
from cantata.exchange.service.exchange import Exchange
from cantata.http.edge import CallerDep, EdgeDep, Mutation, PageDep
from cantata.http.responses import READS
from cantata.http.schemas import NameText
from cantata.storage.session import WriteSession

router = APIRouter(prefix=PREFIX, tags=["exchange: customers"])
ReferenceFilter = Annotated[
    NameText | None,
    Query(max_length=REFERENCE_LENGTH_MAX, description="Only the account you call so"),
]


@router.get("/accounts", responses=READS)
async def accounts(
    caller: CallerDep,
    edge: EdgeDep,
    exchange: ExchangeDep,
    page: PageDep,
    reference: ReferenceFilter = None,
) -> Accounts:
    """List accounts by your own references, or find one."""
    listing = "exchange accounts"
    place = page.after(listing)
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        if reference is not None:
            one = await exchange.customers.by_reference(session, reference)
            return Accounts(items=[AccountAnswer.of(one)], next_cursor=None)
        after = "" if place is None else str(place[0])
        found = await exchange.customers.page(session, after, page.limit)
    last: list[str | int] = [found[-1].reference] if found else []
    return Accounts(
        items=[AccountAnswer.of(each) for each in found],
        next_cursor=page.next(listing, len(found), last),
    )


@router.post(
    "/accounts",
    status_code=201,
    response_model=AccountAnswer,
    responses=made(AccountAnswer, 201),
)
async def opened(body: AccountRequest, change: ChangeDep, exchange: ExchangeDep) -> Response:
    """Open an account; the same reference again is the same account."""
    wanted = body.to_model()

    async def run(session: WriteSession) -> Answered:
        await exchange.access.require(session, change.caller, OPERATE)
        account, _ = await exchange.customers.open(session, wanted)
        return AccountAnswer.of(account).model_dump()

    return await change.settle(["account", body.model_dump()], run, 201)


@router.get("/accounts/{account}", responses=READS)
async def shown(
    account: IdPath, caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep
) -> AccountAnswer:
    """Show an account."""
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        return AccountAnswer.of(await exchange.customers.find(session, UUID(account)))


@router.get("/accounts/{account}/balances", responses=READS)
async def balances(
    account: IdPath, caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep
) -> Balances:
    """Show what a customer may withdraw, and what withdrawals under way hold."""
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await exchange.customers.find(session, UUID(account))
        balances = await exchange.customers.balances(session, found)
        return Balances.of(balances, await offset_of(session))


@router.get("/accounts/{account}/statement", responses=READS)
async def statement(
    account: IdPath, caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep, page: PageDep
) -> Statement:
    """List what changed a customer's balances, newest first, from the journal."""
    listing = f"exchange statement {account}"
    before = two_numbers(page.after(listing))
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        await exchange.customers.find(session, UUID(account))
        found = await reading.statement(session, UUID(account), before, page.limit)
        offset = await offset_of(session)
    last: list[str | int] = [found[-1].line.number, found[-1].line.position] if found else []
    return Statement(
        items=[StatementEntry.of(each) for each in found],
        next_cursor=page.next(listing, len(found), last),
        offset=offset,
    )


@router.post(
    "/accounts/{account}:open", response_model=AccountAnswer, responses=made(AccountAnswer)
)
async def open_again(
    account: IdPath, body: Decision, change: ChangeDep, exchange: ExchangeDep
) -> Response:
    """Let a blocked or closed account be used again."""
    return await _become(account, AccountState.OPEN, body, change, exchange)


@router.post(
    "/accounts/{account}:block", response_model=AccountAnswer, responses=made(AccountAnswer)
)
async def blocked(
    account: IdPath, body: Decision, change: ChangeDep, exchange: ExchangeDep
) -> Response:
    """Block an account: its deposits go to suspense, its withdrawals are refused."""
    return await _become(account, AccountState.BLOCKED, body, change, exchange)


@router.post(
    "/accounts/{account}:close", response_model=AccountAnswer, responses=made(AccountAnswer)
)
async def closed(
    account: IdPath, body: Decision, change: ChangeDep, exchange: ExchangeDep
) -> Response:
    """Close an account that has nothing."""
    return await _become(account, AccountState.CLOSED, body, change, exchange)


async def _become(
    account: str, state: AccountState, body: Decision, change: Mutation, exchange: Exchange
) -> Response:
    by = decided_by(change.caller, body.reason, body.reference)

    async def run(session: WriteSession) -> Answered:
        await exchange.access.require(session, change.caller, OPERATE)
        found = await exchange.customers.set_state(session, UUID(account), state, by)
        return AccountAnswer.of(found).model_dump()

    return await change.settle(["account", account, state.value, body.model_dump()], run)

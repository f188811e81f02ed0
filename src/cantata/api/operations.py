"""Operations: everything that was asked for, with all its states."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request

from cantata.accounts.errors import NotAllowed
from cantata.accounts.schemas.common import UserText
from cantata.accounts.service.accounts import Accounts
from cantata.automation import repository
from cantata.http.edge import CallerDep, EdgeDep, PageDep, Prefer, wait_of
from cantata.http.operations import Operation, Operations
from cantata.http.responses import READS
from cantata.kernel.time import Timestamp

router = APIRouter(prefix="/v1", tags=["operations"])


async def accounts_of(request: Request) -> Accounts:
    """Give the use cases that the application was built with."""
    accounts: Accounts = request.app.state.accounts
    return accounts


@router.get("/operations", responses=READS)
async def operations(caller: CallerDep, edge: EdgeDep, page: PageDep) -> Operations:
    """List what the caller asked for, newest first; a key must be scoped for `read`."""
    if not caller.is_scoped_for("read"):
        raise NotAllowed("key-scope", "your API key does not cover 'read'", "use another key")
    listing = f"operations {caller.user}"
    place = page.after(listing)
    before = None if place is None else (Timestamp(int(place[0])), UUID(str(place[1])))
    async with edge.database.read() as session:
        found = await repository.listed(session, caller.requester, before, page.limit)
    items = [Operation.of(intent) for intent in found]
    last: list[str | int] = []
    if found:
        last = [found[-1].created_at.microseconds, str(found[-1].id)]
    return Operations(items=items, next_cursor=page.next(listing, len(found), last))


@router.get("/operations/{operation_id}", responses=READS)
async def operation(
    operation_id: Annotated[UserText, Path()],
    caller: CallerDep,
    edge: EdgeDep,
    accounts: Annotated[Accounts, Depends(accounts_of)],
    prefer: Prefer = None,
) -> Operation:
    """Show an operation to who asked for it, and to those who act for its parties."""
    identity = UUID(operation_id)
    async with edge.database.read() as session:
        found = await accounts.signing.operation(session, caller, identity)
    return Operation.of(await edge.watch.ended(found, wait_of(prefer)))

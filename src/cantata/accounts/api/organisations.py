"""Routes about organisations and their members."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from fastapi.responses import Response

from cantata.accounts.api.common import AccountsDep, WriteDep, moment
from cantata.accounts.model import ORGANISATION_ADMIN, ORGANISATION_ROLES, organisation_role
from cantata.accounts.schemas.common import Changed, UserText
from cantata.accounts.schemas.organisations import (
    MemberAnswer,
    MemberRequest,
    OrganisationAnswer,
    OrganisationRequest,
)
from cantata.accounts.service.roles import Membership
from cantata.http.edge import CallerDep, EdgeDep
from cantata.http.responses import READS, WRITES
from cantata.storage.session import WriteSession

router = APIRouter(prefix="/v1", tags=["organisations"])
Answered = dict[str, object]
OrganisationPath = Annotated[UserText, Path(description="The organisation's id")]


@router.get("/organisations", responses=READS)
async def own(caller: CallerDep, accounts: AccountsDep, edge: EdgeDep) -> list[OrganisationAnswer]:
    """List the caller's organisations with her roles in them."""
    async with edge.database.read() as session:
        found = await accounts.organisations.own(session, caller)
    return [OrganisationAnswer.of(each, roles) for each, roles in found]


@router.post(
    "/organisations",
    status_code=201,
    response_model=OrganisationAnswer,
    responses={
        **WRITES,
        200: {"model": OrganisationAnswer, "description": "It was only tried out"},
    },
)
async def found(body: OrganisationRequest, change: WriteDep, accounts: AccountsDep) -> Response:
    """Found an organisation; the caller holds all of its roles."""

    async def run(session: WriteSession) -> Answered:
        made = await accounts.organisations.found(session, change.caller, body.name)
        names = sorted((ORGANISATION_ADMIN, *ORGANISATION_ROLES))
        return OrganisationAnswer.of(made, names).model_dump()

    return await change.settle(["found", body.model_dump()], run, 201)


@router.get("/organisations/{organisation}/members", responses=READS)
async def members(
    organisation: OrganisationPath, caller: CallerDep, accounts: AccountsDep, edge: EdgeDep
) -> list[MemberAnswer]:
    """List who holds which roles of an organisation of the caller's."""
    async with edge.database.read() as session:
        held = await accounts.organisations.members(session, caller, UUID(organisation))
    return [MemberAnswer.of(member) for member in held]


@router.post("/organisations/{organisation}/members:add", response_model=Changed, responses=WRITES)
async def add(
    organisation: OrganisationPath, body: MemberRequest, change: WriteDep, accounts: AccountsDep
) -> Response:
    """Give a user a role of the organisation, as its admin."""

    async def run(session: WriteSession) -> Answered:
        wanted = _membership(organisation, body)
        return {"changed": await accounts.roles.grant(session, change.caller, wanted)}

    return await change.settle(["add", organisation, body.model_dump()], run)


@router.post(
    "/organisations/{organisation}/members:remove", response_model=Changed, responses=WRITES
)
async def remove(
    organisation: OrganisationPath, body: MemberRequest, change: WriteDep, accounts: AccountsDep
) -> Response:
    """Take a role of the organisation from a user, as its admin, or give up one's own."""

    async def run(session: WriteSession) -> Answered:
        wanted = _membership(organisation, body)
        if wanted.user == change.caller.user:
            return {"changed": await accounts.roles.renounce(session, change.caller, wanted)}
        return {"changed": await accounts.roles.revoke(session, change.caller, wanted)}

    return await change.settle(["remove", organisation, body.model_dump()], run)


def _membership(organisation: str, body: MemberRequest) -> Membership:
    return Membership(
        role=organisation_role(body.role, UUID(organisation)),
        user=UUID(body.user),
        expires_at=moment(body.expires_at),
    )

"""Routes about roles, the platform's administration and API keys."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from cantata.accounts.api.common import AccountsDep, WriteDep, moment
from cantata.accounts.schemas.common import Changed, RoleText
from cantata.accounts.schemas.keys import KeyAnswer, KeyRequest, NewKeyAnswer
from cantata.accounts.schemas.roles import (
    DelayRequest,
    GrantAnswer,
    HandoverAnswer,
    HandoverRequest,
    RoleAdminRequest,
    RoleAnswer,
    RoleRequest,
)
from cantata.accounts.service.keys import KeyOrder
from cantata.accounts.service.roles import Membership
from cantata.http.edge import CallerDep, EdgeDep
from cantata.http.responses import READS, WRITES
from cantata.kernel.time import RelTime
from cantata.storage.session import WriteSession

router = APIRouter(prefix="/v1", tags=["roles"])
Answered = dict[str, object]
KeyId = Annotated[str, Path(pattern=r"^[0-9A-Za-z]{12}$")]


@router.get("/roles", responses=READS)
async def roles(
    caller: CallerDep,
    accounts: AccountsDep,
    edge: EdgeDep,
    token: Annotated[str, Query(max_length=400, pattern=r"^[ -~]*$")] = "",
) -> list[RoleAnswer]:
    """List roles, of one token (`admin/id`) or all."""
    async with edge.database.read() as session:
        found = await accounts.roles.listed(session, caller, f"@{token}" if token else "")
    return [RoleAnswer.of(role) for role in found]


@router.get("/roles/members", responses=READS)
async def members(
    caller: CallerDep, accounts: AccountsDep, edge: EdgeDep, role: Annotated[RoleText, Query()]
) -> list[GrantAnswer]:
    """List who holds a role now."""
    async with edge.database.read() as session:
        found = await accounts.roles.members(session, caller, role)
    return [GrantAnswer.of(grant) for grant in found]


@router.post("/roles:grant", response_model=Changed, responses=WRITES)
async def grant(body: RoleRequest, change: WriteDep, accounts: AccountsDep) -> Response:
    """Grant a role, for good or until a time; granting again changes nothing."""

    async def run(session: WriteSession) -> Answered:
        return {"changed": await accounts.roles.grant(session, change.caller, _membership(body))}

    return await change.settle(["grant", body.model_dump()], run)


@router.post("/roles:revoke", response_model=Changed, responses=WRITES)
async def revoke(body: RoleRequest, change: WriteDep, accounts: AccountsDep) -> Response:
    """Take a role away; from who does not hold it, this changes nothing."""

    async def run(session: WriteSession) -> Answered:
        return {"changed": await accounts.roles.revoke(session, change.caller, _membership(body))}

    return await change.settle(["revoke", body.model_dump()], run)


@router.post("/roles:renounce", response_model=Changed, responses=WRITES)
async def renounce(body: RoleRequest, change: WriteDep, accounts: AccountsDep) -> Response:
    """Give a role of one's own up; `user` must be the caller."""

    async def run(session: WriteSession) -> Answered:
        changed = await accounts.roles.renounce(session, change.caller, _membership(body))
        return {"changed": changed}

    return await change.settle(["renounce", body.model_dump()], run)


@router.post("/roles:set-admin", response_model=Changed, responses=WRITES)
async def set_admin(body: RoleAdminRequest, change: WriteDep, accounts: AccountsDep) -> Response:
    """Let another role administer a role."""

    async def run(session: WriteSession) -> Answered:
        await accounts.roles.set_admin_role(session, change.caller, body.role, body.admin_role)
        return {"changed": True}

    return await change.settle(["set-admin", body.model_dump()], run)


@router.get("/admin", responses=READS)
async def administration(caller: CallerDep, accounts: AccountsDep, edge: EdgeDep) -> HandoverAnswer:
    """Tell who administers the platform, and who is to."""
    async with edge.database.read() as session:
        return HandoverAnswer.of(await accounts.administration.state(session))


@router.post("/admin/handover:begin", response_model=HandoverAnswer, responses=WRITES)
async def begin(body: HandoverRequest, change: WriteDep, accounts: AccountsDep) -> Response:
    """Begin to hand the platform over; an earlier handover is replaced."""
    successor = None if body.user is None else UUID(body.user)

    async def run(session: WriteSession) -> Answered:
        state = await accounts.administration.begin(session, change.caller, successor)
        return HandoverAnswer.of(state).model_dump()

    return await change.settle(["begin", body.model_dump()], run)


@router.post("/admin/handover:cancel", response_model=HandoverAnswer, responses=WRITES)
async def cancel(change: WriteDep, accounts: AccountsDep) -> Response:
    """Take a handover back."""

    async def run(session: WriteSession) -> Answered:
        state = await accounts.administration.cancel(session, change.caller)
        return HandoverAnswer.of(state).model_dump()

    return await change.settle(["cancel"], run)


@router.post("/admin/handover:accept", response_model=HandoverAnswer, responses=WRITES)
async def accept(change: WriteDep, accounts: AccountsDep) -> Response:
    """Take the platform over, after the time of the handover."""

    async def run(session: WriteSession) -> Answered:
        state = await accounts.administration.accept(session, change.caller)
        return HandoverAnswer.of(state).model_dump()

    return await change.settle(["accept"], run)


@router.post("/admin/handover:renounce", response_model=HandoverAnswer, responses=WRITES)
async def give_up(change: WriteDep, accounts: AccountsDep) -> Response:
    """Give the administration up for good, after a handover to nobody."""

    async def run(session: WriteSession) -> Answered:
        state = await accounts.administration.renounce(session, change.caller)
        return HandoverAnswer.of(state).model_dump()

    return await change.settle(["renounce"], run)


@router.post("/admin/delay", response_model=HandoverAnswer, responses=WRITES)
async def delay(body: DelayRequest, change: WriteDep, accounts: AccountsDep) -> Response:
    """Change how long handovers wait; the change itself waits, too."""

    async def run(session: WriteSession) -> Answered:
        wanted = RelTime.of(seconds=body.seconds)
        state = await accounts.administration.change_delay(session, change.caller, wanted)
        return HandoverAnswer.of(state).model_dump()

    return await change.settle(["delay", body.model_dump()], run)


@router.get("/keys", responses=READS)
async def keys(caller: CallerDep, accounts: AccountsDep, edge: EdgeDep) -> list[KeyAnswer]:
    """List the caller's API keys, without their secrets."""
    async with edge.database.read() as session:
        return [KeyAnswer.of(key) for key in await accounts.keys.listed(session, caller)]


@router.post(
    "/keys",
    status_code=201,
    response_model=NewKeyAnswer,
    responses={**WRITES, 200: {"model": NewKeyAnswer, "description": "It was only tried out"}},
)
async def make_key(body: KeyRequest, change: WriteDep, accounts: AccountsDep) -> Response:
    """Make an API key; its secret is in this answer and nowhere else."""
    order = KeyOrder(
        name=body.name,
        scopes=tuple(scope.model_dump() for scope in body.scopes),
        addresses=tuple(body.addresses),
        expires_at=moment(body.expires_at),
    )

    async def run(session: WriteSession) -> Answered:
        key, secret = await accounts.keys.make(session, change.caller, order)
        return {**KeyAnswer.of(key).model_dump(), "once_secret": secret}

    return await change.settle(["key", body.model_dump()], run, 201)


@router.post(
    "/keys/{key_id}:rotate",
    status_code=201,
    response_model=NewKeyAnswer,
    responses={**WRITES, 200: {"model": NewKeyAnswer, "description": "It was only tried out"}},
)
async def rotate(key_id: KeyId, change: WriteDep, accounts: AccountsDep) -> Response:
    """Make a key like another one, which ends after a day."""

    async def run(session: WriteSession) -> Answered:
        key, secret = await accounts.keys.rotate(session, change.caller, key_id)
        return {**KeyAnswer.of(key).model_dump(), "once_secret": secret}

    return await change.settle(["rotate", key_id], run, 201)


@router.post("/keys/{key_id}:revoke", response_model=KeyAnswer, responses=WRITES)
async def revoke_key(key_id: KeyId, change: WriteDep, accounts: AccountsDep) -> Response:
    """Revoke a key, from the next request on."""

    async def run(session: WriteSession) -> Answered:
        key = await accounts.keys.revoke(session, change.caller, key_id)
        return KeyAnswer.of(key).model_dump()

    return await change.settle(["revoke", key_id], run)


def _membership(body: RoleRequest) -> Membership:
    return Membership(role=body.role, user=UUID(body.user), expires_at=moment(body.expires_at))

"""Routes for parties with keys of their own: made in two calls, then signed for."""

from __future__ import annotations

import base64
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from fastapi.responses import Response

from cantata.accounts.api.common import AccountsDep, WriteDep
from cantata.accounts.schemas.common import UserText
from cantata.accounts.schemas.signing import (
    ExternalRequest,
    SignaturesRequest,
    SigningAnswer,
    TopologyAnswer,
    TopologyRequest,
)
from cantata.accounts.service.external import ExternalOrder
from cantata.automation.model import Intent
from cantata.http.edge import CallerDep, EdgeDep
from cantata.http.operations import Operation
from cantata.http.responses import CARRIED_OUT, READS, WRITES, problems
from cantata.kernel.ids import PartyId
from cantata.storage.session import WriteSession

router = APIRouter(prefix="/v1", tags=["signing"])
OperationPath = Annotated[UserText, Path(description="The operation's id")]


@router.post("/parties/external:prepare", responses=WRITES)
async def prepare(
    body: TopologyRequest, caller: CallerDep, accounts: AccountsDep, edge: EdgeDep
) -> TopologyAnswer:
    """Give what brings a party with the caller's own key into being; nothing is recorded.

    Asking again with the same key is the same party.
    """
    key = body.public_key.to_model()
    await edge.limiter.admit("write", caller.principal)
    async with edge.database.read() as session:
        await accounts.external.allow(session, caller)
    return TopologyAnswer.of(await accounts.external.topology(caller, key))


@router.post("/parties/external", status_code=202, response_model=Operation, responses=CARRIED_OUT)
async def allocate(body: ExternalRequest, change: WriteDep, accounts: AccountsDep) -> Response:
    """Bring a party with the caller's own key into being, by its signed topology."""
    order = ExternalOrder(
        key=body.public_key.to_model(),
        transactions=tuple(base64.b64decode(each) for each in body.topology),
        signature=base64.b64decode(body.signature),
        name=body.name,
    )

    async def use_case(session: WriteSession) -> tuple[Intent, bool]:
        return await accounts.external.allocate(session, change.caller, order, change.key)

    return await change.carry_out(use_case)


@router.get("/operations/{operation_id}/signing", responses={**READS, **problems(409)})
async def to_sign(
    operation_id: OperationPath, caller: CallerDep, accounts: AccountsDep, edge: EdgeDep
) -> SigningAnswer:
    """Give the transaction that an operation waits to be signed, and its hash.

    Read the transaction and compute the hash before signing; neither needs to be believed.
    """
    identity = UUID(operation_id)
    async with edge.database.read() as session:
        return SigningAnswer.of(identity, await accounts.signing.to_sign(session, caller, identity))


@router.post(
    "/operations/{operation_id}:sign",
    status_code=202,
    response_model=Operation,
    responses=CARRIED_OUT,
)
async def sign(
    operation_id: OperationPath, body: SignaturesRequest, change: WriteDep, accounts: AccountsDep
) -> Response:
    """Hand in the signatures of all parties that act; a wrong one changes nothing."""
    signatures = {PartyId(each.party): base64.b64decode(each.signature) for each in body.signatures}

    async def use_case(session: WriteSession) -> tuple[Intent, bool]:
        return await accounts.signing.hand_in(
            session, change.caller, UUID(operation_id), signatures
        )

    return await change.carry_on(use_case)


@router.post(
    "/operations/{operation_id}:cancel",
    status_code=202,
    response_model=Operation,
    responses=CARRIED_OUT,
)
async def cancel(operation_id: OperationPath, change: WriteDep, accounts: AccountsDep) -> Response:
    """Take an operation back that was not sent to the ledger; what it reserved is free again."""

    async def use_case(session: WriteSession) -> tuple[Intent, bool]:
        return await accounts.signing.cancel(session, change.caller, UUID(operation_id))

    return await change.carry_on(use_case)

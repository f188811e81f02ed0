"""Routes that change something of tokens on the ledger."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Path
from fastapi.responses import Response

from cantata.automation.errors import NotNow, NotPossible
from cantata.automation.model import Intent
from cantata.http.edge import CallerDep, EdgeDep, Mutation
from cantata.http.operations import Operation
from cantata.http.responses import CARRIED_OUT, WRITES
from cantata.http.schemas import ContractText
from cantata.kernel.ids import ContractId
from cantata.ledger.errors import Refusal
from cantata.storage.session import WriteSession
from cantata.tokens.api.common import BurnDep, MintDep, TokensDep, TransferDep, WriteDep
from cantata.tokens.orders import OfferOrder
from cantata.tokens.refusals import require_allowed
from cantata.tokens.rules_policy import Kind
from cantata.tokens.schemas.answers import PrecheckAnswer
from cantata.tokens.schemas.requests import (
    BurnRequest,
    ConsentEndRequest,
    ConsentRequest,
    MintRequest,
    RearrangeRequest,
    TokenRequest,
    TransferRequest,
)
from cantata.tokens.service.reasons import reason_of
from cantata.tokens.service.tokens import TokenService

router = APIRouter(prefix="/v1", tags=["tokens"])
Done = tuple[Intent, bool]

OfferPath = Annotated[ContractText, Path(description="The offer's contract id")]
Ending = Literal["accept", "reject", "withdraw"]


@router.post("/tokens", status_code=202, response_model=Operation, responses=CARRIED_OUT)
async def create(body: TokenRequest, change: WriteDep, tokens: TokensDep) -> Response:
    """Create a token; the caller gets its roles. Nothing is minted."""
    return await change.ask(tokens.issuing.create, body.to_model())


@router.post("/mints", status_code=202, response_model=Operation, responses=CARRIED_OUT)
async def mint(body: MintRequest, change: MintDep, tokens: TokensDep) -> Response:
    """Mint an amount to a party; the caller must hold the token's role MINTER."""
    return await change.ask(tokens.issuing.mint, body.to_model())


@router.post("/burns", status_code=202, response_model=Operation, responses=CARRIED_OUT)
async def burn(body: BurnRequest, change: BurnDep, tokens: TokensDep) -> Response:
    """Burn an amount of one's own; the supply shrinks by it."""
    return await change.ask(tokens.moving.burn, body.to_model())


@router.post("/transfers", status_code=202, response_model=Operation, responses=CARRIED_OUT)
async def transfer(body: TransferRequest, change: TransferDep, tokens: TokensDep) -> Response:
    """Transfer an amount: at once if the receiver agreed beforehand, else as an offer."""
    return await change.ask(tokens.moving.transfer, body.to_model())


@router.post("/transfers:precheck", responses=WRITES)
async def precheck(
    body: TransferRequest, caller: CallerDep, edge: EdgeDep, tokens: TokensDep
) -> PrecheckAnswer:
    """Tell whether a transfer would succeed now: by rules, funds and limits, then by the ledger.

    Reason 0 means that it would, anything else why it would not, and what to do.
    """
    order = body.to_model()
    kind = Kind.OFFER
    await edge.limiter.admit("write", caller.principal)

    async def use_case(session: WriteSession) -> Done:
        return await tokens.moving.transfer(session, caller, order, f"precheck-{uuid4()}")

    try:
        async with edge.database.read() as session:
            verdict = await tokens.checking.precheck(session, caller, order)
        kind = verdict.kind
        require_allowed(verdict)
        await edge.rehearsal.preview(use_case)
    except (NotPossible, NotNow, Refusal) as error:
        return PrecheckAnswer(
            allowed=False,
            reason=reason_of(error),
            code=error.code,
            detail=error.message,
            remedy=error.hint,
            kind=kind.value,
        )
    return PrecheckAnswer(
        allowed=True, reason=0, code="ALLOWED", detail=verdict.message, remedy="", kind=kind.value
    )


@router.post(
    "/offers/{offer}:accept", status_code=202, response_model=Operation, responses=CARRIED_OUT
)
async def accept(offer: OfferPath, change: TransferDep, tokens: TokensDep) -> Response:
    """Take what is offered, as its receiver."""
    return await _end(tokens, change, offer, "accept")


@router.post(
    "/offers/{offer}:reject", status_code=202, response_model=Operation, responses=CARRIED_OUT
)
async def reject(offer: OfferPath, change: TransferDep, tokens: TokensDep) -> Response:
    """Refuse what is offered, as its receiver; the funds go back."""
    return await _end(tokens, change, offer, "reject")


@router.post(
    "/offers/{offer}:withdraw", status_code=202, response_model=Operation, responses=CARRIED_OUT
)
async def withdraw(offer: OfferPath, change: TransferDep, tokens: TokensDep) -> Response:
    """Take an offer back, as its sender."""
    return await _end(tokens, change, offer, "withdraw")


@router.post("/preapprovals", status_code=202, response_model=Operation, responses=CARRIED_OUT)
async def preapprove(body: ConsentRequest, change: WriteDep, tokens: TokensDep) -> Response:
    """Agree beforehand to receive an issuer's tokens, in one step."""
    return await change.ask(tokens.moving.preapprove, body.to_model())


@router.post(
    "/preapprovals:cancel", status_code=202, response_model=Operation, responses=CARRIED_OUT
)
async def cancel_consent(body: ConsentEndRequest, change: WriteDep, tokens: TokensDep) -> Response:
    """Agree no more."""
    return await change.ask(tokens.moving.cancel_consent, body.to_model())


@router.post("/rearrangements", status_code=202, response_model=Operation, responses=CARRIED_OUT)
async def rearrange(body: RearrangeRequest, change: WriteDep, tokens: TokensDep) -> Response:
    """Merge small holdings into one, or split holdings into amounts."""
    return await change.ask(tokens.moving.rearrange, body.to_model())


async def _end(tokens: TokenService, change: Mutation, offer: str, ending: Ending) -> Response:
    order = OfferOrder(offer=ContractId(offer), ending=ending)

    return await change.ask(tokens.moving.end_offer, order)

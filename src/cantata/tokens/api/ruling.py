"""Routes about what holds for a token: pauses, terms, limits, its end."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from cantata.http.edge import CallerDep, EdgeDep
from cantata.http.operations import Operation
from cantata.http.responses import CARRIED_OUT, READS, WRITES
from cantata.storage.session import WriteSession
from cantata.tokens.api.common import TokenPath, TokensDep, WriteDep
from cantata.tokens.interventions import PauseOrder
from cantata.tokens.objections import ConfirmationMissing
from cantata.tokens.schemas.ruling import (
    CloseRequest,
    LimitsRequest,
    PauseRequest,
    RulesAnswer,
    RulesRequest,
)
from cantata.tokens.service.tokens import TokenService

router = APIRouter(prefix="/v1/tokens", tags=["rules"])


@router.get("/{admin}/{symbol}/rules", responses=READS)
async def rules(
    token: TokenPath, caller: CallerDep, edge: EdgeDep, tokens: TokensDep
) -> RulesAnswer:
    """Show what holds for a token now."""
    async with edge.database.read() as session:
        return RulesAnswer.of(await tokens.ruling.view(session, token))


@router.post(
    "/{admin}/{symbol}:pause", status_code=202, response_model=Operation, responses=CARRIED_OUT
)
async def pause(
    token: TokenPath, body: PauseRequest, change: WriteDep, tokens: TokensDep
) -> Response:
    """Pause operations of a token, or all that go on; pausing what is paused is refused."""
    return await _set_paused(tokens, change, body.to_model(token, paused=True))


@router.post(
    "/{admin}/{symbol}:unpause", status_code=202, response_model=Operation, responses=CARRIED_OUT
)
async def unpause(
    token: TokenPath, body: PauseRequest, change: WriteDep, tokens: TokensDep
) -> Response:
    """Let operations of a token go on, or all that are paused."""
    return await _set_paused(tokens, change, body.to_model(token, paused=False))


@router.post(
    "/{admin}/{symbol}:close", status_code=202, response_model=Operation, responses=CARRIED_OUT
)
async def close(
    token: TokenPath, body: CloseRequest, change: WriteDep, tokens: TokensDep
) -> Response:
    """End a token for good: nothing of it moves any more."""
    if body.confirm != token.id:
        raise ConfirmationMissing(token.id)
    return await change.ask(tokens.ruling.close, body.to_model(token))


@router.post(
    "/{admin}/{symbol}/rules", status_code=202, response_model=Operation, responses=CARRIED_OUT
)
async def amend(
    token: TokenPath, body: RulesRequest, change: WriteDep, tokens: TokensDep
) -> Response:
    """Set a token's terms, while they name no approver; afterwards request a rule change."""
    return await change.ask(tokens.ruling.amend, body.to_model(token))


@router.post("/{admin}/{symbol}/limits", response_model=RulesAnswer, responses=WRITES)
async def limit(
    token: TokenPath, body: LimitsRequest, change: WriteDep, tokens: TokensDep
) -> Response:
    """Set all limits of a token, to which the registry and this platform hold transfers."""
    wanted = body.to_model()

    async def run(session: WriteSession) -> dict[str, object]:
        view = await tokens.ruling.set_limits(session, change.caller, token, wanted, body.reason)
        return RulesAnswer.of(view).model_dump(mode="json")

    return await change.settle(["limits", str(token), body.model_dump()], run)


async def _set_paused(tokens: TokenService, change: WriteDep, order: PauseOrder) -> Response:
    return await change.ask(tokens.ruling.pause, order)

"""Routes to come in: onboarding, verification, sessions."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse, Response

from cantata.accounts.api.common import AccountsDep, session_answer
from cantata.accounts.errors import NotAllowed
from cantata.accounts.schemas.onboarding import (
    CodeAnswer,
    CodeRequest,
    OnboardingAnswer,
    OnboardingRequest,
    RefreshRequest,
    SessionAnswer,
)
from cantata.accounts.service.accounts import Accounts
from cantata.http.edge import CallerDep, Edge, EdgeDep, Prefer, address_of, wait_of
from cantata.http.errors import NotAuthenticated
from cantata.http.responses import WRITES, problems

ONBOARD = "onboard"
router = APIRouter(prefix="/v1", tags=["onboarding"])


@router.post(
    "/onboarding",
    responses={
        **problems(400, 403, 409, 413, 415, 422, 429, 503),
        202: {"model": OnboardingAnswer | CodeAnswer},
    },
)
async def onboard(
    body: OnboardingRequest,
    request: Request,
    accounts: AccountsDep,
    edge: EdgeDep,
    prefer: Prefer = None,
) -> Response:
    """Let somebody in by her e-mail address; the same address is the same user and party.

    Where addresses are verified, the answer is that a code was sent.
    """
    await limited(edge, request, body.email)
    if accounts.courier is None:
        require_local(request)
        return await let_in(accounts, edge, body.email, wait_of(prefer))
    async with edge.database.write() as session:
        code = await accounts.onboarding.new_code(session, body.email)
    await accounts.courier.send(body.email, code)
    return JSONResponse(CodeAnswer().model_dump(), 202)


@router.post(
    "/onboarding:verify",
    responses={
        **problems(400, 403, 409, 413, 415, 422, 429, 503),
        202: {"model": OnboardingAnswer},
    },
)
async def verify(
    body: CodeRequest,
    request: Request,
    accounts: AccountsDep,
    edge: EdgeDep,
    prefer: Prefer = None,
) -> Response:
    """Prove an address by the code that was mailed to it."""
    await limited(edge, request, body.email)
    async with edge.database.write() as session:
        is_right = await accounts.onboarding.check_code(session, body.email, body.code)
    if not is_right:
        accounts.onboarding.refuse_code()
    return await let_in(accounts, edge, body.email, wait_of(prefer))


@router.post("/sessions:refresh", responses=problems(400, 401, 413, 415, 422, 503))
async def refresh(body: RefreshRequest, accounts: AccountsDep, edge: EdgeDep) -> SessionAnswer:
    """Get new tokens for a refresh token; a refresh token that is used twice ends the session."""
    async with edge.database.write() as session:
        renewed = await accounts.authentication.renew(session, body.refresh_token)
    if renewed is None:
        raise NotAuthenticated("the refresh token was used before; its session is ended")
    return session_answer(renewed)


@router.post("/sessions:end", status_code=204, responses=WRITES)
async def end(
    caller: CallerDep,
    accounts: AccountsDep,
    edge: EdgeDep,
    authorization: Annotated[str, Header(include_in_schema=False)] = "",
) -> None:
    """End the session of the access token that is sent."""
    if not caller.token_id:
        raise NotAuthenticated("an API key has no session; revoke the key instead")
    async with edge.database.write() as session:
        await accounts.authentication.end(session, authorization.partition(" ")[2])


async def limited(edge: Edge, request: Request, email: str) -> None:
    """Count a request by where it comes from, by its network and by the address it names."""
    address = address_of(request)
    for principal in dict.fromkeys((f"ip:{address}", f"email:{email.casefold()}")):
        await edge.limiter.admit(ONBOARD, principal)


def require_local(request: Request) -> None:
    """Refuse callers from other machines: nothing proves that an address is theirs."""
    address = address_of(request)
    if address and not ip_address(address).is_loopback:
        raise NotAllowed(
            "verified-address",
            "addresses are not verified here, so onboarding is open to this machine alone",
            "onboard from the machine itself, or let the operator set up verification",
        )


async def let_in(accounts: Accounts, edge: Edge, email: str, seconds: int) -> Response:
    """Give a user, her party if it is there in time, and a session."""
    async with edge.database.write() as session:
        found = await accounts.onboarding.onboard(session, email)
        tokens = await accounts.authentication.begin(session, found.user.id)
    intent = await edge.watch.ended(found.intent, seconds)
    answer = OnboardingAnswer(
        user=str(found.user.id),
        party=None if intent.result is None else intent.result["party"],
        operation=f"/v1/operations/{intent.id}",
        session=session_answer(tokens),
    )
    headers = {"Location": f"/v1/operations/{intent.id}"}
    if not found.is_new:
        headers["Idempotency-Hit"] = "true"
    return JSONResponse(answer.model_dump(), 200 if intent.is_final else 202, headers)

"""Routes to come in: onboarding, verification, sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse, Response

from cantata.accounts.api.common import AccountsDep, session_answer
from cantata.accounts.errors import CodeWrong, NotAllowed
from cantata.accounts.schemas.onboarding import (
    CodeAnswer,
    CodeRequest,
    OnboardingAnswer,
    OnboardingRequest,
    RefreshRequest,
    SessionAnswer,
)
from cantata.accounts.service.accounts import Accounts
from cantata.accounts.service.onboarding import Onboarded
from cantata.http.addresses import address_of, is_local, network_of
from cantata.http.edge import CallerDep, Edge, EdgeDep, Prefer, wait_of
from cantata.http.errors import NotAuthenticated
from cantata.http.responses import WRITES, problems

ONBOARD, VERIFY, SESSION = "onboard", "verify", "session"
"""The limits of those who prove nothing yet."""

router = APIRouter(prefix="/v1", tags=["onboarding"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """Who comes in: her address, its proof if there is one, and whether she brings a key."""

    email: str
    has_own_key: bool = False
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """Who was let in, with the tokens of her session."""

    found: Onboarded
    tokens: tuple[str, str]


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
    await limited(edge, request, ONBOARD, body.email)
    coming = Coming(email=body.email, has_own_key=body.custody == "own")
    if accounts.courier is None:
        require_local(request)
        return await entered_answer(edge, await let_in(accounts, edge, coming), wait_of(prefer))
    await send_code(accounts, edge, body.email)
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
    await limited(edge, request, VERIFY, body.email)
    coming = Coming(email=body.email, has_own_key=body.custody == "own", code=body.code)
    return await entered_answer(edge, await let_in(accounts, edge, coming), wait_of(prefer))


@router.post("/sessions:refresh", responses=problems(400, 401, 413, 415, 422, 429, 503))
async def refresh(
    body: RefreshRequest, request: Request, accounts: AccountsDep, edge: EdgeDep
) -> SessionAnswer:
    """Get new tokens for a refresh token; a refresh token that is used twice ends the session."""
    await edge.limiter.admit(SESSION, f"ip:{address_of(request)}")
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


async def limited(edge: Edge, request: Request, operation: str, email: str) -> None:
    """Count a request by where it comes from, by its network and by the address it names."""
    address = address_of(request)
    principals = (f"ip:{address}", f"net:{network_of(address)}", f"email:{email.casefold()}")
    await edge.limiter.admit_all(operation, principals)


def require_local(request: Request) -> None:
    """Refuse callers from other machines: nothing proves that an address is theirs."""
    if not is_local(request):
        raise NotAllowed(
            "verified-address",
            "addresses are not verified here, so onboarding is open to this machine alone",
            "onboard from the machine itself, or let the operator set up verification",
        )


async def send_code(accounts: Accounts, edge: Edge, email: str) -> None:
    """Send a code to an address, whether or not somebody is known by it."""
    assert accounts.courier is not None, "verification was asked for before"
    async with edge.database.write() as session:
        code = await accounts.verification.new_code(session, email)
    await accounts.courier.send(email, code)


async def let_in(accounts: Accounts, edge: Edge, coming: Coming) -> Entered:
    """Give a user and a session; raise CodeWrong for a code that is not the one that was sent.

    A code is used up in the transaction of what it opens; a wrong one counts all the same.
    """
    async with edge.database.write() as session:
        is_proven = coming.code is not None
        if coming.code is None or await accounts.verification.check(
            session, coming.email, coming.code
        ):
            found = await accounts.onboarding.onboard(
                session, coming.email, is_verified=is_proven, with_party=not coming.has_own_key
            )
            tokens = await accounts.authentication.begin(session, found.user.id)
            return Entered(found=found, tokens=tokens)
    raise CodeWrong


async def entered_answer(edge: Edge, entered: Entered, seconds: int) -> Response:
    """Show who was let in, with her party if it is there in time."""
    found, intent = entered.found, entered.found.intent
    if intent is not None:
        intent = await edge.watch.ended(intent, seconds)
    place = None if intent is None else f"/v1/operations/{intent.id}"
    answer = OnboardingAnswer(
        user=str(found.user.id),
        party=None if intent is None or intent.result is None else intent.result["party"],
        operation=place,
        session=session_answer(entered.tokens),
    )
    headers = {} if place is None else {"Location": place}
    if not found.is_new:
        headers["Idempotency-Hit"] = "true"
    status = 200 if intent is None or intent.is_final else 202
    return JSONResponse(answer.model_dump(), status, headers)

"""Routes to come in by the word of a trusted issuer: a nonce, then a token that repeats it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cantata.accounts.api.common import AccountsDep
from cantata.accounts.api.onboarding import SESSION, Entered, entered_answer
from cantata.accounts.errors import SsoNotOffered
from cantata.accounts.schemas.onboarding import NonceAnswer, OnboardingAnswer, SsoRequest
from cantata.http.addresses import address_of
from cantata.http.edge import EdgeDep, Prefer, wait_of
from cantata.http.responses import problems

router = APIRouter(prefix="/v1", tags=["onboarding"])


@router.post("/sso:begin", responses=problems(400, 404, 413, 415, 422, 429, 503))
async def begin(request: Request, accounts: AccountsDep, edge: EdgeDep) -> NonceAnswer:
    """Begin to sign on at the trusted issuer; nothing is kept until it ends."""
    await edge.limiter.admit(SESSION, f"ip:{address_of(request)}")
    if accounts.tokens.issuer is None:
        raise SsoNotOffered
    nonce = accounts.identities.begin()
    return NonceAnswer(
        nonce=nonce.text,
        issuer=accounts.tokens.issuer,
        audience=accounts.tokens.audience,
        expires_at=str(nonce.expires_at),
    )


@router.post(
    "/sso:finish",
    response_model=OnboardingAnswer,
    responses={
        **problems(400, 401, 404, 413, 415, 422, 429, 503),
        202: {"model": OnboardingAnswer},
    },
)
async def finish(
    body: SsoRequest,
    request: Request,
    accounts: AccountsDep,
    edge: EdgeDep,
    prefer: Prefer = None,
) -> Response:
    """Sign on, or up, with a token of the trusted issuer that repeats the nonce; each once."""
    await edge.limiter.admit(SESSION, f"ip:{address_of(request)}")
    if accounts.tokens.issuer is None:
        raise SsoNotOffered
    claims = await accounts.tokens.check(body.token)
    async with edge.database.write() as session:
        found = await accounts.identities.enter(
            session, claims, with_party=body.custody == "platform"
        )
        tokens = await accounts.authentication.begin(session, found.user.id)
    return await entered_answer(edge, Entered(found=found, tokens=tokens), wait_of(prefer))

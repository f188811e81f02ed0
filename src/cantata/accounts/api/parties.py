"""Routes about the caller, her parties and who may act for them."""

from __future__ import annotations

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from cantata.accounts.api.common import AccountsDep, WriteDep, moment
from cantata.accounts.errors import HolderUnclear
from cantata.accounts.model import Action, Party, PartyRight, Right, RoleRight
from cantata.accounts.schemas.common import Changed
from cantata.accounts.schemas.organisations import OrganisationAnswer
from cantata.accounts.schemas.parties import (
    DecisionAnswer,
    ExplainRequest,
    MeAnswer,
    PartyAnswer,
    PartyRequest,
    PartySettings,
    RightAnswer,
    RightRequest,
)
from cantata.accounts.schemas.roles import GrantAnswer
from cantata.accounts.service.accounts import Accounts
from cantata.automation.model import Intent
from cantata.http.edge import CallerDep, EdgeDep
from cantata.http.errors import NotAuthenticated
from cantata.http.responses import CARRIED_OUT, READS, WRITES
from cantata.http.schemas import PartyText
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.storage.session import ReadSession, WriteSession

router = APIRouter(prefix="/v1", tags=["parties"])


@router.get("/me", responses=READS)
async def me(caller: CallerDep, accounts: AccountsDep, edge: EdgeDep) -> MeAnswer:
    """Tell who the caller is, with her parties and roles."""
    async with edge.database.read() as session:
        user = await accounts.authority.user(session, caller)
        if user is None:
            raise NotAuthenticated
        parties = await _parties(session, accounts, caller.user)
        held = await accounts.roles.of_user(session, caller.user)
        organisations = await accounts.organisations.own(session, caller)
    return MeAnswer(
        user=str(user.id),
        email=user.email,
        organisations=[OrganisationAnswer.of(each, names) for each, names in organisations],
        parties=parties,
        roles=[GrantAnswer.of(grant) for grant in held],
    )


@router.get("/parties", responses=READS)
async def parties(caller: CallerDep, accounts: AccountsDep, edge: EdgeDep) -> list[PartyAnswer]:
    """List the parties that the caller has rights for."""
    async with edge.database.read() as session:
        return await _parties(session, accounts, caller.user)


@router.post("/parties", status_code=202, responses=CARRIED_OUT)
async def allocate(body: PartyRequest, change: WriteDep, accounts: AccountsDep) -> Response:
    """Allocate a further party for the caller."""

    async def use_case(session: WriteSession) -> tuple[Intent, bool]:
        await accounts.authority.require(session, change.caller, Action(operation="parties"))
        seed = f"{change.caller.user}:{change.key}".encode()
        hint = f"party-{hashlib.sha256(seed).hexdigest()[:16]}"
        return await accounts.onboarding.allocate(
            session, change.caller.user, change.key, hint, body.name
        )

    return await change.carry_out(use_case)


@router.post("/parties:settings", response_model=Changed, responses=WRITES)
async def settings(body: PartySettings, change: WriteDep, accounts: AccountsDep) -> Response:
    """Say whether issuers may mint to a party unasked."""

    async def run(session: WriteSession) -> dict[str, object]:
        changed = await accounts.parties.receive_freely(
            session, change.caller, PartyId(body.party), body.receives_freely
        )
        return {"changed": changed}

    return await change.settle(["settings", body.model_dump()], run)


@router.get("/parties/rights", responses=READS)
async def rights(
    caller: CallerDep,
    accounts: AccountsDep,
    edge: EdgeDep,
    party: Annotated[PartyText, Query()],
) -> list[RightAnswer]:
    """List who has rights for a party of the caller's."""
    async with edge.database.read() as session:
        found = await accounts.parties.rights(session, caller, PartyId(party))
    return [
        RightAnswer(
            party=each.party,
            user=str(each.user) if isinstance(each, PartyRight) else None,
            role=each.role if isinstance(each, RoleRight) else None,
            right=each.right.value,
            expires_at=None if each.expires_at is None else str(each.expires_at),
        )
        for each in found
    ]


@router.post("/parties/rights:give", response_model=Changed, responses=WRITES)
async def give(body: RightRequest, change: WriteDep, accounts: AccountsDep) -> Response:
    """Let another user act, or read, for a party of the caller's."""

    async def run(session: WriteSession) -> dict[str, object]:
        return {"changed": await accounts.parties.give(session, change.caller, _right(body))}

    return await change.settle(["give", body.model_dump()], run)


@router.post("/parties/rights:take", response_model=Changed, responses=WRITES)
async def take(body: RightRequest, change: WriteDep, accounts: AccountsDep) -> Response:
    """Take a right away."""

    async def run(session: WriteSession) -> dict[str, object]:
        return {"changed": await accounts.parties.take(session, change.caller, _right(body))}

    return await change.settle(["take", body.model_dump()], run)


@router.post("/explain", responses={**WRITES})
async def explain(
    body: ExplainRequest, caller: CallerDep, accounts: AccountsDep, edge: EdgeDep
) -> DecisionAnswer:
    """Tell whether the caller may do something, by which rule, and what would change it."""
    action = Action(
        operation=body.operation,
        party=None if body.party is None else PartyId(body.party),
        right=Right(body.right),
        role=body.role,
        token=body.token,
        amount=None if body.amount is None else Decimal(body.amount),
    )
    async with edge.database.read() as session:
        decision = await accounts.authority.explain(session, caller, action)
    return DecisionAnswer(
        allowed=decision.is_allowed,
        rule=decision.rule,
        reason=decision.reason,
        remedy=decision.remedy,
    )


async def _parties(session: ReadSession, accounts: Accounts, user: UUID) -> list[PartyAnswer]:
    found: dict[PartyId, tuple[Party, list[Right]]] = {}
    for party, right in await accounts.onboarding.parties(session, user):
        found.setdefault(party.party, (party, []))[1].append(right)
    return [PartyAnswer.of(party, held) for party, held in found.values()]


def _right(body: RightRequest) -> PartyRight | RoleRight:
    party, right, until = PartyId(body.party), Right(body.right), moment(body.expires_at)
    if body.role is not None and body.user is None:
        return RoleRight(role=body.role, party=party, right=right, expires_at=until)
    if body.user is not None and body.role is None:
        return PartyRight(user=UUID(body.user), party=party, right=right, expires_at=until)
    raise HolderUnclear

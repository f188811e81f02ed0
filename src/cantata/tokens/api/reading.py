"""Routes that read tokens, holdings and what moved them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from cantata.http.edge import CallerDep, EdgeDep, PageDep
from cantata.http.responses import READS
from cantata.http.schemas import ContractText, PartyText
from cantata.kernel.ids import PartyId
from cantata.tokens.api.common import (
    MomentQuery,
    PartyFilter,
    TokenFilter,
    TokenPath,
    TokensDep,
)
from cantata.tokens.model import InstrumentId, OfferState
from cantata.tokens.queries import Moment
from cantata.tokens.repository import reading
from cantata.tokens.repository.reading import Selected
from cantata.tokens.schemas.answers import (
    BalanceAnswer,
    Balances,
    HoldingAnswer,
    Holdings,
    MovementAnswer,
    Movements,
    OfferAnswer,
    Offers,
    OfferStateName,
    StatisticsAnswer,
    SupplyAnswer,
    TokenAnswer,
    Tokens,
)

router = APIRouter(prefix="/v1", tags=["tokens"])


@router.get("/tokens", responses=READS)
async def tokens(
    caller: CallerDep,
    edge: EdgeDep,
    service: TokensDep,
    page: PageDep,
    admin: Annotated[PartyText | None, Query(description="Only tokens of this issuer")] = None,
) -> Tokens:
    """List tokens."""
    listing = f"tokens {admin or ''}"
    place = page.after(listing)
    after = None if place is None else InstrumentId(PartyId(str(place[0])), str(place[1]))
    issuer = None if admin is None else PartyId(admin)
    async with edge.database.read() as session:
        found = await service.queries.tokens(session, issuer, after, page.limit)
    last = [found[-1].instrument.id.admin, found[-1].instrument.id.id] if found else []
    return Tokens(
        items=[TokenAnswer.of(view) for view in found],
        next_cursor=page.next(listing, len(found), last),
    )


@router.get("/tokens/{admin}/{symbol}", responses=READS)
async def token(
    token: TokenPath, caller: CallerDep, edge: EdgeDep, service: TokensDep
) -> TokenAnswer:
    """Show a token."""
    async with edge.database.read() as session:
        return TokenAnswer.of(await service.queries.token(session, token))


@router.get("/tokens/{admin}/{symbol}/supply", responses=READS)
async def supply(
    token: TokenPath,
    moment: MomentQuery,
    caller: CallerDep,
    edge: EdgeDep,
    service: TokensDep,
) -> SupplyAnswer:
    """Show a token's supply as of an offset or a time, and prove that it is conserved."""
    async with edge.database.read() as session:
        told, _ = await service.queries.as_of(session, moment)
        return SupplyAnswer.of(token, await service.queries.supply(session, token, told))


@router.get("/tokens/{admin}/{symbol}/statistics", responses=READS)
async def statistics(
    token: TokenPath,
    moment: MomentQuery,
    caller: CallerDep,
    edge: EdgeDep,
    service: TokensDep,
) -> StatisticsAnswer:
    """Show the figures of one token as of an offset or a time, to its issuer."""
    async with edge.database.read() as session:
        await service.queries.require_issuer(session, caller, token)
        told, _ = await service.queries.as_of(session, moment)
        found = await service.queries.statistics(session, token, told)
        return StatisticsAnswer.of(token, found, told)


@router.get("/tokens/{admin}/{symbol}/holders", responses=READS)
async def holders(
    token: TokenPath,
    moment: MomentQuery,
    caller: CallerDep,
    edge: EdgeDep,
    service: TokensDep,
    page: PageDep,
) -> Balances:
    """List who holds a token, as of an offset or a time, to its issuer."""
    async with edge.database.read() as session:
        await service.queries.require_issuer(session, caller, token)
        told, offset = await service.queries.as_of(session, moment)
        listing = f"holders {token} {offset}"
        wanted = Selected(owners=(), token=token, offset=offset)
        found = await reading.balances_page(
            session, wanted, _place3(page.after(listing)), page.limit
        )
    last = [found[-1].owner, token.admin, token.id] if found else []
    return Balances(
        items=[BalanceAnswer.of(balance) for balance in found],
        next_cursor=page.next(listing, len(found), list(last)),
        offset=told,
    )


@router.get("/holdings", responses=READS)
async def holdings(
    moment: MomentQuery,
    token: TokenFilter,
    caller: CallerDep,
    edge: EdgeDep,
    service: TokensDep,
    page: PageDep,
    party: PartyFilter = None,
) -> Holdings:
    """List the caller's holdings, contract by contract."""
    async with edge.database.read() as session:
        owners = await service.queries.owners(session, caller, _party(party))
        told, offset = await service.queries.as_of(session, moment)
        listing = f"holdings {caller.user} {party} {token} {offset}"
        place = page.after(listing)
        after = None if place is None else (int(place[0]), str(place[1]))
        wanted = Selected(owners=owners, token=token, offset=offset)
        found = await reading.holdings_page(session, wanted, after, page.limit) if owners else ()
    last: list[str | int] = [found[-1].created_offset, found[-1].contract_id] if found else []
    return Holdings(
        items=[HoldingAnswer.of(holding) for holding in found],
        next_cursor=page.next(listing, len(found), last),
        offset=told,
    )


@router.get("/balances", responses=READS)
async def balances(
    moment: MomentQuery,
    token: TokenFilter,
    caller: CallerDep,
    edge: EdgeDep,
    service: TokensDep,
    page: PageDep,
    party: PartyFilter = None,
) -> Balances:
    """List the caller's balances, free and locked, as of an offset or a time."""
    async with edge.database.read() as session:
        owners = await service.queries.owners(session, caller, _party(party))
        told, offset = await service.queries.as_of(session, moment)
        listing = f"balances {caller.user} {party} {token} {offset}"
        wanted = Selected(owners=owners, token=token, offset=offset)
        place = _place3(page.after(listing))
        found = await reading.balances_page(session, wanted, place, page.limit) if owners else ()
    last: list[str | int] = []
    if found:
        last = [found[-1].owner, found[-1].instrument.admin, found[-1].instrument.id]
    return Balances(
        items=[BalanceAnswer.of(balance) for balance in found],
        next_cursor=page.next(listing, len(found), last),
        offset=told,
    )


@router.get("/transactions", responses=READS)
async def transactions(
    token: TokenFilter,
    caller: CallerDep,
    edge: EdgeDep,
    service: TokensDep,
    page: PageDep,
    party: PartyFilter = None,
) -> Movements:
    """List what changed the caller's balances, newest first.

    What is under way is an operation: GET /v1/operations shows all its states.
    """
    async with edge.database.read() as session:
        owners = await service.queries.owners(session, caller, _party(party))
        told, offset = await service.queries.as_of(session, Moment())
        listing = f"transactions {caller.user} {party} {token}"
        place = page.after(listing)
        before = None if place is None else (int(place[0]), int(place[1]))
        wanted = Selected(owners=owners, token=token, offset=offset)
        found = await reading.movements_page(session, wanted, before, page.limit) if owners else ()
    last: list[str | int] = [found[-1].offset, found[-1].position] if found else []
    return Movements(
        items=[MovementAnswer.of(moved) for moved in found],
        next_cursor=page.next(listing, len(found), last),
        offset=told,
    )


@router.get("/offers", responses=READS)
async def offers(
    caller: CallerDep,
    edge: EdgeDep,
    service: TokensDep,
    page: PageDep,
    party: PartyFilter = None,
    state: Annotated[OfferStateName | None, Query()] = None,
) -> Offers:
    """List the transfers that the caller offers, or is offered."""
    async with edge.database.read() as session:
        owners = await service.queries.owners(session, caller, _party(party))
        listing = f"offers {caller.user} {party} {state}"
        place = page.after(listing)
        before = None if place is None else (int(place[0]), str(place[1]))
        wanted = None if state is None else OfferState(state)
        found = (
            await reading.offers_page(session, owners, wanted, before, page.limit) if owners else ()
        )
    last: list[str | int] = [found[-1].created_offset, found[-1].contract_id] if found else []
    return Offers(
        items=[OfferAnswer.of(offer) for offer in found],
        next_cursor=page.next(listing, len(found), last),
    )


@router.get("/offers/{offer}", responses=READS)
async def offer(
    offer: Annotated[ContractText, Path()], caller: CallerDep, edge: EdgeDep, service: TokensDep
) -> OfferAnswer:
    """Show an offer, to its sender and its receiver."""
    async with edge.database.read() as session:
        return OfferAnswer.of(await service.moving.offer(session, caller, offer))


def _party(party: str | None) -> PartyId | None:
    return None if party is None else PartyId(party)


def _place3(place: list[str | int] | None) -> tuple[str, str, str] | None:
    return None if place is None else (str(place[0]), str(place[1]), str(place[2]))

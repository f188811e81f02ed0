"""Routes about registries and listed instruments."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from cantata.exchange.api.common import (
    PREFIX,
    Answered,
    ChangeDep,
    ExchangeDep,
    InstrumentFilter,
    performed,
)
from cantata.exchange.model.duties import OPERATE, READ
from cantata.exchange.objections import NotListed
from cantata.exchange.repository import listings
from cantata.exchange.schemas.answers import (
    ListedAnswer,
    ListedInstruments,
    Registries,
    RegistryAnswer,
)
from cantata.exchange.schemas.requests import (
    ListingChangeRequest,
    ListRequest,
    RefreshRequest,
    RegistryRequest,
)
from cantata.exchange.service.access import decided_by
from cantata.exchange.service.exchange import Exchange
from cantata.http.edge import CallerDep, EdgeDep, Mutation, PageDep
from cantata.http.responses import READS
from cantata.kernel.ids import PartyId
from cantata.tokens.model import InstrumentId

router = APIRouter(prefix=PREFIX, tags=["exchange: listings"])


@router.get("/registries", responses=READS)
async def registries(caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep) -> Registries:
    """List where the registries of admins answer."""
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await listings.registries(session)
    return Registries(items=[RegistryAnswer.of(each) for each in found])


@router.post(
    "/registries",
    status_code=201,
    response_model=RegistryAnswer,
    responses=performed(RegistryAnswer, 201),
)
async def add_registry(body: RegistryRequest, change: ChangeDep, exchange: ExchangeDep) -> Response:
    """Say where an admin's registry answers, or that it moved; it is asked whose it is."""
    await _require_operator(change, exchange)
    by = decided_by(change.caller, body.reason, body.reference)

    async def work() -> Answered:
        found = await exchange.listings.add_registry(PartyId(body.admin), body.url, by)
        return RegistryAnswer.of(found).model_dump()

    return await change.perform(["registry", body.model_dump()], work, 201)


@router.get("/instruments", responses=READS)
async def instruments(
    caller: CallerDep,
    edge: EdgeDep,
    exchange: ExchangeDep,
    page: PageDep,
    only: InstrumentFilter,
) -> ListedInstruments:
    """List what is listed, and how it is treated."""
    listing = f"exchange instruments {only}"
    place = page.after(listing)
    after = None if place is None else InstrumentId(PartyId(str(place[0])), str(place[1]))
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await listings.page(session, only, after, page.limit)
    last = [found[-1].id.admin, found[-1].id.id] if found else []
    return ListedInstruments(
        items=[ListedAnswer.of(each) for each in found],
        next_cursor=page.next(listing, len(found), list(last)),
    )


@router.post(
    "/instruments",
    status_code=201,
    response_model=ListedAnswer,
    responses=performed(ListedAnswer, 201),
)
async def add(body: ListRequest, change: ChangeDep, exchange: ExchangeDep) -> Response:
    """List an instrument as its registry describes it."""
    await _require_operator(change, exchange)
    by = decided_by(change.caller, body.reason, body.reference)

    async def work() -> Answered:
        return ListedAnswer.of(await exchange.listings.list(body.to_model(), by)).model_dump()

    return await change.perform(["list", body.model_dump()], work, 201)


@router.post("/instruments:change", response_model=ListedAnswer, responses=performed(ListedAnswer))
async def changed(body: ListingChangeRequest, change: ChangeDep, exchange: ExchangeDep) -> Response:
    """Treat an instrument differently from now on; what is left out stays as it is."""
    await _require_operator(change, exchange)
    by = decided_by(change.caller, body.reason, body.reference)
    instrument = body.instrument.to_model()

    async def work() -> Answered:
        async with change.edge.database.read() as session:
            before = await listings.find(session, instrument)
        if before is None:
            raise NotListed(instrument)
        wanted = body.to_model(before.policy)
        return ListedAnswer.of(await exchange.listings.change(instrument, wanted, by)).model_dump()

    return await change.perform(["change", body.model_dump()], work)


@router.post("/instruments:refresh", response_model=ListedAnswer, responses=performed(ListedAnswer))
async def refreshed(body: RefreshRequest, change: ChangeDep, exchange: ExchangeDep) -> Response:
    """Take over what the registry says now of an instrument."""
    await _require_operator(change, exchange)
    by = decided_by(change.caller, body.reason, body.reference)

    async def work() -> Answered:
        found = await exchange.listings.refresh(body.instrument.to_model(), by)
        return ListedAnswer.of(found).model_dump()

    return await change.perform(["refresh", body.model_dump()], work)


async def _require_operator(change: Mutation, exchange: Exchange) -> None:
    async with change.edge.database.read() as session:
        await exchange.access.require(session, change.caller, OPERATE)

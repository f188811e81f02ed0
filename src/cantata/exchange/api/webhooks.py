"""Routes about webhooks."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from cantata.accounts.service.auditing import note
from cantata.exchange.api.common import (
    PREFIX,
    Answered,
    ChangeDep,
    ExchangeDep,
    IdPath,
    made,
)
from cantata.exchange.model.duties import ASSIST, OPERATE, READ
from cantata.exchange.schemas.moving import (
    Deliveries,
    DeliveryAnswer,
    NewWebhookAnswer,
    Replayed,
    WebhookAnswer,
    Webhooks,
)
from cantata.exchange.schemas.requests import RotateRequest, WebhookRequest
from cantata.exchange.service.exchange import Exchange
from cantata.exchange.webhooks.model import DeliveryState, Endpoint
from cantata.exchange.webhooks.service import NewEndpoint
from cantata.http.edge import CallerDep, EdgeDep, Mutation, PageDep
from cantata.http.responses import READS
from cantata.storage.session import WriteSession

router = APIRouter(prefix=PREFIX, tags=["exchange: webhooks"])


@router.get("/webhooks", responses=READS)
async def listed(caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep) -> Webhooks:
    """List the webhooks."""
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await exchange.webhooks.every(session)
    now = edge.clock.now()
    return Webhooks(items=[WebhookAnswer.of(each, now) for each in found])


@router.post(
    "/webhooks",
    status_code=201,
    response_model=NewWebhookAnswer,
    responses=made(NewWebhookAnswer, 201),
)
async def register(body: WebhookRequest, change: ChangeDep, exchange: ExchangeDep) -> Response:
    """Register a webhook for what happens from now on; its secret is shown this once."""
    wanted = NewEndpoint(url=body.url, topics=tuple(body.topics), description=body.description)

    async def run(session: WriteSession) -> Answered:
        await exchange.access.require(session, change.caller, OPERATE)
        endpoint, secret = await exchange.webhooks.register(session, wanted)
        await _noted(session, change, "registered", endpoint)
        return {**_shown(change, endpoint), "once_secret": secret}

    return await change.settle(["webhook", body.model_dump()], run, 201)


@router.get("/webhooks/{webhook}", responses=READS)
async def shown(
    webhook: IdPath, caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep
) -> WebhookAnswer:
    """Show a webhook."""
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await exchange.webhooks.endpoint(session, UUID(webhook))
    return WebhookAnswer.of(found, edge.clock.now())


@router.post(
    "/webhooks/{webhook}:rotate",
    response_model=NewWebhookAnswer,
    responses=made(NewWebhookAnswer),
)
async def rotate(
    webhook: IdPath, body: RotateRequest, change: ChangeDep, exchange: ExchangeDep
) -> Response:
    """Give a webhook a new secret, shown this once; the present one signs beside it for a while."""

    async def run(session: WriteSession) -> Answered:
        await exchange.access.require(session, change.caller, OPERATE)
        overlap = body.to_model()
        endpoint, secret = await exchange.webhooks.rotate(session, UUID(webhook), overlap)
        await _noted(session, change, "rotated", endpoint)
        return {**_shown(change, endpoint), "once_secret": secret}

    return await change.settle(["rotate", webhook, body.model_dump()], run)


@router.post(
    "/webhooks/{webhook}:pause", response_model=WebhookAnswer, responses=made(WebhookAnswer)
)
async def pause(webhook: IdPath, change: ChangeDep, exchange: ExchangeDep) -> Response:
    """Send nothing until it is resumed; nothing is lost."""
    return await _step(webhook, "pause", change, exchange)


@router.post(
    "/webhooks/{webhook}:resume", response_model=WebhookAnswer, responses=made(WebhookAnswer)
)
async def resume(webhook: IdPath, change: ChangeDep, exchange: ExchangeDep) -> Response:
    """Go on where a webhook was paused."""
    return await _step(webhook, "resume", change, exchange)


@router.post(
    "/webhooks/{webhook}:remove", response_model=WebhookAnswer, responses=made(WebhookAnswer)
)
async def remove(webhook: IdPath, change: ChangeDep, exchange: ExchangeDep) -> Response:
    """Remove a webhook for good, with what was to be sent to it."""
    return await _step(webhook, "remove", change, exchange)


@router.get("/webhooks/{webhook}/deliveries", responses=READS)
async def deliveries(
    webhook: IdPath,
    caller: CallerDep,
    edge: EdgeDep,
    exchange: ExchangeDep,
    page: PageDep,
    state: Annotated[Literal["pending", "delivered", "dead"] | None, Query()] = None,
) -> Deliveries:
    """List what is, was, or could not be sent to a webhook, newest first."""
    listing = f"exchange deliveries {webhook} {state}"
    place = page.after(listing)
    before = None if place is None else int(place[0])
    wanted = None if state is None else DeliveryState(state)
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await exchange.webhooks.deliveries(
            session, UUID(webhook), wanted, before, page.limit
        )
    last: list[str | int] = [found[-1].place] if found else []
    return Deliveries(
        items=[DeliveryAnswer.of(each) for each in found],
        next_cursor=page.next(listing, len(found), last),
    )


@router.get("/webhooks/{webhook}/deliveries/{delivery}", responses=READS)
async def delivery(
    webhook: IdPath, delivery: IdPath, caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep
) -> DeliveryAnswer:
    """Show a delivery."""
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await exchange.webhooks.delivery(session, UUID(webhook), UUID(delivery))
    return DeliveryAnswer.of(found)


@router.post("/webhooks/{webhook}:replay", response_model=Replayed, responses=made(Replayed))
async def replay_dead(webhook: IdPath, change: ChangeDep, exchange: ExchangeDep) -> Response:
    """Send everything again that was given up, at most 1,000 deliveries at once."""
    return await _replay(webhook, None, change, exchange)


@router.post(
    "/webhooks/{webhook}/deliveries/{delivery}:replay",
    response_model=Replayed,
    responses=made(Replayed),
)
async def replay(
    webhook: IdPath, delivery: IdPath, change: ChangeDep, exchange: ExchangeDep
) -> Response:
    """Send one delivery again, whether it was given up or delivered."""
    return await _replay(webhook, delivery, change, exchange)


async def _step(webhook: str, verb: str, change: Mutation, exchange: Exchange) -> Response:
    async def run(session: WriteSession) -> Answered:
        await exchange.access.require(session, change.caller, OPERATE)
        step = getattr(exchange.webhooks, verb)
        endpoint: Endpoint = await step(session, UUID(webhook))
        await _noted(session, change, verb, endpoint)
        return _shown(change, endpoint)

    return await change.settle([verb, webhook], run)


async def _replay(
    webhook: str, delivery: str | None, change: Mutation, exchange: Exchange
) -> Response:
    async def run(session: WriteSession) -> Answered:
        await exchange.access.require(session, change.caller, ASSIST)
        which = None if delivery is None else UUID(delivery)
        return {"count": await exchange.webhooks.replay(session, UUID(webhook), which)}

    return await change.settle(["replay", webhook, delivery], run)


async def _noted(session: WriteSession, change: Mutation, action: str, endpoint: Endpoint) -> None:
    now = change.edge.clock.now()
    action = f"exchange.webhook.{action}"
    await note(session, change.caller, action, str(endpoint.id), now, url=endpoint.url)


def _shown(change: Mutation, endpoint: Endpoint) -> Answered:
    return WebhookAnswer.of(endpoint, change.edge.clock.now()).model_dump()

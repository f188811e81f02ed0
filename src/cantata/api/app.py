"""The application: it is given everything that it works with and decides nothing itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from cantata.accounts.api import onboarding, organisations, parties, roles, signing, sso
from cantata.accounts.service.accounts import Accounts
from cantata.api import envelope, health, operations, problems, short
from cantata.api.health import Measure, Readiness
from cantata.api.middleware import EdgeMiddleware
from cantata.api.problems import Refused
from cantata.exchange.api import (
    arrangements,
    books,
    customers,
    deposits,
    listings,
    packages,
    treasuries,
    withdrawals,
)
from cantata.exchange.api import webhooks as exchange_webhooks
from cantata.exchange.service.exchange import Exchange
from cantata.http.edge import Edge
from cantata.http.schemas import Problem
from cantata.kernel.errors import CantataError
from cantata.tokens.api import (
    approving,
    changing,
    delegating,
    reading,
    ruling,
    statements,
    supervising,
)
from cantata.tokens.batches import api as batches
from cantata.tokens.batches.service import Batches
from cantata.tokens.documents import api as documents
from cantata.tokens.documents.service import Documents
from cantata.tokens.service.tokens import TokenService

ROUTERS = (
    onboarding.router,
    sso.router,
    parties.router,
    roles.router,
    signing.router,
    organisations.router,
    changing.router,
    reading.router,
    statements.router,
    batches.router,
    documents.router,
    ruling.router,
    supervising.router,
    approving.router,
    delegating.router,
    treasuries.router,
    arrangements.router,
    listings.router,
    packages.router,
    customers.router,
    deposits.router,
    withdrawals.router,
    books.router,
    exchange_webhooks.router,
    operations.router,
    short.router,
    health.router,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that the application stands on; `more` are routers of further parts.

    `measures` are waited for before metrics are given.
    `proxy_hops` is how many proxies of ours stand before it.
    """

    edge: Edge
    accounts: Accounts
    tokens: TokenService
    batches: Batches
    documents: Documents
    exchange: Exchange
    readiness: Readiness
    proxy_hops: int = 0
    more: Sequence[APIRouter] = ()
    measures: Sequence[Measure] = ()


def create_app(services: Services) -> FastAPI:
    """Make the application."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(services.edge.watch.run())
        yield
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    app = _bare(lifespan=lifespan)
    app.state.edge = services.edge
    app.state.proxy_hops = services.proxy_hops
    app.state.accounts = services.accounts
    app.state.tokens = services.tokens
    app.state.batches = services.batches
    app.state.documents = services.documents
    app.state.exchange = services.exchange
    app.state.readiness = services.readiness
    app.state.measures = services.measures
    for router in services.more:
        app.include_router(router)
    app.add_exception_handler(CantataError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _status)
    app.add_middleware(EdgeMiddleware, clock=services.edge.clock, files=packages.FILES)
    app.openapi = lambda: openapi(app)  # type: ignore[method-assign] # FastAPI's own way to extend
    return app


def described() -> dict[str, Any]:
    """Give the description of our own routes, which is published."""
    return openapi(_bare())


def _bare(**options: Any) -> FastAPI:
    """Make an application with our own routes and nothing behind them."""
    app = FastAPI(
        title="Cantata",
        summary="Digital assets on the Canton Network",
        version=version("cantata"),
        docs_url="/docs",
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        **options,
    )
    for router in ROUTERS:
        app.include_router(router)
    return app


def openapi(app: FastAPI) -> dict[str, Any]:
    """Give the description of the application: problems instead of the framework's errors."""
    if app.openapi_schema is None:
        found = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            routes=app.routes,
        )
        schemas = found["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        described = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(described.pop("$defs", {}))
        schemas["Problem"] = described
        found["components"]["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer", "description": "Token or API key"}
        }
        _secure(found)
        app.openapi_schema = found
    return app.openapi_schema


def _secure(found: dict[str, Any]) -> None:
    """Say which operations want credentials: those that may answer that they are missing."""
    for path in found["paths"].values():
        for operation in path.values():
            if "401" in operation["responses"]:
                operation["security"] = [{"bearer": []}]


def _written(request: Request, refused: Refused) -> JSONResponse:
    if request.url.path.startswith(envelope.PREFIX):
        return envelope.failed(request, refused)
    return problems.answer(refused, request.state.request_id)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CantataError), error
    return _written(request, problems.of_error(error))


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError), error
    return _written(request, problems.of_validation(error))


async def _status(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException), error
    told = str(error.detail).lower()
    return _written(request, problems.of_status(error.status_code, told, error.headers))

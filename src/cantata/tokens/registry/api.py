"""The registry over HTTP: public, cacheable, rate-limited; one for each admin.

The paths are the standard's, below the base path or below ``/registrars/{admin}``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic import ValidationError

from cantata.automation.errors import NotNow
from cantata.http.addresses import address_of
from cantata.http.errors import RateLimited
from cantata.http.limits import Limit, Limiter, MemoryLimiter
from cantata.kernel.errors import CantataError
from cantata.kernel.time import SystemClock
from cantata.lf.codec import MalformedJson, loads
from cantata.observability.events import events
from cantata.storage.database import Database
from cantata.storage.errors import StorageError
from cantata.tokens.errors import InstrumentUnknown
from cantata.tokens.refusals import MovementRefused
from cantata.tokens.registry import schemas
from cantata.tokens.registry.errors import (
    InputsUnknown,
    NotHere,
    RequestMalformed,
    Scattered,
    SeveralAdmins,
)
from cantata.tokens.registry.model import PAGE_DEFAULT, PAGE_MAX, AsOf, Ending, RegistrySettings
from cantata.tokens.registry.service import Registry

BODY_MAX = 256 * 1024
OFFSET = "X-Ledger-Offset"
"""Names the ledger's offset that an answer is true of."""

LIMIT = Limit("registry", 600, 60)
"""Requests from one address."""

LASTING = "public, max-age=300"
REVALIDATED = "public, no-cache"
"""It may be kept, and must be asked for again by its tag: nothing is older than ingestion."""
NEVER_KEPT = "no-store"

_PUBLIC = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": f"ETag, {OFFSET}",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Wallets of others run in pages of others; there are no cookies and no secrets here."""
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (RequestMalformed, 400),
    (RequestValidationError, 400),
    (NotHere, 404),
    (SeveralAdmins, 404),
    (InstrumentUnknown, 404),
    (Scattered, 409),
    (InputsUnknown, 409),
    (MovementRefused, 409),
    (NotNow, 409),
    (RateLimited, 429),
    (StorageError, 503),
)
_DESCRIPTIONS = {400: "bad request", 404: "not found", 409: "conflict", 429: "too many requests"}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": schemas.ErrorResponse, "description": text}
    for status, text in _DESCRIPTIONS.items()
}

W = TypeVar("W", bound=schemas.Wire)


def registry_router(registry: Registry, limiter: Limiter) -> APIRouter:
    """Make the routes: below the base path for the one admin, below a prefix for each."""
    routes = _Routes(registry).router()

    async def admit(request: Request) -> None:
        await limiter.admit(LIMIT.name, address_of(request))

    router = APIRouter(tags=["registry"], route_class=RegistryRoute)
    guards = [Depends(admit)]
    router.include_router(routes, dependencies=guards)
    router.include_router(
        routes, prefix="/registrars/{admin}", dependencies=[*guards, Depends(_named)]
    )
    return router


def registry_app(
    database: Database, settings: RegistrySettings | None = None, limit: Limit = LIMIT
) -> FastAPI:
    """Make an application of the registry alone."""
    clock = SystemClock()
    app = FastAPI(title="Token registry", version="1.1.0", openapi_url="/openapi.json")
    limiter = MemoryLimiter(clock, {LIMIT.name: limit})
    app.include_router(registry_router(Registry(database, clock, settings), limiter))
    return app


class RegistryRoute(APIRoute):
    """A route that refuses in the standard's form: ``{"error": text}``."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler, and what it depends on."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                response = await inner(request)
            except (CantataError, RequestValidationError) as error:
                response = _refusal(error)
            response.headers.update(_PUBLIC)
            return response

        return handle


async def _named(request: Request, admin: Annotated[str, Path(description="The admin")]) -> None:
    """Note whose registry the path names."""
    request.state.registry_admin = admin


def _admin(request: Request) -> str | None:
    named: str | None = getattr(request.state, "registry_admin", None)
    return named


class _Routes:
    """The handlers; each gives what the service says, as the documents have it."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def router(self) -> APIRouter:
        router = APIRouter(route_class=RegistryRoute)
        metadata = "/registry/metadata/v1"
        _get(router, f"{metadata}/info", self.info, schemas.RegistryInfo)
        _get(router, f"{metadata}/instruments", self.instruments, schemas.ListInstrumentsResponse)
        _get(
            router,
            metadata + "/instruments/{instrumentId:path}",
            self.instrument,
            schemas.Instrument,
        )
        _post(
            router,
            "/registry/transfer-instruction/v1/transfer-factory",
            self.transfer_factory,
            (schemas.GetFactoryRequest, schemas.TransferFactoryWithChoiceContext),
        )
        _post(
            router,
            "/registry/allocation-instruction/v1/allocation-factory",
            self.allocation_factory,
            (schemas.GetFactoryRequest, schemas.FactoryWithChoiceContext),
        )
        forms = (schemas.GetChoiceContextRequest, schemas.ChoiceContext)
        offers = "/registry/transfer-instruction/v1/{transferInstructionId}/choice-contexts"
        for ending in (Ending.ACCEPT, Ending.REJECT, Ending.WITHDRAW):
            _post(router, f"{offers}/{ending.value}", self.of_offer(ending), forms)
        allocations = "/registry/allocations/v1/{allocationId}/choice-contexts"
        for ending in (Ending.EXECUTE_TRANSFER, Ending.WITHDRAW, Ending.CANCEL):
            _post(router, f"{allocations}/{ending.value}", self.of_allocation(ending), forms)
        return router

    async def info(self, request: Request) -> Response:
        """Tell whose registry it is, and what it speaks."""
        found = await self._registry.admin(_admin(request))
        return _kept(request, found, schemas.RegistryInfo.of(found.value).body(), LASTING)

    async def instruments(
        self,
        request: Request,
        page_size: Annotated[
            int, Query(alias="pageSize", ge=1, le=2**31 - 1, description="At most so many")
        ] = PAGE_DEFAULT,
        page_token: Annotated[
            str | None, Query(alias="pageToken", description="`nextPageToken` of the page before")
        ] = None,
    ) -> Response:
        """List the admin's instruments."""
        limit = min(page_size, PAGE_MAX)
        found = await self._registry.instruments(_admin(request), page_token, limit)
        body = schemas.ListInstrumentsResponse.of(found.value, found.record_time).body()
        timeless = schemas.ListInstrumentsResponse.of(found.value, None).body()
        return _kept(request, found, body, REVALIDATED, timeless)

    async def instrument(
        self, request: Request, name: Annotated[str, Path(alias="instrumentId")]
    ) -> Response:
        """Give an instrument."""
        found = await self._registry.instrument(_admin(request), name)
        body = schemas.Instrument.of(found.value, found.record_time).body()
        return _kept(
            request, found, body, REVALIDATED, schemas.Instrument.of(found.value, None).body()
        )

    async def transfer_factory(self, request: Request) -> Response:
        """Give the factory and the choice context of a transfer."""
        asked = await _read(request, schemas.GetFactoryRequest)
        found = await self._registry.transfer_factory(_admin(request), asked.choice_arguments)
        debug = not asked.exclude_debug_fields
        return _fresh(found, schemas.TransferFactoryWithChoiceContext.of(found.value, debug=debug))

    async def allocation_factory(self, request: Request) -> Response:
        """Give the factory and the choice context of an allocation."""
        asked = await _read(request, schemas.GetFactoryRequest)
        found = await self._registry.allocation_factory(_admin(request), asked.choice_arguments)
        debug = not asked.exclude_debug_fields
        return _fresh(found, schemas.FactoryWithChoiceContext.of(found.value, debug=debug))

    def of_offer(self, ending: Ending) -> Callable[..., Awaitable[Response]]:
        """Make the handler of an ending of transfer instructions."""

        async def context(
            request: Request, contract: Annotated[str, Path(alias="transferInstructionId")]
        ) -> Response:
            """Give the choice context of a transfer instruction's end."""
            asked = await _read(request, schemas.GetChoiceContextRequest)
            found = await self._registry.offer_terms(_admin(request), contract, ending)
            debug = not asked.exclude_debug_fields
            return _fresh(found, schemas.ChoiceContext.of(found.value, debug=debug))

        return context

    def of_allocation(self, ending: Ending) -> Callable[..., Awaitable[Response]]:
        """Make the handler of an ending of allocations."""

        async def context(
            request: Request, contract: Annotated[str, Path(alias="allocationId")]
        ) -> Response:
            """Give the choice context of an allocation's end."""
            asked = await _read(request, schemas.GetChoiceContextRequest)
            found = await self._registry.allocation_terms(_admin(request), contract, ending)
            debug = not asked.exclude_debug_fields
            return _fresh(found, schemas.ChoiceContext.of(found.value, debug=debug))

        return context


def _get(
    router: APIRouter, path: str, handler: Callable[..., Any], answer: type[schemas.Wire]
) -> None:
    router.add_api_route(
        path,
        handler,
        methods=["GET"],
        responses={200: {"model": answer}, 304: {"description": "as before"}, **_REFUSALS},
    )
    _add_preflight(router, path)


def _post(
    router: APIRouter,
    path: str,
    handler: Callable[..., Any],
    forms: tuple[type[schemas.Wire], type[schemas.Wire]],
) -> None:
    request, answer = forms
    content = {"application/json": {"schema": request.model_json_schema()}}
    router.add_api_route(
        path,
        handler,
        methods=["POST"],
        responses={200: {"model": answer}, **_REFUSALS},
        openapi_extra={"requestBody": {"required": True, "content": content}},
    )
    _add_preflight(router, path)


def _add_preflight(router: APIRouter, path: str) -> None:
    """Let pages of others ask beforehand whether they may."""
    router.add_api_route(path, _preflight, methods=["OPTIONS"], include_in_schema=False)


async def _preflight() -> Response:
    return Response(status_code=204, headers=_PREFLIGHT)


async def _read(request: Request, form: type[W]) -> W:
    """Read a body, whatever type it is said to have; raise RequestMalformed."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY_MAX:
            raise RequestMalformed(f"the body has more than {BODY_MAX} bytes")
    try:
        return form.model_validate(loads(bytes(body)))
    except MalformedJson as error:
        raise RequestMalformed(error.message) from error
    except ValidationError as error:
        raise RequestMalformed(_first(error.errors(include_url=False))) from error


def _kept(
    request: Request, found: AsOf[Any], body: bytes, control: str, tagged: bytes | None = None
) -> Response:
    """Answer with a tag; it is made of `tagged`, which leaves out what passes by itself."""
    tag = f'W/"{hashlib.sha256(tagged or body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": control, OFFSET: str(found.offset)}
    if _matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _fresh(found: AsOf[Any], answer: schemas.Wire) -> Response:
    headers = {"Cache-Control": NEVER_KEPT, OFFSET: str(found.offset)}
    return Response(answer.body(), media_type="application/json", headers=headers)


def _matches(header: str, tag: str) -> bool:
    """Compare weakly, as caches do for GET."""
    named = {each.strip().removeprefix("W/") for each in header.split(",")}
    return "*" in named or tag.removeprefix("W/") in named


def _refusal(error: CantataError | RequestValidationError) -> Response:
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    headers = {"Cache-Control": NEVER_KEPT}
    if isinstance(error, RateLimited):
        headers["Retry-After"] = str(error.seconds)
    if isinstance(error, StorageError):
        headers["Retry-After"] = "1"
    if status >= 500:
        events("registry").error("registry.failed", code=getattr(error, "code", ""))
    return JSONResponse({"error": _text(error, status)}, status, headers=headers)


def _text(error: CantataError | RequestValidationError, status: int) -> str:
    """Put a refusal into words; what failed inside is nobody's business."""
    if isinstance(error, RequestValidationError):
        return _first(error.errors())
    if isinstance(error, MovementRefused):
        return f"the issuer's rules do not admit it now: {error.code}"
    return "the registry cannot answer at the moment" if status >= 500 else error.message


def _first(found: Any) -> str:
    """Put the first violation into words."""
    first: Mapping[str, Any] = found[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])

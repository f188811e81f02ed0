"""Whether the process lives, whether it can work, what it measures, and which version it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from cantata.http.schemas import Answer
from cantata.observability import metrics

router = APIRouter(tags=["health"])


class Check(Answer):
    """One thing that is needed: whether it is there, and what is wrong if not."""

    name: str
    ok: bool
    detail: str


class Readiness(Protocol):
    """Looks at what the process needs."""

    async def checks(self) -> tuple[Check, ...]:
        """Look at database, schema, ledger and ingestion."""


Measure = Callable[[], Awaitable[None]]
"""Brings metrics up to date that are read from the database; never raises for want of it."""


class Alive(Answer):
    """The process answers."""

    status: str = "alive"


class Ready(Answer):
    """Whether everything that is needed is there."""

    ready: bool
    checks: list[Check]


class Version(Answer):
    """What runs here."""

    name: str
    version: str


async def readiness_of(request: Request) -> Readiness:
    """Give what the application was built with."""
    found: Readiness = request.app.state.readiness
    return found


@router.get("/livez")
async def livez() -> Alive:
    """Tell that the process answers."""
    return Alive()


@router.get("/readyz", response_model=Ready, responses={503: {"model": Ready}})
async def readyz(readiness: Annotated[Readiness, Depends(readiness_of)]) -> Response:
    """Tell whether database, schema, ledger and ingestion are as they must be."""
    checks = await readiness.checks()
    answer = Ready(ready=all(check.ok for check in checks), checks=list(checks))
    return JSONResponse(answer.model_dump(), 200 if answer.ready else 503)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def measured(request: Request) -> Response:
    """Give what is measured, for Prometheus."""
    for measure in request.app.state.measures:
        await measure()
    return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)


@router.get("/version")
async def which() -> Version:
    """Tell the version."""
    return Version(name="cantata", version=version("cantata"))

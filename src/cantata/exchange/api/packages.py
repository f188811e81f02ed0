"""Routes about packages that tokens of others need."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from cantata.exchange.api.common import PREFIX, Answered, ChangeDep, ExchangeDep, performed
from cantata.exchange.model.decisions import REFERENCE_LENGTH_MAX
from cantata.exchange.model.duties import OPERATE, READ
from cantata.exchange.model.treasury import DAR_BYTES_MAX
from cantata.exchange.repository import packages
from cantata.exchange.schemas.answers import DarAnswer, Dars
from cantata.exchange.schemas.common import PackageText, ReasonText
from cantata.exchange.service.access import decided_by
from cantata.http.edge import CallerDep, EdgeDep
from cantata.http.responses import READS
from cantata.http.schemas import MemoText, PartyText
from cantata.kernel.ids import PartyId

router = APIRouter(prefix=PREFIX, tags=["exchange: listings"])

FILES = {f"{PREFIX}/dars": DAR_BYTES_MAX}
"""Bytes of a body that is a file, by path."""

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class _Dar:
    """A DAR that is sent as the body, and what the parameters say of it."""

    def __init__(
        self,
        request: Request,
        admin: Annotated[PartyText, Query(description="The admin whose tokens need it")],
        package: Annotated[
            PackageText, Query(description="Name or id that its main package must have")
        ],
        reason: Annotated[ReasonText, Query(description="Why; it is kept for auditors")],
        reference: Annotated[
            MemoText, Query(max_length=REFERENCE_LENGTH_MAX, description="A ticket or letter")
        ] = "",
    ) -> None:
        self.request = request
        self.admin = PartyId(admin)
        self.package = package
        self.reason = reason
        self.reference = reference

    def asked(self, content: bytes) -> dict[str, str]:
        """Say what is asked for, in few words."""
        digest = hashlib.sha256(content).hexdigest()
        asked = {"admin": str(self.admin), "package": self.package, "sha256": digest}
        return {**asked, "reason": self.reason, "reference": self.reference}


@router.get("/dars", responses=READS)
async def listed(caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep) -> Dars:
    """List what was uploaded for the tokens of others."""
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await packages.every(session)
    return Dars(items=[DarAnswer.of(each) for each in found])


@router.post(
    "/dars",
    status_code=201,
    response_model=DarAnswer,
    responses=performed(DarAnswer, 201),
    openapi_extra=_BODY,
)
async def add(
    dar: Annotated[_Dar, Depends()], change: ChangeDep, exchange: ExchangeDep
) -> Response:
    """Upload a DAR of an admin's, have it vetted, and write down what it is.

    The body is the file. Upload what you trust only: a package can give contracts new choices.
    """
    async with change.edge.database.read() as session:
        await exchange.access.require(session, change.caller, OPERATE)
    content = await dar.request.body()
    by = decided_by(change.caller, dar.reason, dar.reference)

    async def work() -> Answered:
        added = await exchange.listings.add_dar(dar.admin, content, by, package=dar.package)
        return DarAnswer.of(added).model_dump()

    return await change.perform(["dar", dar.asked(content)], work, 201)

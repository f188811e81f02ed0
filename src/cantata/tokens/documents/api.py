"""Routes of documents, metadata and classes of a token."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from cantata.automation.model import Intent
from cantata.http.edge import CallerDep, EdgeDep, Mutation, PageDep, mutation
from cantata.http.operations import Operation
from cantata.http.responses import CARRIED_OUT, READS
from cantata.http.schemas import NameText
from cantata.kernel.time import Timestamp
from cantata.storage.session import WriteSession
from cantata.tokens.api.common import TokenPath
from cantata.tokens.documents.schemas import (
    ClassAnswer,
    Classes,
    ClassRequest,
    DocumentAnswer,
    DocumentsPage,
    MetadataRequest,
    MetadataVersion,
    MetadataVersions,
    VerifyAnswer,
    VerifyRequest,
)
from cantata.tokens.documents.service import Asked, Documents
from cantata.tokens.schemas.requests import DocumentRequest

router = APIRouter(prefix="/v1/tokens/{admin}/{symbol}", tags=["documents"])
Done = tuple[Intent, bool]
MATCHES_MAX = 200


async def documents_of(request: Request) -> Documents:
    """Give the use cases that the application was built with."""
    found: Documents = request.app.state.documents
    return found


DocumentsDep = Annotated[Documents, Depends(documents_of)]
WriteDep = Annotated[Mutation, Depends(mutation("write"))]
HashText = Annotated[str, Query(pattern=r"^[0-9a-f]{64}$")]


@router.post("/documents", status_code=202, response_model=Operation, responses=CARRIED_OUT)
async def add(
    body: DocumentRequest, token: TokenPath, change: WriteDep, documents: DocumentsDep
) -> Response:
    """Add a document by its hash, or a new version of the one of its name, as the issuer.

    The hash goes into the token's metadata on the ledger; the bytes are kept by whoever has them.
    """
    document = body.to_model()

    async def use_case(session: WriteSession) -> Done:
        return await documents.add(session, change.caller, token, document, change.key)

    return await change.carry_out(use_case)


async def asked_in_query(
    token: TokenPath,
    name: Annotated[NameText | None, Query(description="Only versions of this document")] = None,
    sha256: HashText | None = None,
) -> Asked:
    """Read which documents are wanted."""
    return Asked(token=token, name=name, sha256=sha256)


@router.get("/documents", responses=READS)
async def listed(
    asked: Annotated[Asked, Depends(asked_in_query)],
    caller: CallerDep,
    edge: EdgeDep,
    documents: DocumentsDep,
    page: PageDep,
) -> DocumentsPage:
    """List the versions of a token's documents that the caller may see."""
    listing = f"documents {asked}"
    place = page.after(listing)
    after = None if place is None else (int(place[0]), Timestamp(int(place[1])), str(place[2]))
    async with edge.database.read() as session:
        found, last = await documents.listed(session, caller, asked, after, page.limit)
    following = None
    if last is not None:
        following = page.next(listing, page.limit, [last[0], last[1].microseconds, last[2]])
    return DocumentsPage(items=[DocumentAnswer.of(each) for each in found], next_cursor=following)


@router.post("/documents:verify", responses=READS)
async def verify(
    body: VerifyRequest,
    token: TokenPath,
    caller: CallerDep,
    edge: EdgeDep,
    documents: DocumentsDep,
) -> VerifyAnswer:
    """Tell whether a file is a document of a token, by its hash and its size."""
    asked = Asked(token=token, sha256=body.sha256)
    async with edge.database.read() as session:
        found, _ = await documents.listed(session, caller, asked, None, MATCHES_MAX)
    same = [each for each in found if each.document.size == body.size]
    return VerifyAnswer(
        verified=any(each.is_newest and each.is_on_ledger for each in same),
        documents=[DocumentAnswer.of(each) for each in same],
    )


@router.post("/metadata", status_code=202, response_model=Operation, responses=CARRIED_OUT)
async def describe(
    body: MetadataRequest, token: TokenPath, change: WriteDep, documents: DocumentsDep
) -> Response:
    """Set entries of a token's metadata on the ledger, or take them away, as the issuer."""

    async def use_case(session: WriteSession) -> Done:
        return await documents.describe(session, change.caller, token, body.entries, change.key)

    return await change.carry_out(use_case)


@router.get("/metadata", responses=READS)
async def described(
    token: TokenPath,
    caller: CallerDep,
    edge: EdgeDep,
    documents: DocumentsDep,
    page: PageDep,
) -> MetadataVersions:
    """List what the ledger says and said of a token, newest first."""
    listing = f"metadata {token}"
    place = page.after(listing)
    before = None if place is None else int(place[0])
    async with edge.database.read() as session:
        found = await documents.described(session, token, before, page.limit)
    last = [found[-1].offset] if found else []
    return MetadataVersions(
        items=[MetadataVersion(offset=each.offset, meta=dict(each.meta)) for each in found],
        next_cursor=page.next(listing, len(found), list(last)),
    )


@router.post("/classes", status_code=202, response_model=Operation, responses=CARRIED_OUT)
async def found_class(
    body: ClassRequest, token: TokenPath, change: WriteDep, documents: DocumentsDep
) -> Response:
    """Create a class or series of a token, as the issuer: a token of its own."""
    order = body.to_model(token)

    async def use_case(session: WriteSession) -> Done:
        return await documents.found_class(session, change.caller, token, order, change.key)

    return await change.carry_out(use_case)


@router.get("/classes", responses=READS)
async def classes(
    token: TokenPath, caller: CallerDep, edge: EdgeDep, documents: DocumentsDep, page: PageDep
) -> Classes:
    """List the classes and series of a token."""
    listing = f"classes {token}"
    place = page.after(listing)
    after = "" if place is None else str(place[0])
    async with edge.database.read() as session:
        found = await documents.classes(session, token, after, page.limit)
    last: list[str | int] = [found[-1][0].id.id] if found else []
    return Classes(
        items=[ClassAnswer.of(each, name) for each, name in found],
        next_cursor=page.next(listing, len(found), last),
    )

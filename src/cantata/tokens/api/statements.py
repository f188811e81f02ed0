"""Statements of holders: opening, movements, closing, as JSON, CSV or PDF."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from cantata.http.edge import CallerDep, EdgeDep
from cantata.http.responses import READS
from cantata.http.schemas import Answer, MomentText, PartyText
from cantata.kernel.ids import PartyId
from cantata.kernel.time import RelTime, Timestamp
from cantata.tokens.api.common import TokenFilter, TokenPath, TokensDep
from cantata.tokens.schemas.answers import TokenName
from cantata.tokens.statements.model import Point
from cantata.tokens.statements.papers.csv import csv_of
from cantata.tokens.statements.papers.json import json_of
from cantata.tokens.statements.papers.pdf import pdf_of
from cantata.tokens.statements.service import figures, statement

DAY = 86_400
STEP_MAX = 366 * DAY

router = APIRouter(prefix="/v1", tags=["statements"])


class Form(StrEnum):
    """How a statement is written."""

    JSON = "json"
    CSV = "csv"
    PDF = "pdf"


class LineAnswer(Answer):
    """A movement, and the balance after it."""

    recorded_at: str
    offset: int
    update_id: str
    kind: str
    counterparty: str
    memo: str
    amount: str
    balance: str


class SectionAnswer(Answer):
    """One token in a statement."""

    admin: str
    instrument: str
    opening: str
    movements: list[LineAnswer]
    closing: str


class StatementAnswer(Answer):
    """A holder's statement."""

    owner: str
    begin: str
    end: str
    opening_offset: int
    closing_offset: int
    final: bool
    instruments: list[SectionAnswer]


_FORMS: dict[str, dict[str, str]] = {"text/csv": {}, "application/pdf": {}}


@router.get(
    "/statements",
    response_model=StatementAnswer,
    responses={**READS, 200: {"model": StatementAnswer, "content": _FORMS}},
)
async def statements(
    party: Annotated[PartyText, Query(description="A party of yours")],
    begin: Annotated[MomentText, Query(description="Opening is the balance before it")],
    end: Annotated[MomentText, Query(description="Closing is the balance before it")],
    token: TokenFilter,
    caller: CallerDep,
    edge: EdgeDep,
    tokens: TokensDep,
    form: Form = Form.JSON,
) -> Response:
    """State what a party had, every movement, and what that led to."""
    owner = PartyId(party)
    async with edge.database.read() as session:
        await tokens.queries.owners(session, caller, owner)
        found = await statement(session, owner, Timestamp.parse(begin), Timestamp.parse(end), token)
    if form is Form.CSV:
        return Response(csv_of(found), media_type="text/csv")
    if form is Form.PDF:
        return Response(pdf_of(found), media_type="application/pdf")
    return JSONResponse(json_of(found))


class PointAnswer(Answer):
    """A token at a moment, and what was done with it since the point before."""

    at: str
    offset: int
    supply: str
    holders: int
    minted: str
    burned: str
    transferred: str
    transfers: int


class SeriesAnswer(Answer):
    """Figures of one token over time; figures of several tokens are never added up."""

    token: TokenName
    points: list[PointAnswer]


@router.get("/tokens/{admin}/{symbol}/statistics/series", responses=READS)
async def series(
    token: TokenPath,
    begin: Annotated[MomentText, Query(description="The first point")],
    end: Annotated[MomentText, Query(description="The last point")],
    caller: CallerDep,
    edge: EdgeDep,
    tokens: TokensDep,
    step_seconds: Annotated[int, Query(ge=1, le=STEP_MAX, description="From point to point")] = DAY,
) -> SeriesAnswer:
    """Show the figures of one token over time, to its issuer."""
    step = RelTime.of(seconds=step_seconds)
    async with edge.database.read() as session:
        await tokens.queries.require_issuer(session, caller, token)
        found = await figures(session, token, Timestamp.parse(begin), Timestamp.parse(end), step)
    return SeriesAnswer(token=TokenName.of(token), points=[_point(each) for each in found])


def _point(point: Point) -> PointAnswer:
    return PointAnswer(
        at=str(point.at),
        offset=point.offset,
        supply=str(point.supply),
        holders=point.holders,
        minted=str(point.minted),
        burned=str(point.burned),
        transferred=str(point.transferred),
        transfers=point.transfers,
    )

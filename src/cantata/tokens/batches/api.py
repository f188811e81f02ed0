"""Routes of batches: ask for one as JSON or CSV, see how far it is, list its rows, take them home.

A batch of k rows counts as k requests of its operation.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response, StreamingResponse
from pydantic import ValidationError

from cantata.automation.errors import NotNow
from cantata.automation.model import Intent, State
from cantata.http.caller import Caller
from cantata.http.edge import (
    CallerDep,
    DryRun,
    Edge,
    EdgeDep,
    KeyHeader,
    Mutation,
    PageDep,
    Prefer,
    mutation,
)
from cantata.http.errors import OperationFailed
from cantata.http.responses import READS, WRITES
from cantata.http.schemas import PartyText
from cantata.kernel.ids import PartyId
from cantata.storage.session import WriteSession
from cantata.tokens.batches import report
from cantata.tokens.batches.csv_file import rows_of
from cantata.tokens.batches.errors import BatchOverLimit
from cantata.tokens.batches.model import COLUMNS, BatchOrder, Mode, Operation, RawRow, RowState
from cantata.tokens.batches.rows import parsed
from cantata.tokens.batches.schemas import (
    BatchAnswer,
    BatchPreview,
    BatchRequest,
    BatchRows,
    RowAnswer,
    described,
    fault_answer,
)
from cantata.tokens.batches.service import Batches, Submitted
from cantata.tokens.model import InstrumentId
from cantata.tokens.schemas.requests import SymbolText

router = APIRouter(prefix="/v1", tags=["batches"])

CSV = "text/csv"
PAGE = 200
LOOK_AGAIN_MS = 250
_OTHER_LIMIT = "write"
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": described()},
            CSV: {
                "schema": {"type": "string"},
                "example": "receiver,amount,key,memo\r\nalice::1220...,12.50,row-1,salary\r\n",
            },
        },
    }
}


async def batches_of(request: Request) -> Batches:
    """Give the use cases that the application was built with."""
    found: Batches = request.app.state.batches
    return found


BatchesDep = Annotated[Batches, Depends(batches_of)]
BatchPath = Annotated[UUID, Path(description="The batch")]


class _Sent:
    """What was sent as a batch: its bytes, and what its parameters say of a CSV file."""

    def __init__(
        self,
        request: Request,
        operation: Annotated[
            Operation | None, Query(description="Of a CSV file: what its rows ask for")
        ] = None,
        mode: Annotated[Mode | None, Query(description="Of a CSV file: all, or row by row")] = None,
        admin: Annotated[PartyText | None, Query(description="Of a CSV file: the issuer")] = None,
        symbol: Annotated[SymbolText | None, Query(description="Of a CSV file: the token")] = None,
    ) -> None:
        self.request = request
        self.operation = operation
        self.mode = mode
        self.admin = admin
        self.symbol = symbol

    @property
    def is_csv(self) -> bool:
        """Tell whether a file was sent."""
        kind = self.request.headers.get("content-type", "")
        return kind.partition(";")[0].strip().lower() == CSV

    async def limited_as(self) -> str:
        """Give the limit that it counts for, whatever else is wrong with it."""
        if self.is_csv:
            return self.operation.value if self.operation else _OTHER_LIMIT
        try:
            content = json.loads(await self.request.body())
            return Operation(content["operation"]).value
        except (ValueError, TypeError, KeyError, RecursionError):
            return _OTHER_LIMIT

    async def order(self) -> BatchOrder:
        """Read rows and what they are of; raise RequestValidationError, FileRefused."""
        content = await self.request.body()
        if not self.is_csv:
            return _of_json(content)
        named: dict[str, object] = {"operation": self.operation, "mode": self.mode}
        named |= {"admin": self.admin, "symbol": self.symbol}
        missing = [_missing(name) for name, value in named.items() if value is None]
        if missing or self.operation is None or self.mode is None:
            raise RequestValidationError(missing)
        token = InstrumentId(PartyId(str(self.admin)), str(self.symbol))
        raw, mismatched = rows_of(content, COLUMNS[self.operation])
        rows, faults = parsed(self.operation, raw)
        return BatchOrder(
            operation=self.operation,
            token=token,
            mode=self.mode,
            rows=rows,
            faults=(*mismatched, *faults),
        )


async def batch_change(
    sent: Annotated[_Sent, Depends()],
    caller: CallerDep,
    edge: EdgeDep,
    idempotency_key: KeyHeader = None,
    prefer: Prefer = None,
    dry_run: DryRun = False,
) -> tuple[Mutation, BatchOrder]:
    """Count a batch as its rows, and read it."""
    counted = mutation(await sent.limited_as())
    change: Mutation = await counted(caller, edge, idempotency_key, prefer, dry_run)
    order = await sent.order()
    allowance = change.allowance
    if allowance is not None and order.count > allowance.limit.requests:
        raise BatchOverLimit(order.count, allowance.limit.requests, allowance.limit.name)
    await change.charge(order.count)
    return change, order


@router.post(
    "/batches",
    status_code=202,
    response_model=BatchAnswer,
    responses={
        **WRITES,
        200: {"model": BatchAnswer | BatchPreview, "description": "It is over, or was tried out"},
        202: {"model": BatchAnswer, "description": "It is recorded and will be carried out"},
    },
    openapi_extra=_BODY,
)
async def submit(
    asked: Annotated[tuple[Mutation, BatchOrder], Depends(batch_change)], batches: BatchesDep
) -> Response:
    """Ask for many mints, transfers or burns of one token, all or nothing or row by row."""
    change, order = asked
    if change.dry_run:
        return await _try(change, order, batches)

    async def use_case(session: WriteSession) -> tuple[Intent, bool]:
        found = await batches.submit(session, change.caller, order, change.key)
        return found.intent, found.is_new

    intent = await change.record(use_case)
    if intent.state is State.FAILED:
        raise OperationFailed(intent)
    answer = await _waited(change, batches, intent)
    change.headers["Location"] = f"/v1/batches/{intent.id}"
    if change.wait_seconds:
        change.headers["Preference-Applied"] = f"wait={change.wait_seconds}"
    return change.answer(answer.model_dump(mode="json"), 200 if answer.state == "over" else 202)


@router.get("/batches/{batch}", responses=READS)
async def batch(
    batch: BatchPath, caller: CallerDep, edge: EdgeDep, batches: BatchesDep
) -> BatchAnswer:
    """Show a batch and how many of its rows are how far."""
    return await _shown(edge, batches, caller, batch)


@router.get("/batches/{batch}/rows", responses=READS)
async def rows(
    batch: BatchPath,
    caller: CallerDep,
    edge: EdgeDep,
    batches: BatchesDep,
    page: PageDep,
    state: Annotated[RowState | None, Query(description="Only rows in this state")] = None,
) -> BatchRows:
    """List the rows of a batch, by line, with what became of each."""
    listing = f"batch {batch} {state.value if state else ''}"
    place = page.after(listing)
    after = 0 if place is None else int(place[0])
    async with edge.database.read() as session:
        await batches.progress(session, caller, batch)
        wanted = state.value if state else None
        found = await batches.rows(session, batch, wanted, after, page.limit)
    last = [found[-1].row.line] if found else []
    return BatchRows(
        items=[RowAnswer.of(each) for each in found],
        next_cursor=page.next(listing, len(found), list(last)),
    )


@router.get(
    "/batches/{batch}/result",
    response_class=Response,
    responses={**READS, 200: {"content": {CSV: {}}, "description": "All rows, as CSV"}},
)
async def result(
    batch: BatchPath, caller: CallerDep, edge: EdgeDep, batches: BatchesDep
) -> Response:
    """Download what became of each row; cells that look like formulas are neutralised."""
    await _shown(edge, batches, caller, batch)

    async def content() -> AsyncIterator[str]:
        yield report.header()
        after = 0
        while True:
            async with edge.database.read() as session:
                found = await batches.rows(session, batch, None, after, PAGE)
            yield report.lines(RowAnswer.of(each) for each in found)
            if len(found) < PAGE:
                return
            after = found[-1].row.line

    named = {"Content-Disposition": f'attachment; filename="batch-{batch}.csv"'}
    return StreamingResponse(content(), media_type=CSV, headers=named)


async def _try(change: Mutation, order: BatchOrder, batches: Batches) -> Response:
    """Judge every row and, where it can, ask the ledger; leave no trace."""
    await change.count_as_new()
    found: list[Submitted] = []

    async def use_case(session: WriteSession) -> tuple[Intent, bool]:
        found.append(await batches.submit(session, change.caller, order, change.key))
        return found[-1].intent, found[-1].is_new

    asked = order.mode is Mode.ALL_OR_NOTHING
    try:
        preview = await change.edge.rehearsal.preview(use_case)
        asked = asked and preview.plan is not None and len(preview.plan.commands) == 1
    except NotNow:
        asked = False
    faults = found[-1].faults
    refused = len({fault.line for fault in faults})
    answer = BatchPreview(
        operation=order.operation,
        mode=order.mode,
        rows=order.count,
        accepted=order.count - refused,
        ledger_asked=asked,
        errors=[fault_answer(fault) for fault in sorted(faults, key=lambda each: each.line)],
    )
    return change.answer(answer.model_dump(mode="json"))


async def _waited(change: Mutation, batches: Batches, intent: Intent) -> BatchAnswer:
    """Show a batch at its end, or as it is when the time is over."""
    clock = change.edge.clock
    until = clock.monotonic_ns() + change.wait_seconds * 1_000_000_000
    while True:
        answer = await _shown(change.edge, batches, change.caller, intent.id)
        if answer.state == "over" or clock.monotonic_ns() >= until:
            return answer
        await asyncio.sleep(LOOK_AGAIN_MS / 1_000)


async def _shown(edge: Edge, batches: Batches, caller: Caller, batch: UUID) -> BatchAnswer:
    async with edge.database.read() as session:
        return BatchAnswer.of(await batches.progress(session, caller, batch))


def _of_json(content: bytes) -> BatchOrder:
    try:
        body = BatchRequest.model_validate_json(content)
    except ValidationError as error:
        found: list[Any] = [
            {**each, "loc": ("body", *each["loc"])}
            for each in error.errors(include_url=False, include_input=False)
        ]
        raise RequestValidationError(found) from None
    raw = [RawRow(line=number, cells=cells) for number, cells in enumerate(body.rows, start=1)]
    rows, faults = parsed(body.operation, raw)
    return BatchOrder(
        operation=body.operation,
        token=body.token.to_model(),
        mode=body.mode,
        rows=rows,
        faults=faults,
    )


def _missing(name: str) -> dict[str, Any]:
    return {"type": "missing", "loc": ("query", name), "msg": "a CSV file needs it", "input": None}

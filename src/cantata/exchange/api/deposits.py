"""Routes about deposits: whose they are, and what support decides."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from cantata.automation import repository as intents
from cantata.automation.model import Intent
from cantata.exchange.api.common import (
    PREFIX,
    AccountFilter,
    Answered,
    ChangeDep,
    ExchangeDep,
    IdPath,
    InstrumentFilter,
    TreasuryFilter,
    made,
    moment_and_id,
)
from cantata.exchange.model.deposits import Deposit, DepositState
from cantata.exchange.model.duties import ASSIST, OPERATE, READ
from cantata.exchange.repository import reading
from cantata.exchange.repository.deposits import Filter
from cantata.exchange.schemas.common import Decision
from cantata.exchange.schemas.moving import (
    DepositAnswer,
    Deposits,
    DepositStateName,
    Proof,
    StepAnswer,
)
from cantata.exchange.schemas.requests import AttributionRequest, RefundRequest
from cantata.exchange.service.access import decided_by
from cantata.exchange.service.deposits import Refund
from cantata.http.edge import CallerDep, EdgeDep, Page, PageDep
from cantata.http.operations import Operation
from cantata.http.responses import CARRIED_OUT, READS
from cantata.kernel.ids import PartyId
from cantata.storage.session import WriteSession

router = APIRouter(prefix=PREFIX, tags=["exchange: deposits"])


@router.get("/deposits", responses=READS)
async def deposits(
    caller: CallerDep,
    edge: EdgeDep,
    exchange: ExchangeDep,
    page: PageDep,
    instrument: InstrumentFilter,
    treasury: TreasuryFilter = None,
    account: AccountFilter = None,
    state: Annotated[DepositStateName | None, Query()] = None,
) -> Deposits:
    """List deposits, those that were seen last first."""
    wanted = Filter(
        states=() if state is None else (DepositState(state),),
        treasury=None if treasury is None else PartyId(treasury),
        account=None if account is None else UUID(account),
        instrument=instrument,
    )
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        listing = f"exchange deposits {state} {treasury} {account} {instrument}"
        before = moment_and_id(page.after(listing))
        found = await exchange.deposits.page(session, wanted, before, page.limit)
    return _page(page, listing, found)


@router.get("/suspense", responses=READS)
async def suspense(
    caller: CallerDep,
    edge: EdgeDep,
    exchange: ExchangeDep,
    page: PageDep,
    instrument: InstrumentFilter,
) -> Deposits:
    """List what came in and is nobody's so far, to be attributed or refunded."""
    wanted = Filter(states=(DepositState.SUSPENSE,), instrument=instrument)
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        listing = f"exchange suspense {instrument}"
        before = moment_and_id(page.after(listing))
        found = await exchange.deposits.page(session, wanted, before, page.limit)
    return _page(page, listing, found)


@router.get("/deposits/{deposit}", responses=READS)
async def shown(
    deposit: IdPath, caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep
) -> DepositAnswer:
    """Show a deposit."""
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        return DepositAnswer.of(await exchange.deposits.find(session, UUID(deposit)))


@router.get("/deposits/{deposit}/proof", responses=READS)
async def proof(deposit: IdPath, caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep) -> Proof:
    """Show what the ledger shows of a deposit."""
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await exchange.deposits.find(session, UUID(deposit))
        steps = await reading.steps(
            session, found.treasury, [found.update_id], found.original_instruction
        )
    mine = [each for each in steps if _is_of(found, each)]
    return Proof(
        treasury=found.treasury,
        update_id=found.seen_in,
        steps=[StepAnswer.of(each) for each in mine],
    )


@router.post(
    "/deposits/{deposit}:attribute",
    response_model=DepositAnswer,
    responses=made(DepositAnswer),
)
async def attribute(
    deposit: IdPath, body: AttributionRequest, change: ChangeDep, exchange: ExchangeDep
) -> Response:
    """Credit a deposit in suspense to a customer."""
    by = decided_by(change.caller, body.reason, body.reference)

    async def run(session: WriteSession) -> Answered:
        await exchange.access.require(session, change.caller, ASSIST)
        found = await exchange.deposits.attribute(session, UUID(deposit), UUID(body.account), by)
        return DepositAnswer.of(found).model_dump()

    return await change.settle(["attribute", deposit, body.model_dump()], run)


@router.post(
    "/deposits/{deposit}:admit", response_model=DepositAnswer, responses=made(DepositAnswer)
)
async def admit(
    deposit: IdPath, body: Decision, change: ChangeDep, exchange: ExchangeDep
) -> Response:
    """Take a deposit that was not listed when it came for one of the instrument listed now."""
    by = decided_by(change.caller, body.reason, body.reference)

    async def run(session: WriteSession) -> Answered:
        await exchange.access.require(session, change.caller, ASSIST)
        found = await exchange.deposits.admit(session, UUID(deposit), by)
        return DepositAnswer.of(found).model_dump()

    return await change.settle(["admit", deposit, body.model_dump()], run)


@router.post(
    "/deposits/{deposit}:retry", response_model=DepositAnswer, responses=made(DepositAnswer)
)
async def retry(
    deposit: IdPath, body: Decision, change: ChangeDep, exchange: ExchangeDep
) -> Response:
    """Try to accept an offered deposit once more."""
    by = decided_by(change.caller, body.reason, body.reference)

    async def run(session: WriteSession) -> Answered:
        await exchange.access.require(session, change.caller, ASSIST)
        found = await exchange.deposits.retry(session, UUID(deposit), by)
        return DepositAnswer.of(found).model_dump()

    return await change.settle(["retry", deposit, body.model_dump()], run)


@router.post(
    "/deposits/{deposit}:refund",
    status_code=202,
    response_model=Operation,
    responses=CARRIED_OUT,
)
async def refund(
    deposit: IdPath, body: RefundRequest, change: ChangeDep, exchange: ExchangeDep
) -> Response:
    """Pay a deposit in suspense back; the operation is a withdrawal of the same id."""
    by = decided_by(change.caller, body.reason, body.reference)
    wanted = Refund(key=change.key, receiver=body.receiver, memo=body.memo)

    async def use_case(session: WriteSession) -> tuple[Intent, bool]:
        await exchange.access.require(session, change.caller, OPERATE)
        paid, is_new = await exchange.deposits.refund(session, UUID(deposit), wanted, by)
        intent = await intents.load(session, paid.id)
        assert intent is not None, paid.id
        return intent, is_new

    return await change.carry_out(use_case)


def _is_of(deposit: Deposit, step: reading.Step) -> bool:
    """Tell whether an event of the same update is this deposit's, not another's."""
    offer = deposit.original_instruction
    if offer is not None:
        return offer in {step.instruction, step.original_instruction}
    return step.node_id == deposit.node_id and step.instrument == deposit.instrument


def _page(page: Page, listing: str, found: tuple[Deposit, ...]) -> Deposits:
    last: list[str | int] = []
    if found:
        last = [found[-1].record_time.microseconds, str(found[-1].id)]
    return Deposits(
        items=[DepositAnswer.of(each) for each in found],
        next_cursor=page.next(listing, len(found), last),
    )

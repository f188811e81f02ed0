"""Routes about withdrawals."""

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
    TreasuryFilter,
    made,
    moment_and_id,
)
from cantata.exchange.model.deposits import DepositState
from cantata.exchange.model.duties import ASSIST, OPERATE, READ, WITHDRAW
from cantata.exchange.model.withdrawals import WithdrawalState
from cantata.exchange.repository import deposits, reading
from cantata.exchange.repository import withdrawals as rows
from cantata.exchange.schemas.moving import (
    DepositAnswer,
    Proof,
    StepAnswer,
    Stuck,
    WithdrawalAnswer,
    Withdrawals,
    WithdrawalStateName,
)
from cantata.exchange.schemas.requests import RecoveryRequest, WithdrawalRequest
from cantata.exchange.service.access import decided_by
from cantata.http.edge import CallerDep, EdgeDep, PageDep
from cantata.http.operations import Operation
from cantata.http.responses import CARRIED_OUT, READS
from cantata.ingestion.repository import load_cursor
from cantata.kernel.ids import PartyId
from cantata.kernel.time import RelTime
from cantata.storage.session import WriteSession

router = APIRouter(prefix=PREFIX, tags=["exchange: withdrawals"])

STUCK_SECONDS = 3_600
STUCK_SECONDS_MAX = 366 * 86_400


@router.post("/withdrawals", status_code=202, response_model=Operation, responses=CARRIED_OUT)
async def request(body: WithdrawalRequest, change: ChangeDep, exchange: ExchangeDep) -> Response:
    """Ask for a payment to a customer's wallet; the operation's id is the withdrawal's.

    The amount and the fee leave the customer's balance at once, and come back if it fails.
    """
    order = body.to_model()

    async def use_case(session: WriteSession) -> tuple[Intent, bool]:
        token, amount = str(order.instrument), order.amount
        await exchange.access.require(session, change.caller, WITHDRAW, token, amount)
        paid, is_new = await exchange.withdrawals.request(
            session, order, change.key, change.caller.requester
        )
        intent = await intents.load(session, paid.id)
        assert intent is not None, paid.id
        return intent, is_new

    return await change.carry_out(use_case)


@router.get("/withdrawals", responses=READS)
async def withdrawals(
    caller: CallerDep,
    edge: EdgeDep,
    exchange: ExchangeDep,
    page: PageDep,
    treasury: TreasuryFilter = None,
    account: AccountFilter = None,
    state: Annotated[WithdrawalStateName | None, Query()] = None,
) -> Withdrawals:
    """List withdrawals, newest first."""
    listing = f"exchange withdrawals {state} {treasury} {account}"
    before = moment_and_id(page.after(listing))
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await rows.page(
            session,
            account=None if account is None else UUID(account),
            treasury=None if treasury is None else PartyId(treasury),
            state=None if state is None else WithdrawalState(state),
            before=before,
            limit=page.limit,
        )
    last: list[str | int] = []
    if found:
        last = [found[-1].created_at.microseconds, str(found[-1].id)]
    return Withdrawals(
        items=[WithdrawalAnswer.of(each) for each in found],
        next_cursor=page.next(listing, len(found), last),
    )


@router.get("/withdrawals/{withdrawal}", responses=READS)
async def shown(
    withdrawal: IdPath, caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep
) -> WithdrawalAnswer:
    """Show a withdrawal."""
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        return WithdrawalAnswer.of(await exchange.withdrawals.find(session, UUID(withdrawal)))


@router.get("/withdrawals/{withdrawal}/proof", responses=READS)
async def proof(
    withdrawal: IdPath, caller: CallerDep, edge: EdgeDep, exchange: ExchangeDep
) -> Proof:
    """Show what the ledger shows of a withdrawal."""
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        found = await exchange.withdrawals.find(session, UUID(withdrawal))
        updates = [found.update_id, found.end_update_id]
        steps = await reading.steps(session, found.treasury, updates, found.original_instruction)
    mine = [each for each in steps if each.receiver == found.receiver]
    return Proof(
        treasury=found.treasury,
        update_id=found.end_update_id or found.update_id or None,
        steps=[StepAnswer.of(each) for each in mine],
    )


@router.post(
    "/withdrawals/{withdrawal}:cancel",
    response_model=WithdrawalAnswer,
    responses=made(WithdrawalAnswer),
)
async def cancel(withdrawal: IdPath, change: ChangeDep, exchange: ExchangeDep) -> Response:
    """Take a withdrawal back as far as it can be; an offer's receiver may be faster."""

    async def run(session: WriteSession) -> Answered:
        await exchange.access.require(session, change.caller, OPERATE)
        found = await exchange.cancelling.cancel(session, UUID(withdrawal))
        return WithdrawalAnswer.of(found).model_dump()

    return await change.settle(["cancel", withdrawal], run)


@router.post(
    "/withdrawals/{withdrawal}:attribute",
    response_model=WithdrawalAnswer,
    responses=made(WithdrawalAnswer),
)
async def attribute(
    withdrawal: IdPath, body: RecoveryRequest, change: ChangeDep, exchange: ExchangeDep
) -> Response:
    """Debit a recovered withdrawal to the customer whose it was."""
    by = decided_by(change.caller, body.reason, body.reference)

    async def run(session: WriteSession) -> Answered:
        duty = OPERATE if body.bear_shortfall else ASSIST
        await exchange.access.require(session, change.caller, duty)
        found = await exchange.recovery.attribute(
            session, UUID(withdrawal), UUID(body.account), by, bear_shortfall=body.bear_shortfall
        )
        return WithdrawalAnswer.of(found).model_dump()

    return await change.settle(["attribute withdrawal", withdrawal, body.model_dump()], run)


@router.get("/stuck", responses=READS)
async def stuck(
    caller: CallerDep,
    edge: EdgeDep,
    exchange: ExchangeDep,
    page: PageDep,
    older_than_seconds: Annotated[int, Query(ge=0, le=STUCK_SECONDS_MAX)] = STUCK_SECONDS,
) -> Stuck:
    """List what somebody has to look at, the oldest first."""
    now = edge.clock.now()
    async with edge.database.read() as session:
        await exchange.access.require(session, caller, READ)
        reached = (await load_cursor(session)).record_time or now
        since = now - RelTime.of(seconds=older_than_seconds)
        waiting = await deposits.in_state(session, DepositState.STUCK, page.limit)
        overdue = await rows.overdue(session, reached, since, page.limit)
    return Stuck(
        deposits=[DepositAnswer.of(each) for each in waiting],
        withdrawals=[WithdrawalAnswer.of(each) for each in overdue],
    )

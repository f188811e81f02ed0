"""Deposits: written as the ledger shows them, changed only along the legal steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from cantata.automation.model import Failure
from cantata.exchange.history.model import Instruction
from cantata.exchange.model.deposits import Deposit, DepositState, IllegalDepositStep, may_follow
from cantata.exchange.repository.history import instruction_of
from cantata.exchange.repository.tables import DEPOSITS, INSTRUCTIONS
from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.time import Timestamp
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.model import InstrumentId

PAGE_MAX = 500
_OPEN = (
    DepositState.OFFERED,
    DepositState.STUCK,
    DepositState.SUSPENSE,
    DepositState.REFUNDING,
)

Place = tuple[Timestamp, UUID]
"""A deposit's place among others: the record time when it was seen last, and its id. Both are the
same on every participant, so a list goes on where it was when ingestion changes to another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which deposits are wanted: all but those that a field rules out."""

    states: tuple[DepositState, ...] = ()
    treasury: PartyId | None = None
    account: UUID | None = None
    instrument: InstrumentId | None = None
    reason: str | None = None


async def add(session: WriteSession, deposit: Deposit) -> bool:
    """Add a deposit; tell whether it is new."""
    fresh = insert(DEPOSITS).values(_row(deposit)).on_conflict_do_nothing()
    return await session.first(fresh.returning(DEPOSITS.c.id)) is not None


async def save(session: WriteSession, before: DepositState, deposit: Deposit) -> None:
    """Write a deposit back; raise IllegalDepositStep if its state may not follow."""
    if deposit.state is not before and not may_follow(before, deposit.state):
        raise IllegalDepositStep(deposit.id, before, deposit.state)
    row = _row(deposit)
    del row["id"]
    await session.run(update(DEPOSITS).where(DEPOSITS.c.id == deposit.id).values(row))


async def find(session: ReadSession, identity: UUID, *, lock: bool = False) -> Deposit | None:
    """Give a deposit, or None."""
    statement = select(DEPOSITS).where(DEPOSITS.c.id == identity)
    row = await session.first(statement.with_for_update() if lock else statement)
    return None if row is None else deposit_of(row)


async def by_instructions(
    session: WriteSession, treasury: PartyId, originals: Iterable[str]
) -> dict[str, Deposit]:
    """Give the deposits that began with these offers, by the offers, and lock them."""
    wanted = sorted(set(originals))
    if not wanted:
        return {}
    rows = await session.all(
        select(DEPOSITS)
        .where(DEPOSITS.c.treasury == treasury, DEPOSITS.c.original_instruction == func.any(wanted))
        .order_by(DEPOSITS.c.id)
        .with_for_update()
    )
    return {row.original_instruction: deposit_of(row) for row in rows}


async def in_state(
    session: ReadSession, state: DepositState, limit: int = PAGE_MAX
) -> tuple[Deposit, ...]:
    """Give deposits in a state, oldest first."""
    rows = await session.all(
        select(DEPOSITS)
        .where(DEPOSITS.c.state == state.value)
        .order_by(DEPOSITS.c.record_time, DEPOSITS.c.id)
        .limit(min(limit, PAGE_MAX))
    )
    return tuple(map(deposit_of, rows))


async def page(
    session: ReadSession, wanted: Filter, before: Place | None, limit: int
) -> tuple[Deposit, ...]:
    """Give deposits before a place, those that were seen last first."""
    statement = select(DEPOSITS).where(*_conditions(wanted))
    if before is not None:
        place = func.row(DEPOSITS.c.record_time, DEPOSITS.c.id)
        statement = statement.where(place < func.row(before[0].to_stdlib(), before[1]))
    ordered = statement.order_by(DEPOSITS.c.record_time.desc(), DEPOSITS.c.id.desc())
    rows = await session.all(ordered.limit(min(limit, PAGE_MAX)))
    return tuple(map(deposit_of, rows))


async def counts(session: ReadSession) -> dict[tuple[PartyId, DepositState], int]:
    """Count deposits by treasury and state, as far as they are not over."""
    of = (DEPOSITS.c.treasury, DEPOSITS.c.state)
    rows = await session.all(
        select(*of, func.count().label("rows"))
        .where(DEPOSITS.c.state.in_([state.value for state in _OPEN]))
        .group_by(*of)
    )
    return {(PartyId(row.treasury), DepositState(row.state)): row.rows for row in rows}


async def due(session: WriteSession, now: Timestamp, limit: int) -> tuple[Deposit, ...]:
    """Give offers that are to be looked at, the longest due first, and lock them."""
    rows = await session.all(
        select(DEPOSITS)
        .where(DEPOSITS.c.due_at <= now, DEPOSITS.c.state == DepositState.OFFERED.value)
        .order_by(DEPOSITS.c.due_at)
        .limit(min(limit, PAGE_MAX))
        .with_for_update(skip_locked=True)
    )
    return tuple(map(deposit_of, rows))


async def unseen_offers(
    session: ReadSession, limit: int
) -> tuple[tuple[PartyId, int, Instruction], ...]:
    """Give offers to treasuries that wait and are no deposits: each treasury, offset and offer."""
    original = func.coalesce(INSTRUCTIONS.c.original_id, INSTRUCTIONS.c.contract_id)
    known = select(DEPOSITS.c.id).where(
        DEPOSITS.c.treasury == INSTRUCTIONS.c.treasury,
        DEPOSITS.c.original_instruction == original,
    )
    rows = await session.all(
        select(INSTRUCTIONS)
        .where(
            INSTRUCTIONS.c.closed_offset.is_(None),
            INSTRUCTIONS.c.transfer["receiver"].astext == INSTRUCTIONS.c.treasury,
            INSTRUCTIONS.c.transfer["sender"].astext != INSTRUCTIONS.c.treasury,
            ~known.exists(),
        )
        .order_by(INSTRUCTIONS.c.created_offset, INSTRUCTIONS.c.contract_id)
        .limit(min(limit, PAGE_MAX))
    )
    return tuple((PartyId(row.treasury), row.created_offset, instruction_of(row)) for row in rows)


async def look_again(
    session: WriteSession,
    now: Timestamp,
    *,
    instrument: InstrumentId | None = None,
    account: UUID | None = None,
) -> int:
    """Have offers looked at that nobody is accepting: of an instrument, of an account, or all."""
    waiting = [
        DEPOSITS.c.state == DepositState.OFFERED.value,
        DEPOSITS.c.due_at > now,
        DEPOSITS.c.reason != "",
    ]
    if instrument is not None:
        waiting += [
            DEPOSITS.c.admin == instrument.admin,
            DEPOSITS.c.instrument == instrument.id,
        ]
    if account is not None:
        waiting.append(DEPOSITS.c.account == account)
    return await session.run(update(DEPOSITS).where(*waiting).values(due_at=now))


def deposit_of(row: Row[Any]) -> Deposit:
    """Read a deposit."""
    original, instruction = row.original_instruction, row.instruction
    return Deposit(
        id=row.id,
        treasury=PartyId(row.treasury),
        instrument=InstrumentId(PartyId(row.admin), row.instrument),
        amount=row.amount,
        sender=PartyId(row.sender),
        memo=row.memo,
        account=row.account,
        state=DepositState(row.state),
        reason=row.reason,
        update_id=row.update_id,
        node_id=row.node_id,
        position=row.position,
        offset=row.ledger_offset,
        record_time=row.record_time,
        original_instruction=None if original is None else ContractId(original),
        instruction=None if instruction is None else ContractId(instruction),
        execute_before=row.execute_before,
        tries=row.tries,
        failure=None if row.failure is None else Failure(**row.failure),
        intent=row.intent,
        due_at=row.due_at,
        updated_at=row.updated_at,
    )


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """Give what a filter wants, in SQL."""
    found: list[ColumnElement[bool]] = []
    if wanted.states:
        found.append(DEPOSITS.c.state.in_([state.value for state in wanted.states]))
    if wanted.treasury is not None:
        found.append(DEPOSITS.c.treasury == wanted.treasury)
    if wanted.account is not None:
        found.append(DEPOSITS.c.account == wanted.account)
    if wanted.instrument is not None:
        found.append(DEPOSITS.c.admin == wanted.instrument.admin)
        found.append(DEPOSITS.c.instrument == wanted.instrument.id)
    if wanted.reason is not None:
        found.append(DEPOSITS.c.reason == wanted.reason)
    return found


def _row(deposit: Deposit) -> dict[str, Any]:
    failure = deposit.failure
    return {
        "id": deposit.id,
        "treasury": deposit.treasury,
        "admin": deposit.instrument.admin,
        "instrument": deposit.instrument.id,
        "amount": deposit.amount,
        "sender": deposit.sender,
        "memo": deposit.memo,
        "account": deposit.account,
        "state": deposit.state.value,
        "reason": deposit.reason,
        "update_id": deposit.update_id,
        "node_id": deposit.node_id,
        "position": deposit.position,
        "ledger_offset": deposit.offset,
        "record_time": deposit.record_time,
        "original_instruction": deposit.original_instruction,
        "instruction": deposit.instruction,
        "execute_before": deposit.execute_before,
        "tries": deposit.tries,
        "failure": None
        if failure is None
        else {
            "code": failure.code,
            "message": failure.message,
            "hint": failure.hint,
            "context": dict(failure.context),
        },
        "intent": deposit.intent,
        "due_at": deposit.due_at,
        "updated_at": deposit.updated_at,
    }

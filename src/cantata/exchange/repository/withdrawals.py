"""Withdrawals: rows that change along the legal steps, read together with their intents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from cantata.automation.model import Failure
from cantata.automation.tables import INTENTS
from cantata.exchange.model.withdrawals import (
    PAYING,
    IllegalWithdrawalStep,
    Withdrawal,
    WithdrawalKind,
    WithdrawalState,
    may_follow,
)
from cantata.exchange.repository.tables import HOLDINGS, WITHDRAWALS
from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.time import Timestamp
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.model import InstrumentId
from cantata.tokens.payments import Coin
from cantata.tokens.repository.tables import RESERVATIONS

PAGE_MAX = 500

_IN_FLIGHT = {
    "submitted": WithdrawalState.SUBMITTED,
    "unknown": WithdrawalState.UNKNOWN,
}
"""States of an intent that say more of a withdrawal than its own row does."""


async def add(session: WriteSession, withdrawal: Withdrawal) -> bool:
    """Add a withdrawal; tell whether it is new."""
    fresh = insert(WITHDRAWALS).values(_row(withdrawal)).on_conflict_do_nothing()
    return await session.first(fresh.returning(WITHDRAWALS.c.id)) is not None


async def save(session: WriteSession, before: WithdrawalState, withdrawal: Withdrawal) -> None:
    """Write a locked withdrawal back; raise IllegalWithdrawalStep if its state may not follow."""
    if withdrawal.state is not before and not may_follow(before, withdrawal.state):
        raise IllegalWithdrawalStep(withdrawal.id, before, withdrawal.state)
    row = _row(withdrawal)
    del row["id"]
    mine = WITHDRAWALS.c.id == withdrawal.id
    await session.run(update(WITHDRAWALS).where(mine).values(row))


async def find(session: ReadSession, identity: UUID, *, lock: bool = False) -> Withdrawal | None:
    """Give a withdrawal as its row says, or None."""
    statement = select(WITHDRAWALS).where(WITHDRAWALS.c.id == identity)
    row = await session.first(statement.with_for_update() if lock else statement)
    return None if row is None else withdrawal_of(row)


async def recovered_like(session: ReadSession, draft: Withdrawal) -> UUID | None:
    """Give a recovered payment that is nobody's yet, and is what another one is about to be."""
    columns = WITHDRAWALS.c
    found = select(columns.id).where(
        columns.kind == WithdrawalKind.RECOVERED.value,
        columns.account.is_(None),
        columns.state.in_([state.value for state in PAYING]),
        columns.treasury == draft.treasury,
        columns.admin == draft.instrument.admin,
        columns.instrument == draft.instrument.id,
        columns.receiver == draft.receiver,
        columns.amount == draft.amount,
    )
    identity: UUID | None = await session.scalar(found.limit(1))
    return identity


async def shown(session: ReadSession, identity: UUID) -> Withdrawal | None:
    """Give a withdrawal as far as it is: sent or not is what its intent says."""
    row = await session.first(_with_intents().where(WITHDRAWALS.c.id == identity))
    return None if row is None else _shown(row)


async def page(
    session: ReadSession,
    *,
    account: UUID | None = None,
    treasury: PartyId | None = None,
    state: WithdrawalState | None = None,
    before: tuple[Timestamp, UUID] | None = None,
    limit: int = PAGE_MAX,
) -> tuple[Withdrawal, ...]:
    """Give withdrawals, newest first, before a place.

    Those of an account, of a treasury, or as far as a state says, if they are named.
    """
    statement = _with_intents()
    if treasury is not None:
        statement = statement.where(WITHDRAWALS.c.treasury == treasury)
    if state is not None:
        statement = statement.where(_is(state))
    if account is not None:
        statement = statement.where(WITHDRAWALS.c.account == account)
    if before is not None:
        place = func.row(WITHDRAWALS.c.created_at, WITHDRAWALS.c.id)
        statement = statement.where(place < func.row(before[0].to_stdlib(), before[1]))
    ordered = statement.order_by(WITHDRAWALS.c.created_at.desc(), WITHDRAWALS.c.id.desc())
    rows = await session.all(ordered.limit(min(limit, PAGE_MAX)))
    return tuple(map(_shown, rows))


async def overdue(
    session: ReadSession, reached: Timestamp, since: Timestamp, limit: int = PAGE_MAX
) -> tuple[Withdrawal, ...]:
    """Give withdrawals that somebody should look at, oldest first.

    Those that ended in nothing so far and were asked for before `since`, offers whose time was
    over at the record time `reached`, and what was recovered and is nobody's so far.
    """
    waiting = and_(
        WITHDRAWALS.c.state == WithdrawalState.REQUESTED.value, WITHDRAWALS.c.created_at < since
    )
    expired = and_(
        WITHDRAWALS.c.state == WithdrawalState.OFFERED.value,
        WITHDRAWALS.c.execute_before < reached,
    )
    nobodys = and_(
        WITHDRAWALS.c.kind == WithdrawalKind.RECOVERED.value,
        WITHDRAWALS.c.account.is_(None),
        WITHDRAWALS.c.state.in_([state.value for state in PAYING]),
    )
    statement = _with_intents().where(or_(waiting, expired, nobodys))
    ordered = statement.order_by(WITHDRAWALS.c.created_at, WITHDRAWALS.c.id)
    return tuple(map(_shown, await session.all(ordered.limit(min(limit, PAGE_MAX)))))


async def in_state(
    session: ReadSession, state: WithdrawalState, limit: int = PAGE_MAX
) -> tuple[Withdrawal, ...]:
    """Give withdrawals whose row is in a state, oldest first, as far as they are."""
    statement = _with_intents().where(WITHDRAWALS.c.state == state.value)
    ordered = statement.order_by(WITHDRAWALS.c.created_at, WITHDRAWALS.c.id)
    return tuple(map(_shown, await session.all(ordered.limit(min(limit, PAGE_MAX)))))


async def locked(session: WriteSession, identities: Iterable[UUID]) -> dict[UUID, Withdrawal]:
    """Give those of some withdrawals that exist, and lock them in one order."""
    wanted = sorted(set(identities))
    if not wanted:
        return {}
    chosen = select(WITHDRAWALS).where(WITHDRAWALS.c.id == func.any(wanted))
    rows = await session.all(chosen.order_by(WITHDRAWALS.c.id).with_for_update())
    return {row.id: withdrawal_of(row) for row in rows}


async def of_instructions(
    session: ReadSession, treasury: PartyId, instructions: Iterable[str]
) -> tuple[UUID, ...]:
    """Name the withdrawals of a treasury that these contracts stand, or stood first, for."""
    wanted = sorted(set(instructions))
    if not wanted:
        return ()
    stands = or_(
        WITHDRAWALS.c.instruction == func.any(wanted),
        WITHDRAWALS.c.original_instruction == func.any(wanted),
    )
    mine = WITHDRAWALS.c.treasury == treasury
    rows = await session.all(select(WITHDRAWALS.c.id).where(mine, stands))
    return tuple(row.id for row in rows)


async def inputs(session: ReadSession, identity: UUID) -> tuple[ContractId, ...]:
    """Give the holdings that are reserved for a withdrawal, in the order of their ids."""
    rows = await session.all(
        select(RESERVATIONS.c.contract_id)
        .where(RESERVATIONS.c.intent_id == identity)
        .order_by(RESERVATIONS.c.contract_id)
    )
    return tuple(ContractId(row.contract_id) for row in rows)


async def usable(session: ReadSession, identity: UUID, at: Timestamp) -> tuple[Coin, ...]:
    """Give those of a withdrawal's reserved holdings that can be spent at a time."""
    mine = RESERVATIONS.c.intent_id == identity
    rows = await session.all(
        select(HOLDINGS.c.contract_id, HOLDINGS.c.amount)
        .join(RESERVATIONS, RESERVATIONS.c.contract_id == HOLDINGS.c.contract_id)
        .where(
            mine,
            HOLDINGS.c.archived_offset.is_(None),
            or_(HOLDINGS.c.lock.is_(None), HOLDINGS.c.usable_from <= at),
        )
    )
    return tuple(Coin(ContractId(row.contract_id), row.amount) for row in rows)


def withdrawal_of(row: Row[Any]) -> Withdrawal:
    """Read a withdrawal."""
    original, instruction = row.original_instruction, row.instruction
    return Withdrawal(
        id=row.id,
        kind=WithdrawalKind(row.kind),
        treasury=PartyId(row.treasury),
        account=row.account,
        instrument=InstrumentId(PartyId(row.admin), row.instrument),
        amount=row.amount,
        fee=row.fee,
        receiver=PartyId(row.receiver),
        memo=row.memo,
        state=WithdrawalState(row.state),
        attempts=row.attempts,
        dead_after=row.dead_after,
        execute_before=row.execute_before,
        original_instruction=None if original is None else ContractId(original),
        instruction=None if instruction is None else ContractId(instruction),
        cancel_wanted=row.cancel_wanted,
        update_id=row.update_id,
        end_update_id=row.end_update_id,
        offset=row.ledger_offset,
        record_time=row.record_time,
        failure=None if row.failure is None else Failure(**row.failure),
        created_at=row.created_at,
        updated_at=row.updated_at,
        deposit=row.deposit,
    )


def _with_intents() -> Select[Any]:
    return select(
        WITHDRAWALS,
        INTENTS.c.state.label("intent_state"),
        INTENTS.c.attempts.label("intent_attempts"),
        INTENTS.c.failure.label("intent_failure"),
    ).outerjoin(INTENTS, INTENTS.c.id == WITHDRAWALS.c.id)


def _is(state: WithdrawalState) -> ColumnElement[bool]:
    """Select withdrawals that are shown in a state."""
    sent = {shown: intent for intent, shown in _IN_FLIGHT.items()}
    requested = WITHDRAWALS.c.state == WithdrawalState.REQUESTED.value
    if state in sent:
        return and_(requested, INTENTS.c.state == sent[state])
    if state is WithdrawalState.REQUESTED:
        not_sent = or_(INTENTS.c.state.is_(None), INTENTS.c.state.not_in(list(_IN_FLIGHT)))
        return and_(requested, not_sent)
    return and_(WITHDRAWALS.c.state == state.value)


def _shown(row: Row[Any]) -> Withdrawal:
    found = replace(withdrawal_of(row), attempts=row.intent_attempts or 0)
    if found.state is not WithdrawalState.REQUESTED:
        return found
    state = _IN_FLIGHT.get(row.intent_state, WithdrawalState.REQUESTED)
    last = row.intent_failure
    return replace(found, state=state, failure=None if last is None else Failure(**last))


def _row(withdrawal: Withdrawal) -> dict[str, Any]:
    failure = withdrawal.failure
    row: dict[str, Any] = {
        name: getattr(withdrawal, name)
        for name in (
            *("id", "treasury", "account", "amount", "fee", "receiver", "memo", "attempts"),
            *("dead_after", "execute_before", "original_instruction", "instruction"),
            *("cancel_wanted", "update_id", "end_update_id", "record_time", "deposit"),
            *("created_at", "updated_at"),
        )
    }
    return {
        **row,
        "kind": withdrawal.kind.value,
        "state": withdrawal.state.value,
        "admin": withdrawal.instrument.admin,
        "instrument": withdrawal.instrument.id,
        "ledger_offset": withdrawal.offset,
        "failure": None
        if failure is None
        else {
            "code": failure.code,
            "message": failure.message,
            "hint": failure.hint,
            "context": dict(failure.context),
        },
    }

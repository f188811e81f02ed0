"""The free holdings of treasuries, found by index, and locked for whoever chooses among them.

Free is what no lock binds and no intent reserved. Only holdings that count are chosen: signed by
their admin, of a package of the listing; a look-alike would let the whole payment fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from cantata.exchange.model.treasury import ZERO, ListedInstrument, Policy
from cantata.exchange.model.withdrawals import WithdrawalKind, WithdrawalState
from cantata.exchange.policy.inputs import Candidates, inputs_max, large_from, small_ones_read
from cantata.exchange.policy.pool import Shelf, smallest_read, total_of
from cantata.exchange.repository.tables import HOLDINGS, WITHDRAWALS
from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import NOTHING, Total
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import summed
from cantata.tokens.payments import Coin
from cantata.tokens.repository.tables import RESERVATIONS

_AMOUNT = HOLDINGS.c.amount
_RESERVED = exists().where(RESERVATIONS.c.contract_id == HOLDINGS.c.contract_id)
_UNDER_WAY = ("requested", "submitted", "unknown")


async def candidates(
    session: WriteSession,
    treasury: PartyId,
    listed: ListedInstrument,
    amount: Decimal,
    now: Timestamp,
) -> Candidates:
    """Give free holdings for a payment and lock them; those that others look at are left out."""
    free = select(HOLDINGS.c.contract_id, _AMOUNT).where(*_free(treasury, listed, now))
    best = await _locked(session, free.where(amount <= _AMOUNT).order_by(_AMOUNT).limit(_just(1)))
    small = free.order_by(_AMOUNT).limit(_just(small_ones_read(listed.policy)))
    if best:
        if best[0].amount == amount:
            return Candidates(best=best[0])
        return Candidates(best=best[0], smallest=await _locked(session, small))
    falling = free.order_by(_AMOUNT.desc()).limit(_just(inputs_max(listed.policy)))
    largest, smallest = await _locked(session, falling), await _locked(session, small)
    if total_of(largest) >= amount:
        return Candidates(best=None, largest=largest, smallest=smallest)
    # Whoever looks at holdings locks them: these sums are read without looking at locks.
    reach = await session.scalar(select(summed(falling.subquery("top").c.amount)))
    total = await free_total(session, treasury, listed, now)
    return Candidates(
        best=None, largest=largest, smallest=smallest, reach=reach or NOTHING, free=total
    )


async def free_total(
    session: ReadSession, treasury: PartyId, listed: ListedInstrument, now: Timestamp
) -> Total:
    """Give what all free holdings of a treasury hold together; this reads all of them."""
    held = select(summed(_AMOUNT)).where(*_free(treasury, listed, now))
    total = await session.scalar(held)
    return NOTHING if total is None else total


async def shelf(
    session: ReadSession,
    treasury: PartyId,
    listed: ListedInstrument,
    now: Timestamp,
    *,
    is_waited_for: bool = False,
) -> Shelf:
    """Give what a plan has to know, without a lock: whoever carries it out locks and looks again.

    `is_waited_for` tells that a payment waits for holdings.
    """
    policy = listed.policy
    most, least = inputs_max(policy), large_from(policy)
    free = select(HOLDINGS.c.contract_id, _AMOUNT).where(*_free(treasury, listed, now))
    falling = free.order_by(_AMOUNT.desc()).limit(_just(most))
    large = await _large(session, treasury, listed, now)
    below = await session.all(falling.where(least > _AMOUNT)) if least > ZERO else ()
    smallest = await session.all(free.order_by(_AMOUNT).limit(_just(smallest_read(policy))))
    payers = await session.all(falling) if is_waited_for else ()
    return Shelf(
        pool=len(large),
        largest=tuple(_coin(row) for row in large if not row.is_reserved),
        smallest=tuple(map(_coin, smallest)),
        middling=tuple(map(_coin, below)),
        payers=tuple(map(_coin, payers)),
    )


async def still_free(
    session: WriteSession,
    treasury: PartyId,
    listed: ListedInstrument,
    contracts: Sequence[str],
    now: Timestamp,
) -> tuple[Coin, ...]:
    """Give those of some holdings that are free, locked; in the order of their ids."""
    wanted = HOLDINGS.c.contract_id == func.any(list(contracts))
    chosen = select(HOLDINGS.c.contract_id, _AMOUNT).where(wanted, *_free(treasury, listed, now))
    return await _locked(session, chosen.order_by(HOLDINGS.c.contract_id))


async def needed(
    session: ReadSession, treasury: PartyId, listed: ListedInstrument, now: Timestamp
) -> Decimal:
    """Give the largest amount that a payment waits for, and that all free holdings cover.

    0 if none does. A payment for which there is too little waits for what is reserved to come
    back, or for deposits; no merge helps it.
    """
    waits = and_(
        *_withdrawals(treasury, listed),
        WITHDRAWALS.c.state == WithdrawalState.REQUESTED.value,
        WITHDRAWALS.c.kind != WithdrawalKind.SELF.value,
        ~exists().where(RESERVATIONS.c.intent_id == WITHDRAWALS.c.id),
    )
    wanted = select(func.max(WITHDRAWALS.c.amount)).where(waits)
    if await session.scalar(wanted) is None:
        return ZERO
    free = await free_total(session, treasury, listed, now)
    found = await session.scalar(wanted.where(free >= WITHDRAWALS.c.amount))
    return ZERO if found is None else found


async def rearranging(
    session: ReadSession, treasury: PartyId, listed: ListedInstrument
) -> tuple[UUID, ...]:
    """Name the transfers of a treasury to itself that are under way."""
    rows = await session.all(
        select(WITHDRAWALS.c.id).where(
            *_withdrawals(treasury, listed),
            WITHDRAWALS.c.state.in_(_UNDER_WAY),
            WITHDRAWALS.c.kind == WithdrawalKind.SELF.value,
        )
    )
    return tuple(row.id for row in rows)


async def _large(
    session: ReadSession, treasury: PartyId, listed: ListedInstrument, now: Timestamp
) -> Sequence[Row[Any]]:
    """Give the largest unlocked holdings of the pool's size, and whether they are reserved."""
    policy: Policy = listed.policy
    if large_from(policy) == ZERO or policy.pool_size == 0:
        return ()
    chosen = (
        select(HOLDINGS.c.contract_id, _AMOUNT)
        .where(*_unlocked(treasury, listed, now), large_from(policy) <= _AMOUNT)
        .order_by(_AMOUNT.desc())
        .limit(_just(policy.pool_size))
        .subquery("large")
    )
    reserved = chosen.join(
        RESERVATIONS, RESERVATIONS.c.contract_id == chosen.c.contract_id, isouter=True
    )
    is_reserved = RESERVATIONS.c.contract_id.is_not(None).label("is_reserved")
    found = select(chosen.c.contract_id, chosen.c.amount, is_reserved).select_from(reserved)
    return await session.all(found.order_by(chosen.c.amount.desc()))


def _free(
    treasury: PartyId, listed: ListedInstrument, now: Timestamp
) -> tuple[ColumnElement[bool], ...]:
    return (*_unlocked(treasury, listed, now), ~_RESERVED)


def _unlocked(
    treasury: PartyId, listed: ListedInstrument, now: Timestamp
) -> tuple[ColumnElement[bool], ...]:
    return (
        HOLDINGS.c.treasury == treasury,
        HOLDINGS.c.admin == listed.id.admin,
        HOLDINGS.c.instrument == listed.id.id,
        HOLDINGS.c.archived_offset.is_(None),
        or_(HOLDINGS.c.lock.is_(None), HOLDINGS.c.usable_from <= now),
        HOLDINGS.c.admin_signed,
        HOLDINGS.c.views_agree,
        HOLDINGS.c.package_name == func.any(list(listed.packages)),
    )


def _withdrawals(treasury: PartyId, listed: ListedInstrument) -> tuple[ColumnElement[bool], ...]:
    return (
        WITHDRAWALS.c.treasury == treasury,
        WITHDRAWALS.c.admin == listed.id.admin,
        WITHDRAWALS.c.instrument == listed.id.id,
    )


def _just(count: int) -> ColumnElement[int]:
    """Put a count into a statement's text: a plan that is kept for any count sorts all holdings."""
    return literal_column(str(count), Integer)


async def _locked(session: WriteSession, statement: Select[Any]) -> tuple[Coin, ...]:
    rows = await session.all(statement.with_for_update(of=HOLDINGS, skip_locked=True))
    return tuple(map(_coin, rows))


def _coin(row: Row[Any]) -> Coin:
    return Coin(ContractId(row.contract_id), row.amount)

"""What operators look at: rows that wait, holdings by size, what support has to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Row, and_, case, cast, func, or_, select

from cantata.automation.tables import INTENTS
from cantata.exchange.history.model import EntryKind
from cantata.exchange.model.deposits import DepositState
from cantata.exchange.model.withdrawals import WithdrawalState
from cantata.exchange.repository.tables import (
    DEPOSITS,
    ENTRIES,
    HOLDINGS,
    INSTRUMENTS,
    PREAPPROVALS,
    WITHDRAWALS,
)
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.storage.session import ReadSession
from cantata.tokens.model import InstrumentId
from cantata.tokens.repository.tables import RESERVATIONS

UNRECOGNISED = EntryKind.UNRECOGNISED.value

OPEN_DEPOSITS = tuple(
    state.value
    for state in (
        *(DepositState.OFFERED, DepositState.STUCK),
        *(DepositState.SUSPENSE, DepositState.REFUNDING),
    )
)
OPEN_WITHDRAWALS = tuple(
    state.value
    for state in (
        *(WithdrawalState.REQUESTED, WithdrawalState.SUBMITTED),
        *(WithdrawalState.UNKNOWN, WithdrawalState.OFFERED),
    )
)
_IN_FLIGHT = (WithdrawalState.SUBMITTED.value, WithdrawalState.UNKNOWN.value)
"""States of an intent that say more of a withdrawal than its own row does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Rows of one kind and state of a treasury that have not ended, and since when the oldest."""

    treasury: PartyId
    state: str
    count: int
    since: Timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """How many holdings a treasury has of a listed instrument: all, and those of some kind.

    `large` ones are of the pool's size, `dust` is to be merged; locked ones are neither.
    """

    treasury: PartyId
    instrument: InstrumentId
    all: int
    locked: int
    reserved: int
    large: int
    dust: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Until when a treasury's pre-approval of transfers lasts; None if there is none now."""

    treasury: PartyId
    instrument: InstrumentId
    expires_at: Timestamp | None


async def deposits(session: ReadSession) -> tuple[Waiting, ...]:
    """Count the deposits that somebody has to do something about."""
    since = func.min(DEPOSITS.c.record_time)
    rows = await session.all(
        select(
            DEPOSITS.c.treasury,
            DEPOSITS.c.state,
            func.count().label("number"),
            since.label("since"),
        )
        .where(DEPOSITS.c.state.in_(OPEN_DEPOSITS))
        .group_by(DEPOSITS.c.treasury, DEPOSITS.c.state)
        .order_by(DEPOSITS.c.treasury, DEPOSITS.c.state)
    )
    return tuple(map(_waiting, rows))


async def withdrawals(session: ReadSession) -> tuple[Waiting, ...]:
    """Count the withdrawals that have not ended, as far as they are."""
    asked = WITHDRAWALS.c.state == WithdrawalState.REQUESTED.value
    sent = and_(asked, INTENTS.c.state.in_(_IN_FLIGHT))
    state = case((sent, INTENTS.c.state), else_=WITHDRAWALS.c.state).label("state")
    since = func.min(WITHDRAWALS.c.created_at)
    rows = await session.all(
        select(WITHDRAWALS.c.treasury, state, func.count().label("number"), since.label("since"))
        .select_from(WITHDRAWALS.join(INTENTS, INTENTS.c.id == WITHDRAWALS.c.id, isouter=True))
        .where(WITHDRAWALS.c.state.in_(OPEN_WITHDRAWALS))
        .group_by(WITHDRAWALS.c.treasury, state)
        .order_by(WITHDRAWALS.c.treasury, state)
    )
    return tuple(map(_waiting, rows))


async def unrecognised(session: ReadSession) -> dict[PartyId, int]:
    """Count the entries of each treasury that nothing explains."""
    rows = await session.all(
        select(ENTRIES.c.treasury, func.count().label("number"))
        .where(ENTRIES.c.kind == UNRECOGNISED)
        .group_by(ENTRIES.c.treasury)
    )
    return {PartyId(row.treasury): row.number for row in rows}


async def stocks(session: ReadSession) -> tuple[Stock, ...]:
    """Count the holdings of treasuries in listed instruments, as policies sort them."""
    listed = and_(
        INSTRUMENTS.c.admin == HOLDINGS.c.admin, INSTRUMENTS.c.instrument == HOLDINGS.c.instrument
    )
    dust, pool = (_amount(name) for name in ("dust_below", "pool_amount"))
    locked = HOLDINGS.c.lock.is_not(None)
    joined = HOLDINGS.join(INSTRUMENTS, listed).join(
        RESERVATIONS, RESERVATIONS.c.contract_id == HOLDINGS.c.contract_id, isouter=True
    )
    of = (HOLDINGS.c.treasury, HOLDINGS.c.admin, HOLDINGS.c.instrument)
    rows = await session.all(
        select(
            *of,
            func.count().label("all"),
            _count(locked).label("locked"),
            _count(RESERVATIONS.c.contract_id.is_not(None)).label("reserved"),
            _count(~locked, HOLDINGS.c.amount >= func.greatest(dust, pool)).label("large"),
            _count(~locked, HOLDINGS.c.amount < dust).label("dust"),
        )
        .select_from(joined)
        .where(HOLDINGS.c.archived_offset.is_(None))
        .group_by(*of)
        .order_by(*of)
    )
    return tuple(
        Stock(
            treasury=PartyId(row.treasury),
            instrument=_instrument(row),
            all=row.all,
            locked=row.locked,
            reserved=row.reserved,
            large=row.large,
            dust=row.dust,
        )
        for row in rows
    )


async def consents(session: ReadSession) -> tuple[Consent, ...]:
    """Give until when the pre-approvals last that treasuries are to have."""
    wanted = select(PREAPPROVALS).where(
        or_(PREAPPROVALS.c.expires_at.is_not(None), PREAPPROVALS.c.contract_id.is_(None))
    )
    rows = await session.all(wanted.order_by(*PREAPPROVALS.primary_key.columns))
    return tuple(
        Consent(
            treasury=PartyId(row.treasury),
            instrument=_instrument(row),
            expires_at=None if row.contract_id is None else row.expires_at,
        )
        for row in rows
    )


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(*conditions)


def _amount(name: str) -> ColumnElement[Any]:
    """Read an amount of an instrument's policy; one that was not known then is zero."""
    return func.coalesce(cast(INSTRUMENTS.c.policy[name].astext, Numeric), 0)


def _waiting(row: Row[Any]) -> Waiting:
    return Waiting(
        treasury=PartyId(row.treasury), state=row.state, count=row.number, since=row.since
    )


def _instrument(row: Row[Any]) -> InstrumentId:
    return InstrumentId(PartyId(row.admin), row.instrument)

"""What reconciliation reads of treasuries and books, and where it writes what it found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Identity,
    Index,
    Integer,
    Row,
    Table,
    Text,
    and_,
    cast,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from cantata.exchange.history.state import State
from cantata.exchange.model.journal import BookKind
from cantata.exchange.model.treasury import ZERO
from cantata.exchange.model.withdrawals import FINAL
from cantata.exchange.reconciliation.model import (
    SHOWN_MAX,
    BalancesDiffer,
    HeldForNothing,
    Report,
    ReservedForNothing,
    described,
)
from cantata.exchange.repository.history import holding_of, instruction_of
from cantata.exchange.repository.tables import (
    BALANCES,
    HOLDINGS,
    INSTRUCTIONS,
    POSTINGS,
    WITHDRAWALS,
)
from cantata.kernel.ids import PartyId
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant, summed
from cantata.tokens.model import InstrumentId
from cantata.tokens.repository.tables import RESERVATIONS

RECONCILIATIONS = Table(
    "exchange_reconciliations",
    METADATA,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("ledger_offset", BigInteger, nullable=False),
    Column("compared", Integer, nullable=False),
    Column("differing", Integer, nullable=False),
    Column("differences", JSONB, nullable=False),
    Index("ix_exchange_reconciliations_at", "at"),
)

_ENDED = tuple(state.value for state in FINAL)
_KEYS = ("kind", "name", "admin", "instrument")


async def state_at(session: ReadSession, party: PartyId, offset: int) -> State:
    """Give the contracts of a treasury as of an offset."""
    held = await session.all(
        select(HOLDINGS).where(
            HOLDINGS.c.treasury == party,
            _open_at(HOLDINGS.c.created_offset, HOLDINGS.c.archived_offset, offset),
        )
    )
    waiting = await session.all(
        select(INSTRUCTIONS).where(
            INSTRUCTIONS.c.treasury == party,
            _open_at(INSTRUCTIONS.c.created_offset, INSTRUCTIONS.c.closed_offset, offset),
        )
    )
    return State(party, map(holding_of, held), map(instruction_of, waiting))


async def misadded(session: ReadSession) -> tuple[BalancesDiffer, ...]:
    """Give the accounts whose balance is not the sum of their postings; this reads them all."""
    columns = [POSTINGS.c[key] for key in _KEYS]
    posted = (
        select(*columns, summed(POSTINGS.c.amount).label("total"))
        .group_by(*columns)
        .subquery("posted")
    )
    same = and_(*(BALANCES.c[key] == posted.c[key] for key in _KEYS))
    kept = func.coalesce(BALANCES.c.amount, 0)
    total = func.coalesce(posted.c.total, 0)
    keys = [func.coalesce(BALANCES.c[key], posted.c[key]).label(key) for key in _KEYS]
    rows = await session.all(
        select(*keys, kept.label("kept"), total.label("posted"))
        .select_from(BALANCES.join(posted, same, full=True))
        .where(kept != total)
        .limit(SHOWN_MAX)
    )
    return tuple(
        BalancesDiffer(
            kind=BookKind(row.kind),
            name=row.name,
            instrument=_instrument(row),
            kept=row.kept,
            posted=row.posted,
        )
        for row in rows
    )


async def held_for_nothing(session: ReadSession) -> tuple[HeldForNothing, ...]:
    """Give what withdrawals hold that have ended, or that there are not."""
    joined = BALANCES.join(
        WITHDRAWALS, cast(WITHDRAWALS.c.id, Text) == BALANCES.c.name, isouter=True
    )
    rows = await session.all(
        select(BALANCES)
        .select_from(joined)
        .where(
            BALANCES.c.kind == BookKind.HELD.value,
            BALANCES.c.amount != ZERO,
            or_(WITHDRAWALS.c.state.is_(None), WITHDRAWALS.c.state.in_(_ENDED)),
        )
        .limit(SHOWN_MAX)
    )
    return tuple(
        HeldForNothing(withdrawal=row.name, instrument=_instrument(row), amount=-row.amount)
        for row in rows
    )


async def reserved_for_nothing(session: ReadSession) -> tuple[ReservedForNothing, ...]:
    """Give the holdings that withdrawals keep which have ended."""
    joined = RESERVATIONS.join(WITHDRAWALS, WITHDRAWALS.c.id == RESERVATIONS.c.intent_id)
    rows = await session.all(
        select(RESERVATIONS)
        .select_from(joined)
        .where(WITHDRAWALS.c.state.in_(_ENDED))
        .limit(SHOWN_MAX)
    )
    return tuple(
        ReservedForNothing(withdrawal=row.intent_id, contract_id=row.contract_id) for row in rows
    )


async def save(session: WriteSession, report: Report) -> None:
    """Keep what was found."""
    await session.run(
        insert(RECONCILIATIONS).values(
            at=report.at,
            ledger_offset=report.offset,
            compared=report.compared,
            differing=report.count,
            differences=[described(each) for each in report.differences],
        )
    )


async def latest(session: ReadSession, limit: int) -> Sequence[Row[Any]]:
    """Give the last comparisons, newest first."""
    statement = select(RECONCILIATIONS).order_by(RECONCILIATIONS.c.number.desc())
    return await session.all(statement.limit(min(limit, SHOWN_MAX)))


def _open_at(
    begin: ColumnElement[int], end: ColumnElement[int | None], offset: int
) -> ColumnElement[bool]:
    return and_(begin <= offset, or_(end.is_(None), end > offset))


def _instrument(row: Row[Any]) -> InstrumentId:
    return InstrumentId(PartyId(row.admin), row.instrument)

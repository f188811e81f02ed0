"""Choosing and reserving holdings: by index, never twice, without waiting for each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from cantata.automation.errors import NotNow
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import NOTHING, Total
from cantata.storage.query import Query
from cantata.storage.session import WriteSession
from cantata.storage.types import Instant, Sum, summed
from cantata.tokens.model import INPUTS_MAX, Holding, InstrumentId
from cantata.tokens.policy import SMALL_ONES, Candidates
from cantata.tokens.repository.holdings import holding_of
from cantata.tokens.repository.tables import HOLDINGS, RESERVATIONS


async def candidates(
    session: WriteSession,
    owner: PartyId,
    instrument: InstrumentId,
    amount: Decimal | Total,
    now: Timestamp,
) -> Candidates:
    """Give free holdings of a party and lock their rows; those that others look at are left out."""
    column, free = HOLDINGS.c.amount, _free(owner, instrument, now)
    of = {"owner": owner, "admin": instrument.admin, "instrument": instrument.id, "now": now}
    best = await session.row(_BEST, least=amount, **of)
    smallest = tuple(map(holding_of, await session.rows(_SMALLEST, **of)))
    if best is not None:
        found = holding_of(best)
        return Candidates(best=found, largest=(), smallest=smallest, free=NOTHING + amount)
    largest = await _locked(session, free.order_by(column.desc()).limit(INPUTS_MAX))
    total = await session.scalar(select(summed(column)).where(*_conditions(owner, instrument, now)))
    held = total if total is not None else NOTHING
    return Candidates(best=None, largest=largest, smallest=smallest, free=held)


async def count_free(
    session: WriteSession, owner: PartyId, instrument: InstrumentId, now: Timestamp
) -> int:
    """Count the free holdings of a party."""
    counted = select(func.count()).select_from(HOLDINGS)
    return int(await session.scalar(counted.where(*_conditions(owner, instrument, now))))


async def smallest(
    session: WriteSession, owner: PartyId, instrument: InstrumentId, now: Timestamp
) -> tuple[Holding, ...]:
    """Give the smallest free holdings of a party, as many as one transaction may take."""
    free = _free(owner, instrument, now)
    return await _locked(session, free.order_by(HOLDINGS.c.amount).limit(INPUTS_MAX))


async def reserve(session: WriteSession, intent: UUID, contracts: Sequence[str]) -> None:
    """Reserve contracts for an intent; raise NotNow if another intent has just taken one.

    A choice reads one state of the table and locks rows after it: who reserved a contract between
    the two has committed, and is seen only here.
    """
    rows = [{"contract_id": str(cid), "intent_id": intent} for cid in contracts]
    if not rows:
        return
    taken = insert(RESERVATIONS).values(rows).on_conflict_do_nothing()
    if len(await session.all(taken.returning(RESERVATIONS.c.contract_id))) < len(rows):
        raise NotNow("another operation has just taken a holding that this one chose")


async def release(session: WriteSession, intent: UUID) -> None:
    """Give back everything that is reserved for an intent."""
    await session.run(delete(RESERVATIONS).where(RESERVATIONS.c.intent_id == intent))


async def is_reserved(session: WriteSession, contract: str) -> bool:
    """Tell whether a contract is reserved."""
    return bool(
        await session.scalar(select(exists().where(RESERVATIONS.c.contract_id == contract)))
    )


def _first(count: int, *conditions: ColumnElement[bool]) -> Query:
    """Compose the statement that gives and locks the smallest free holdings of a party.

    The count is part of the text: a plan for any count would sort them all.
    """
    owner = bindparam("owner", type_=Text)
    token = bindparam("admin", type_=Text), bindparam("instrument", type_=Text)
    of = _are_free(owner, token, bindparam("now", type_=Instant))
    found = (
        select(HOLDINGS)
        .where(*of, *conditions)
        .order_by(HOLDINGS.c.amount)
        .limit(literal_column(str(count)))
    )
    return Query(found.with_for_update(of=HOLDINGS, skip_locked=True))


def _free(owner: PartyId, instrument: InstrumentId, now: Timestamp) -> Select[Any]:
    return select(HOLDINGS).where(*_conditions(owner, instrument, now))


def _conditions(
    owner: PartyId, instrument: InstrumentId, now: Timestamp
) -> tuple[ColumnElement[bool], ...]:
    return _are_free(owner, (instrument.admin, instrument.id), now)


def _are_free(owner: Any, token: tuple[Any, Any], now: Any) -> tuple[ColumnElement[bool], ...]:
    """Say which holdings are free; each value is one, or names a parameter."""
    reserved = exists().where(RESERVATIONS.c.contract_id == HOLDINGS.c.contract_id)
    return (
        HOLDINGS.c.owner == owner,
        HOLDINGS.c.admin == token[0],
        HOLDINGS.c.instrument == token[1],
        HOLDINGS.c.archived_offset.is_(None),
        or_(HOLDINGS.c.lock_holders.is_(None), HOLDINGS.c.lock_expires_at <= now),
        ~reserved,
    )


async def _locked(session: WriteSession, statement: Select[Any]) -> tuple[Holding, ...]:
    rows = await session.all(statement.with_for_update(of=HOLDINGS, skip_locked=True))
    return tuple(map(holding_of, rows))


_BEST = _first(1, HOLDINGS.c.amount >= bindparam("least", type_=Sum))
_SMALLEST = _first(SMALL_ONES + 1)

"""What callers read of tokens, page by page: holdings, balances, holders, movements, offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select

from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import NOTHING, Total
from cantata.storage.query import Query
from cantata.storage.session import ReadSession
from cantata.storage.types import Instant, Sum, summed
from cantata.tokens.model import Holding, InstrumentId, MovementKind, Offer, OfferState
from cantata.tokens.repository.contracts import offer_of
from cantata.tokens.repository.holdings import Balance, active_at, holding_of
from cantata.tokens.repository.tables import (
    HOLDINGS,
    INSTRUMENTS,
    MOVEMENTS,
    OFFERS,
    RESERVATIONS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A movement as it is recorded."""

    offset: int
    position: int
    update_id: str
    record_time: Timestamp
    owner: PartyId
    token: InstrumentId
    kind: MovementKind
    delta: Total
    locked: Total
    counterparty: str
    memo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """Which rows are wanted: of these parties, of this token if any, as of an offset or now."""

    owners: Sequence[PartyId]
    token: InstrumentId | None = None
    offset: int | None = None


async def holdings_page(
    session: ReadSession, wanted: Selected, after: tuple[int, str] | None, limit: int
) -> tuple[Holding, ...]:
    """Give holdings in the order in which they were made, after a place."""
    statement = select(HOLDINGS).where(*_of(wanted), active_at(wanted.offset))
    if after is not None:
        place = func.row(HOLDINGS.c.created_offset, HOLDINGS.c.contract_id)
        statement = statement.where(place > func.row(*after))
    ordered = statement.order_by(HOLDINGS.c.created_offset, HOLDINGS.c.contract_id)
    return tuple(map(holding_of, await session.all(ordered.limit(limit))))


async def balances_page(
    session: ReadSession, wanted: Selected, after: tuple[str, str, str] | None, limit: int
) -> tuple[Balance, ...]:
    """Give balances by owner and token, after a place; without owners those of all holders."""
    keys = (HOLDINGS.c.owner, HOLDINGS.c.admin, HOLDINGS.c.instrument)
    locked = HOLDINGS.c.lock_holders.is_not(None)
    statement = select(
        *keys,
        summed(HOLDINGS.c.amount).label("total"),
        summed(HOLDINGS.c.amount).filter(locked).label("locked"),
        func.count().label("rows"),
    ).where(*_of(wanted), active_at(wanted.offset))
    if after is not None:
        statement = statement.where(func.row(*keys) > func.row(*after))
    rows = await session.all(statement.group_by(*keys).order_by(*keys).limit(limit))
    return tuple(_balance(row) for row in rows)


_NOW = bindparam("now", type_=Instant)
_ONE_COVERS = Query(
    select(HOLDINGS.c.contract_id)
    .where(
        HOLDINGS.c.owner == bindparam("owner"),
        HOLDINGS.c.admin == bindparam("admin"),
        HOLDINGS.c.instrument == bindparam("instrument"),
        HOLDINGS.c.archived_offset.is_(None),
        or_(HOLDINGS.c.lock_holders.is_(None), HOLDINGS.c.lock_expires_at <= _NOW),
        HOLDINGS.c.amount >= bindparam("amount", type_=Sum),
    )
    .order_by(HOLDINGS.c.amount)
    .limit(1)
)


async def covers(
    session: ReadSession,
    owner: PartyId,
    token: InstrumentId,
    amount: Decimal | Total,
    now: Timestamp,
) -> tuple[bool, Total]:
    """Tell whether unlocked holdings reach an amount, by one look when a single one does.

    With the sum of them if they do not.
    """
    unlocked = (
        HOLDINGS.c.owner == owner,
        HOLDINGS.c.admin == token.admin,
        HOLDINGS.c.instrument == token.id,
        HOLDINGS.c.archived_offset.is_(None),
        or_(HOLDINGS.c.lock_holders.is_(None), HOLDINGS.c.lock_expires_at <= now),
    )
    given = {"owner": owner, "admin": token.admin, "instrument": token.id}
    if await session.row(_ONE_COVERS, **given, amount=amount, now=now) is not None:
        return True, NOTHING + amount
    total = await session.scalar(select(summed(HOLDINGS.c.amount)).where(*unlocked))
    free = total if total is not None else NOTHING
    return free >= amount, free


async def reserved(session: ReadSession, owner: PartyId, token: InstrumentId) -> Total:
    """Add up the holdings of a party that payments under way will use."""
    total = await session.scalar(
        select(summed(HOLDINGS.c.amount))
        .join(RESERVATIONS, RESERVATIONS.c.contract_id == HOLDINGS.c.contract_id)
        .where(
            HOLDINGS.c.owner == owner,
            HOLDINGS.c.admin == token.admin,
            HOLDINGS.c.instrument == token.id,
            HOLDINGS.c.archived_offset.is_(None),
        )
    )
    return total if total is not None else NOTHING


async def movements_page(
    session: ReadSession, wanted: Selected, before: tuple[int, int] | None, limit: int
) -> tuple[Moved, ...]:
    """Give movements before a place, newest first."""
    statement = _movements(wanted)
    if before is not None:
        place = func.row(MOVEMENTS.c.ledger_offset, MOVEMENTS.c.position)
        statement = statement.where(place < func.row(*before))
    ordered = statement.order_by(MOVEMENTS.c.ledger_offset.desc(), MOVEMENTS.c.position.desc())
    return tuple(map(_moved, await session.all(ordered.limit(limit))))


async def movements_after(
    session: ReadSession, wanted: Selected, after: tuple[int, int], limit: int
) -> tuple[Moved, ...]:
    """Give movements after a place, in the order of the ledger."""
    place = func.row(MOVEMENTS.c.ledger_offset, MOVEMENTS.c.position)
    ordered = (
        _movements(wanted)
        .where(place > func.row(*after))
        .order_by(MOVEMENTS.c.ledger_offset, MOVEMENTS.c.position)
    )
    return tuple(map(_moved, await session.all(ordered.limit(limit))))


async def offers_page(
    session: ReadSession,
    parties: Sequence[PartyId],
    state: OfferState | None,
    before: tuple[int, str] | None,
    limit: int,
) -> tuple[Offer, ...]:
    """Give offers that parties made or were made, newest first."""
    statement = select(OFFERS).where(
        or_(OFFERS.c.sender.in_(parties), OFFERS.c.receiver.in_(parties))
    )
    if state is not None:
        statement = statement.where(OFFERS.c.state == state.value)
    if before is not None:
        place = func.row(OFFERS.c.created_offset, OFFERS.c.contract_id)
        statement = statement.where(place < func.row(*before))
    ordered = statement.order_by(OFFERS.c.created_offset.desc(), OFFERS.c.contract_id.desc())
    return tuple(map(offer_of, await session.all(ordered.limit(limit))))


async def supply_at(
    session: ReadSession, token: InstrumentId, offset: int | None
) -> tuple[Decimal, Decimal | None] | None:
    """Give supply and cap as the token's contract stated them at an offset; None before it.

    Of the versions that one transaction made the last one counts: the others it archived again.
    """
    columns = INSTRUMENTS.c
    statement = select(columns.supply, columns.cap).where(
        columns.admin == token.admin, columns.instrument == token.id
    )
    if offset is not None:
        statement = statement.where(columns.created_offset <= offset)
    newest = (columns.created_offset.desc(), columns.archived_offset.desc().nulls_first())
    row = await session.first(statement.order_by(*newest).limit(1))
    return None if row is None else (row.supply, row.cap)


def _of(wanted: Selected) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.owners:
        found.append(HOLDINGS.c.owner.in_(wanted.owners))
    if wanted.token is not None:
        found.append(
            and_(HOLDINGS.c.admin == wanted.token.admin, HOLDINGS.c.instrument == wanted.token.id)
        )
    return found


def _movements(wanted: Selected) -> Select[Any]:
    statement = select(MOVEMENTS)
    if wanted.owners:
        statement = statement.where(MOVEMENTS.c.owner.in_(wanted.owners))
    if wanted.token is not None:
        statement = statement.where(
            MOVEMENTS.c.admin == wanted.token.admin, MOVEMENTS.c.instrument == wanted.token.id
        )
    if wanted.offset is not None:
        statement = statement.where(MOVEMENTS.c.ledger_offset <= wanted.offset)
    return statement


def _moved(row: Row[Any]) -> Moved:
    return Moved(
        offset=row.ledger_offset,
        position=row.position,
        update_id=row.update_id,
        record_time=row.record_time,
        owner=PartyId(row.owner),
        token=InstrumentId(PartyId(row.admin), row.instrument),
        kind=MovementKind(row.kind),
        delta=row.delta,
        locked=row.locked,
        counterparty=row.counterparty,
        memo=row.memo,
    )


def _balance(row: Row[Any]) -> Balance:
    return Balance(
        owner=PartyId(row.owner),
        instrument=InstrumentId(PartyId(row.admin), row.instrument),
        total=row.total,
        locked=row.locked if row.locked is not None else NOTHING,
        holdings=row.rows,
    )

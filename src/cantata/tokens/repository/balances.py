"""Balances page by page, as of any offset; and what an instrument was at points in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, and_, column, func, or_, select, tuple_, values

from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.storage.session import ReadSession
from cantata.storage.types import Amount
from cantata.tokens.model import InstrumentId, MovementKind
from cantata.tokens.repository.holdings import Balance, active_at
from cantata.tokens.repository.tables import HOLDINGS, MOVEMENTS

PAGE_MAX = 1_000

BalanceKey = tuple[str, str, str]
"""Owner, admin and instrument: the order of balances, and the place to go on from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An instrument as of an offset: its supply, and how many parties hold it."""

    offset: int
    supply: Decimal
    holders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover:
    """What was done with an instrument after an offset, up to another."""

    until: int
    minted: Decimal
    burned: Decimal
    transferred: Decimal
    transfers: int


async def balance_page(
    session: ReadSession,
    *,
    owner: PartyId | None = None,
    instrument: InstrumentId | None = None,
    offset: int | None = None,
    after: BalanceKey | None = None,
    limit: int = PAGE_MAX,
) -> tuple[Balance, ...]:
    """Give balances after a place, by owner and instrument, as of an offset or now."""
    keys = (HOLDINGS.c.owner, HOLDINGS.c.admin, HOLDINGS.c.instrument)
    chosen: list[ColumnElement[bool]] = [active_at(offset)]
    if owner is not None:
        chosen.append(HOLDINGS.c.owner == owner)
    if instrument is not None:
        chosen += [HOLDINGS.c.admin == instrument.admin, HOLDINGS.c.instrument == instrument.id]
    if after is not None:
        chosen.append(tuple_(*keys) > after)
    locked = func.sum(HOLDINGS.c.amount).filter(HOLDINGS.c.lock_holders.is_not(None))
    rows = await session.all(
        select(
            *keys,
            func.sum(HOLDINGS.c.amount).label("total"),
            func.coalesce(locked, 0).cast(Amount).label("locked"),
            func.count().label("holdings"),
        )
        .where(*chosen)
        .group_by(*keys)
        .order_by(*keys)
        .limit(min(limit, PAGE_MAX))
    )
    return tuple(
        Balance(
            owner=PartyId(row.owner),
            instrument=InstrumentId(PartyId(row.admin), row.instrument),
            total=row.total,
            locked=row.locked,
            holdings=row.holdings,
        )
        for row in rows
    )


async def standings(
    session: ReadSession, instrument: InstrumentId, offsets: Sequence[int]
) -> tuple[Standing, ...]:
    """Give supply and holders of an instrument as of each of some offsets, in their order."""
    points = values(column("point", BigInteger), name="points").data(
        [(offset,) for offset in sorted(set(offsets))]
    )
    held = and_(
        HOLDINGS.c.admin == instrument.admin,
        HOLDINGS.c.instrument == instrument.id,
        HOLDINGS.c.created_offset <= points.c.point,
        or_(HOLDINGS.c.archived_offset.is_(None), HOLDINGS.c.archived_offset > points.c.point),
    )
    rows = await session.all(
        select(
            points.c.point,
            func.coalesce(func.sum(HOLDINGS.c.amount), 0).cast(Amount).label("supply"),
            func.count(HOLDINGS.c.owner.distinct()).label("holders"),
        )
        .select_from(points.join(HOLDINGS, held, isouter=True))
        .group_by(points.c.point)
    )
    found = {
        row.point: Standing(offset=row.point, supply=row.supply, holders=row.holders)
        for row in rows
    }
    return tuple(found[offset] for offset in offsets)


async def turnover(
    session: ReadSession, instrument: InstrumentId, after: int, until: int
) -> Turnover:
    """Add up what was minted, burned and transferred after an offset, up to another."""
    row = await session.first(
        select(
            _sum(MovementKind.MINT).label("minted"),
            _sum(MovementKind.BURN).label("burned"),
            _sum(MovementKind.TRANSFER_IN).label("transferred"),
            func.count()
            .filter(MOVEMENTS.c.kind == MovementKind.TRANSFER_IN.value)
            .label("transfers"),
        ).where(
            MOVEMENTS.c.admin == instrument.admin,
            MOVEMENTS.c.instrument == instrument.id,
            MOVEMENTS.c.ledger_offset > after,
            MOVEMENTS.c.ledger_offset <= until,
        )
    )
    assert row is not None, "an aggregate has one row"
    return Turnover(
        until=until,
        minted=row.minted,
        burned=-row.burned,
        transferred=row.transferred,
        transfers=row.transfers,
    )


def _sum(kind: MovementKind) -> ColumnElement[Decimal]:
    total = func.sum(MOVEMENTS.c.delta).filter(MOVEMENTS.c.kind == kind.value)
    return func.coalesce(total, 0).cast(Amount)

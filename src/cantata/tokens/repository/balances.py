"""What one instrument was at points of the ledger, and what was done with it between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, and_, column, func, or_, select, values

from cantata.kernel.totals import NOTHING, Total
from cantata.storage.session import ReadSession
from cantata.storage.types import summed
from cantata.tokens.model import InstrumentId, MovementKind
from cantata.tokens.repository.tables import HOLDINGS, MOVEMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An instrument as of an offset: what its holdings add up to, and how many hold it.

    `locked` is the part of `supply` that is locked; `holdings` counts contracts.
    """

    offset: int
    supply: Total
    locked: Total
    holders: int
    holdings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover:
    """What was done with an instrument after an offset, up to another."""

    until: int
    minted: Total
    burned: Total
    transferred: Total
    transfers: int


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
    locked = summed(HOLDINGS.c.amount).filter(HOLDINGS.c.lock_holders.is_not(None))
    rows = await session.all(
        select(
            points.c.point,
            func.coalesce(summed(HOLDINGS.c.amount), 0).label("supply"),
            func.coalesce(locked, 0).label("locked"),
            func.count(HOLDINGS.c.owner.distinct()).label("holders"),
            func.count(HOLDINGS.c.contract_id).label("holdings"),
        )
        .select_from(points.join(HOLDINGS, held, isouter=True))
        .group_by(points.c.point)
    )
    found = {
        row.point: Standing(
            offset=row.point,
            supply=row.supply,
            locked=row.locked,
            holders=row.holders,
            holdings=row.holdings,
        )
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


async def moved(session: ReadSession, instrument: InstrumentId, offset: int) -> Total:
    """Add up all movements of an instrument up to an offset."""
    total = await session.scalar(
        select(summed(MOVEMENTS.c.delta)).where(
            MOVEMENTS.c.admin == instrument.admin,
            MOVEMENTS.c.instrument == instrument.id,
            MOVEMENTS.c.ledger_offset <= offset,
        )
    )
    return total if total is not None else NOTHING


def _sum(kind: MovementKind) -> ColumnElement[Total]:
    total = summed(MOVEMENTS.c.delta).filter(MOVEMENTS.c.kind == kind.value)
    return func.coalesce(total, 0)

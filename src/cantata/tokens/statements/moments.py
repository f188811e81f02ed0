"""Moments and offsets: what "as of" means."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.ingestion.repository import offset_at, positions
from cantata.kernel.time import RelTime, Timestamp
from cantata.storage.session import ReadSession
from cantata.tokens.projection.contracts import ContractsProjection
from cantata.tokens.projection.holdings import HoldingsProjection
from cantata.tokens.statements.errors import OffsetNotReached

MICROSECOND = RelTime(1)
PROJECTIONS = (HoldingsProjection.name, ContractsProjection.name)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the rows of tokens are: up to `offset`; `is_live` if that is the cursor's.

    `record_time` is that of the cursor, None while a projection is on its way to it.
    """

    offset: int
    record_time: Timestamp | None
    is_live: bool


async def reach(session: ReadSession) -> Reach:
    """Tell how far the rows of tokens are: not further than the projection that is last."""
    found = await positions(session)
    end = found.cursor.offset
    offset = min(end, *(found.reached.get(name, end) for name in PROJECTIONS))
    is_live = offset == end
    return Reach(offset, found.cursor.record_time if is_live else None, is_live)


async def as_of(
    session: ReadSession, *, offset: int | None = None, moment: Timestamp | None = None
) -> int:
    """Give the offset that a read is as of: the one named, that of a moment, or the newest.

    Raise OffsetNotReached for one that is not there. A moment means everything recorded at
    or before it; one that is still to come means what is there now.
    """
    return (await told_of(session, offset=offset, moment=moment))[0]


async def told_of(
    session: ReadSession, *, offset: int | None = None, moment: Timestamp | None = None
) -> tuple[int, int | None]:
    """Give the offset to tell, and the one to read at: None reads what is now."""
    reached = await reach(session)
    if offset is not None:
        if offset > reached.offset:
            raise OffsetNotReached(offset, reached.offset)
        return offset, offset
    if moment is None:
        return reached.offset, None if reached.is_live else reached.offset
    told = min(reached.offset, await offset_at(session, moment))
    return told, told


async def before(session: ReadSession, moment: Timestamp) -> int:
    """Give the offset of the last update that was recorded before a moment."""
    return await offset_at(session, moment - MICROSECOND)

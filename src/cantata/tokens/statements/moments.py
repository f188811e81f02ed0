"""Moments and offsets: what "as of" means."""

from __future__ import annotations

from cantata.ingestion.repository import load_cursor, offset_at
from cantata.kernel.time import RelTime, Timestamp
from cantata.storage.session import ReadSession
from cantata.tokens.statements.errors import OffsetNotReached

MICROSECOND = RelTime(1)


async def as_of(
    session: ReadSession, *, offset: int | None = None, moment: Timestamp | None = None
) -> int:
    """Give the offset that a read is as of: the one named, that of a moment, or the newest.

    Raise OffsetNotReached for one that is not ingested. A moment means everything recorded at
    or before it; one that is still to come means what is ingested now.
    """
    reached = (await load_cursor(session)).offset
    if offset is not None:
        if offset > reached:
            raise OffsetNotReached(offset, reached)
        return offset
    return reached if moment is None else min(reached, await offset_at(session, moment))


async def before(session: ReadSession, moment: Timestamp) -> int:
    """Give the offset of the last update that was recorded before a moment."""
    return await offset_at(session, moment - MICROSECOND)

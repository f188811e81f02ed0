"""What the registry looks up: whose instruments are here, and lists of them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from cantata.kernel.ids import PartyId
from cantata.storage.session import ReadSession
from cantata.tokens.model import Instrument
from cantata.tokens.repository.contracts import instrument_of
from cantata.tokens.repository.tables import INSTRUMENTS


async def admins(session: ReadSession, limit: int) -> tuple[PartyId, ...]:
    """Give the admins of active instruments, some of them if there are more than the limit."""
    columns = INSTRUMENTS.c
    rows = await session.all(
        select(columns.admin).where(columns.archived_offset.is_(None)).distinct().limit(limit)
    )
    return tuple(PartyId(row.admin) for row in rows)


async def is_admin(session: ReadSession, party: PartyId) -> bool:
    """Tell whether a party has an active instrument."""
    columns = INSTRUMENTS.c
    found = select(columns.admin).where(columns.admin == party, columns.archived_offset.is_(None))
    return await session.first(found.limit(1)) is not None


async def instruments_after(
    session: ReadSession, admin: PartyId, after: str | None, limit: int
) -> tuple[Instrument, ...]:
    """Give an admin's instruments after an id, ordered by id; of each the newest contract."""
    columns = INSTRUMENTS.c
    statement = select(INSTRUMENTS).where(columns.admin == admin, columns.archived_offset.is_(None))
    if after is not None:
        statement = statement.where(columns.instrument > after)
    newest = statement.ext(distinct_on(columns.instrument)).order_by(
        columns.instrument, columns.created_offset.desc()
    )
    return tuple(map(instrument_of, await session.all(newest.limit(limit))))

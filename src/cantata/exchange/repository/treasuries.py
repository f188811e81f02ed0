"""Treasuries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from cantata.exchange.model.treasury import Treasury
from cantata.exchange.repository.tables import TREASURIES
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant

TREASURIES_MAX = 256


async def add(session: WriteSession, treasury: Treasury) -> bool:
    """Add a treasury; tell whether it is new."""
    row = {
        "party": treasury.party,
        "name": treasury.name,
        "signer": treasury.signer,
        "withdrawals_enabled": treasury.withdrawals_enabled,
        "safe_after": treasury.safe_after,
        "from_offset": treasury.from_offset,
        "created_at": treasury.created_at,
    }
    fresh = insert(TREASURIES).values(row).on_conflict_do_nothing()
    return await session.first(fresh.returning(TREASURIES.c.party)) is not None


async def every(session: ReadSession) -> tuple[Treasury, ...]:
    """Give all treasuries, by name."""
    rows = await session.all(select(TREASURIES).order_by(TREASURIES.c.name).limit(TREASURIES_MAX))
    return tuple(map(_treasury, rows))


async def find(session: ReadSession, party: PartyId) -> Treasury | None:
    """Give a treasury by its party, or None."""
    row = await session.first(select(TREASURIES).where(TREASURIES.c.party == party))
    return None if row is None else _treasury(row)


async def lock(session: WriteSession, party: PartyId) -> Treasury | None:
    """Give a treasury that nobody else locks until the transaction ends, or None.

    Its holdings can be written meanwhile.
    """
    statement = select(TREASURIES).where(TREASURIES.c.party == party)
    row = await session.first(statement.with_for_update(key_share=True))
    return None if row is None else _treasury(row)


async def allow(session: WriteSession, party: PartyId, *, withdrawals: bool) -> None:
    """Let a treasury pay, or let its withdrawals wait."""
    mine = TREASURIES.c.party == party
    await session.run(update(TREASURIES).where(mine).values(withdrawals_enabled=withdrawals))


async def secure(session: WriteSession, after: Timestamp) -> None:
    """Let all treasuries pay only when a later record time was ingested; never an earlier one."""
    latest = func.greatest(TREASURIES.c.safe_after, literal(after, Instant))
    await session.run(update(TREASURIES).values(safe_after=latest))


def _treasury(row: Row[Any]) -> Treasury:
    return Treasury(
        party=PartyId(row.party),
        name=row.name,
        signer=row.signer,
        withdrawals_enabled=row.withdrawals_enabled,
        safe_after=row.safe_after,
        from_offset=row.from_offset,
        created_at=row.created_at,
    )

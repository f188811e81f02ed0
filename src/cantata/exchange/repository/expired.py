"""Offers whose time is over: asked to be taken back by the clock, again after a pause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select, update

from cantata.exchange.model.withdrawals import Withdrawal, WithdrawalState
from cantata.exchange.repository.tables import WITHDRAWALS
from cantata.exchange.repository.withdrawals import withdrawal_of
from cantata.kernel.time import Timestamp
from cantata.storage.session import WriteSession


@dataclass(frozen=True, slots=True)
class Expired:
    """An offer that nobody can accept any more, and how often it was asked back so far."""

    withdrawal: Withdrawal
    tries: int


async def due(
    session: WriteSession, reached: Timestamp, now: Timestamp, limit: int
) -> Sequence[Expired]:
    """Give offers whose time was over at the record time `reached`, and lock them.

    Those that others have locked are left for the next time, as are those that are not due `now`.
    """
    rows = await session.all(
        select(WITHDRAWALS)
        .where(
            WITHDRAWALS.c.state == WithdrawalState.OFFERED.value,
            WITHDRAWALS.c.execute_before <= reached,
            or_(WITHDRAWALS.c.end_due.is_(None), WITHDRAWALS.c.end_due <= now),
        )
        .order_by(WITHDRAWALS.c.execute_before)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Expired(withdrawal_of(row), row.end_tries) for row in rows]


async def tries(session: WriteSession, identity: UUID) -> int:
    """Tell how often an offer was asked back by the clock."""
    mine = select(WITHDRAWALS.c.end_tries).where(WITHDRAWALS.c.id == identity)
    return int(await session.scalar(mine))


async def plan(session: WriteSession, identity: UUID, tries: int, due_at: Timestamp) -> None:
    """Write down how often an offer was asked back, and when to ask again if it still waits."""
    mine = update(WITHDRAWALS).where(WITHDRAWALS.c.id == identity)
    await session.run(mine.values(end_tries=tries, end_due=due_at))

"""How treasuries are rewarded."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert

from cantata.exchange.model.rewards import RewardMode, Rewards
from cantata.exchange.repository.tables import REWARDS
from cantata.kernel.ids import PartyId
from cantata.storage.session import ReadSession, WriteSession

REWARDS_MAX = 256


async def save(session: WriteSession, rewards: Rewards) -> None:
    """Write down how a treasury is rewarded."""
    row = {
        "treasury": rewards.treasury,
        "mode": rewards.mode.value,
        "provider": rewards.provider,
        "right_id": rewards.right_id,
        "changed_at": rewards.changed_at,
    }
    changed = {name: value for name, value in row.items() if name != "treasury"}
    statement = insert(REWARDS).values(row)
    await session.run(statement.on_conflict_do_update(index_elements=["treasury"], set_=changed))


async def note_right(session: WriteSession, provider: str, right_id: str | None) -> None:
    """Write down a provider's right to mark activity, or that it has none."""
    of = REWARDS.c.provider == provider
    await session.run(update(REWARDS).where(of).values(right_id=right_id))


async def find(session: ReadSession, treasury: PartyId) -> Rewards | None:
    """Give how a treasury is rewarded; None if nobody ever said."""
    row = await session.first(select(REWARDS).where(REWARDS.c.treasury == treasury))
    return None if row is None else _rewards(row)


async def every(session: ReadSession) -> tuple[Rewards, ...]:
    """Give all of them, by treasury."""
    ordered = select(REWARDS).order_by(REWARDS.c.treasury).limit(REWARDS_MAX)
    return tuple(map(_rewards, await session.all(ordered)))


def _rewards(row: Row[Any]) -> Rewards:
    return Rewards(
        treasury=PartyId(row.treasury),
        mode=RewardMode(row.mode),
        provider=row.provider,
        right_id=row.right_id,
        changed_at=row.changed_at,
    )

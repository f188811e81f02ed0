"""What accounts have done by the clock: what ended is forgotten."""

from __future__ import annotations

from cantata.accounts.repository import forgetting
from cantata.automation.schedules.runner import Schedule
from cantata.kernel.time import RelTime, Timestamp
from cantata.storage.session import WriteSession

FORGET = "accounts.forget"

KEPT = RelTime.of(days=1)
"""How long after its end a row is kept: clocks of replicas differ, and people ask what happened."""

MOST = 5_000
"""Rows of one kind that one run forgets; the next one goes on."""


def schedules() -> tuple[Schedule, ...]:
    """Give what is done by the clock."""
    return (Schedule(FORGET, RelTime.of(minutes=10), forget),)


async def forget(session: WriteSession, now: Timestamp) -> None:
    """Forget what ended; nothing of it could be used any more."""
    await forgetting.ended_before(session, now - KEPT, MOST)

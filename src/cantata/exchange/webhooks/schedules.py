"""What webhooks have done by the clock: deliveries that ended long ago are forgotten."""

from __future__ import annotations

from cantata.automation.schedules.runner import Schedule
from cantata.exchange.webhooks.model import KEPT
from cantata.exchange.webhooks.repository import deliveries
from cantata.kernel.time import RelTime, Timestamp
from cantata.storage.session import WriteSession

FORGET = "webhooks.forget"
MOST = 5_000
"""Deliveries that one run forgets; the next one goes on."""


def schedules() -> tuple[Schedule, ...]:
    """Give what is done by the clock."""
    return (Schedule(FORGET, RelTime.of(minutes=10), forget),)


async def forget(session: WriteSession, now: Timestamp) -> None:
    """Forget deliveries that ended long ago, and those of removed endpoints."""
    await deliveries.forget(session, now - KEPT, MOST)

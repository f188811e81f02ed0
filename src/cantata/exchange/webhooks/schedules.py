"""What webhooks have done by the clock: what was delivered long ago is forgotten."""

from __future__ import annotations

from cantata.automation.schedules.runner import Schedule
from cantata.exchange.webhooks.model import KEPT
from cantata.exchange.webhooks.repository import deliveries, endpoints
from cantata.kernel.time import RelTime, Timestamp
from cantata.storage import outbox
from cantata.storage.session import WriteSession

FORGET = "webhooks.forget"
MOST = 5_000
"""Deliveries, and news, that one run forgets; the next one goes on."""


def schedules() -> tuple[Schedule, ...]:
    """Give what is done by the clock."""
    return (Schedule(FORGET, RelTime.of(minutes=10), forget),)


async def forget(session: WriteSession, now: Timestamp) -> None:
    """Forget deliveries that ended long ago, those of removed endpoints, and old news.

    News stays as long as an endpoint, be it paused, has not got it.
    """
    await deliveries.forget(session, now - KEPT, MOST)
    places = [endpoint.place for endpoint in await endpoints.every(session)]
    up_to = min(places) if places else await outbox.last_place(session)
    await outbox.forget(session, now - KEPT, up_to, MOST)

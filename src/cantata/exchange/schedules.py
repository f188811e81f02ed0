"""What the exchange has done by the clock: offers that were left alone are looked at again."""

from __future__ import annotations

from cantata.automation.schedules.runner import Schedule
from cantata.exchange.service.accepting import adopt_unseen, decide_due
from cantata.exchange.tasks import expiry
from cantata.kernel.time import RelTime, Timestamp
from cantata.storage.session import WriteSession

ACCEPT_OFFERS = "exchange.accept_offers"
ADOPT_OFFERS = "exchange.adopt_offers"

MOST = 200
"""Offers of one run; the next one goes on."""


def schedules() -> tuple[Schedule, ...]:
    """Give what is done by the clock."""
    return (
        Schedule(ACCEPT_OFFERS, RelTime.of(seconds=10), accept_offers),
        Schedule(ADOPT_OFFERS, RelTime.of(minutes=2), adopt_offers),
        *expiry.schedules(),
    )


async def accept_offers(session: WriteSession, now: Timestamp) -> None:
    """Decide on offers that are due."""
    await decide_due(session, now, MOST)


async def adopt_offers(session: WriteSession, now: Timestamp) -> None:
    """Take up offers that were made before a treasury's history begins."""
    await adopt_unseen(session, now, MOST)

"""Has offers taken back by the clock when nobody can accept them any more."""

from __future__ import annotations

from uuid import UUID, uuid4

from cantata.automation import repository as intents
from cantata.automation.schedules.runner import Schedule
from cantata.exchange.policy.accepting import LOST, pause
from cantata.exchange.repository import expired
from cantata.exchange.wishes import take_back_wish
from cantata.ingestion.repository import load_cursor
from cantata.kernel.time import RelTime, Timestamp
from cantata.storage.session import WriteSession

END_OFFERS = "exchange.end_offers"
REQUESTER = f"schedule:{END_OFFERS}"

MOST = 200
"""Offers of one run; the next one goes on."""

PAUSE_MAX = RelTime.of(minutes=15)
"""How long it takes at most until it is tried again after a failure."""


def schedules() -> tuple[Schedule, ...]:
    """Give what is done by the clock."""
    return (Schedule(END_OFFERS, RelTime.of(seconds=30), end_offers),)


async def end_offers(session: WriteSession, now: Timestamp) -> None:
    """Ask for expired offers to be taken back, one intent at a time for each.

    Expired is what the ledger's time has passed: nobody can accept it any more.
    """
    reached = (await load_cursor(session)).record_time
    if reached is None:
        return
    for each in await expired.due(session, reached, now, MOST):
        found, number = each.withdrawal, each.tries + 1
        wish = take_back_wish(REQUESTER, f"{found.id}:{number}", found)
        await intents.record(session, wish, uuid4(), now, "")
        await expired.plan(session, found.id, number, now + LOST)


async def ended(session: WriteSession, identity: UUID, now: Timestamp) -> None:
    """Have an offer that still waits asked back again, after a pause that grows with the tries."""
    tries = await expired.tries(session, identity)
    await expired.plan(session, identity, tries, now + min(pause(tries), PAUSE_MAX))

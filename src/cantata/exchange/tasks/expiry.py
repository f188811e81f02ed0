"""Has offers taken back by the clock when nobody can accept them any more."""

from __future__ import annotations

from uuid import uuid4

from cantata.automation import repository as intents
from cantata.automation.schedules.runner import Schedule
from cantata.exchange.repository import withdrawals
from cantata.exchange.wishes import take_back_wish
from cantata.ingestion.repository import load_cursor
from cantata.kernel.time import RelTime, Timestamp
from cantata.storage.session import WriteSession

END_OFFERS = "exchange.end_offers"

MOST = 200
"""Offers of one run; the next one goes on."""

_HOUR = len("2026-01-01T00")


def schedules() -> tuple[Schedule, ...]:
    """Give what is done by the clock."""
    return (Schedule(END_OFFERS, RelTime.of(seconds=30), end_offers),)


async def end_offers(session: WriteSession, now: Timestamp) -> None:
    """Ask for expired offers to be taken back; for one whose intent failed again in an hour.

    Expired is what the ledger's time has passed: nobody can accept it any more.
    """
    reached = (await load_cursor(session)).record_time
    if reached is None:
        return
    asked = (f"schedule:{END_OFFERS}", f":{str(now)[:_HOUR]}")
    requester, suffix = asked
    for found in await withdrawals.expired(session, reached, asked, MOST):
        wish = take_back_wish(requester, f"{found.id}{suffix}", found)
        await intents.record(session, wish, uuid4(), now, "")

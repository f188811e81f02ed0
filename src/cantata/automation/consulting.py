"""Asks those who have to be asked before an attempt, outside of any transaction, within a time."""

from __future__ import annotations

import asyncio
from typing import Any

from cantata.automation.errors import ConsultTimedOut
from cantata.automation.handler import Consults, Handler, Plan, Prepares
from cantata.automation.model import CONSULT_MAX, Intent
from cantata.kernel.time import RelTime, Timestamp
from cantata.storage.session import WriteSession


async def consulted(
    handler: Handler, intent: Intent, now: Timestamp, most: RelTime = CONSULT_MAX
) -> Any:
    """Give what a handler found out for an attempt; None of kinds that ask nobody.

    Raise ConsultTimedOut when that takes too long.
    """
    if not isinstance(handler, Consults):
        return None
    limit = asyncio.timeout(most.microseconds / 1_000_000)
    try:
        async with limit:
            return await handler.consult(intent, now)
    except TimeoutError:
        if limit.expired():
            raise ConsultTimedOut(most) from None
        raise


async def planned(
    session: WriteSession, handler: Handler, intent: Intent, found: Any, now: Timestamp
) -> Plan:
    """Have an intent prepared, with what was found out for it."""
    if isinstance(handler, Consults):
        return await handler.prepare_with(session, intent, found, now)
    assert isinstance(handler, Prepares), intent.wish.kind
    return await handler.prepare(session, intent, now)

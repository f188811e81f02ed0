"""What an operator does to the whole exchange: lets it pay again only when that is safe."""

from __future__ import annotations

from collections.abc import Iterable

from cantata.exchange.model.decisions import By
from cantata.exchange.model.treasury import RECORD_TTL, RECORD_TTL_MAX, ListedInstrument
from cantata.exchange.policy.withdrawals import SKEW
from cantata.exchange.repository import listings, treasuries
from cantata.exchange.service.auditing import note
from cantata.kernel.time import Clock, RelTime, Timestamp
from cantata.observability.events import events
from cantata.storage.session import WriteSession

_log = events("exchange")


class Operations:
    """The use cases of operators."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def restored(
        self, session: WriteSession, by: By, within: RelTime | None = None
    ) -> Timestamp:
        """Let no treasury pay until everything is ingested that a lost database may have sent.

        To be done before anything runs on a database that was restored. Give the record time that
        has to be passed: now, and the longest time that a payment may take to be recorded; with
        `within`, that of policies that were in force and are lost. It never becomes an earlier one.
        """
        listed = (await listings.every(session)).values()
        after = self._clock.now() + (within or longest(listed)) + SKEW
        await treasuries.secure(session, after)
        await note(session, by, "restored", "treasuries", self._clock.now(), safe_after=str(after))
        _log.warning("treasuries.secured", safe_after=str(after))
        return after


def longest(listed: Iterable[ListedInstrument]) -> RelTime:
    """Give the longest time that a payment may take to be recorded, by the policies."""
    times = [min(each.policy.record_ttl, RECORD_TTL_MAX) for each in listed]
    return max(times, default=RECORD_TTL)

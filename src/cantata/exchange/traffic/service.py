"""Watches the traffic, and pauses all submissions of the exchange while it is low.

A participant without traffic sends nothing, and each attempt that fails costs more of it. So what
is left is not spent to the end by payments that could wait.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from cantata.automation.errors import NotNow
from cantata.automation.schedules.runner import Job
from cantata.exchange.traffic import repository
from cantata.exchange.traffic.model import Level
from cantata.exchange.traffic.scan import Scan
from cantata.ingestion.repository import load_cursor
from cantata.kernel.time import Clock, RelTime, Timestamp
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.storage.database import Database
from cantata.storage.session import ReadSession

NAME = "exchange.traffic"
EVERY = RelTime.of(seconds=30)

STALE = RelTime.of(minutes=10)
"""How long what was known of the traffic counts."""

_log = events("exchange")


class TrafficWatch:
    """Asks how much traffic the participant has, and tells all processes."""

    def __init__(
        self,
        database: Database,
        scan: Scan,
        participant: Callable[[], Awaitable[str]],
        reserve: int,
        clock: Clock,
    ) -> None:
        self._database = database
        self._scan = scan
        self._participant = participant
        self._reserve = reserve
        self._clock = clock

    async def run(self) -> Level | None:
        """Ask once; None before anything was ingested. Raise TrafficUnknown, and change nothing."""
        async with self._database.read() as session:
            synchronizer = (await load_cursor(session)).synchronizer_id
            before = await repository.level(session)
        if not synchronizer:
            return None
        found = await self._scan.allowance(synchronizer, await self._participant())
        level = Level(
            remaining=found.remaining, reserve=self._reserve, checked_at=self._clock.now()
        )
        async with self._database.write() as session:
            await repository.save(session, level)
        _tell(before, level)
        return level


async def require_traffic(session: ReadSession, now: Timestamp) -> None:
    """Let submissions wait while little traffic is left; they go on by themselves.

    What was known long ago says nothing any more: then the ledger's refusals have to do.
    """
    level = await repository.level(session)
    if level is not None and level.is_low and now < level.checked_at + STALE:
        raise NotNow(
            f"{level.remaining} bytes of traffic are left, less than the reserve {level.reserve}",
            hint="buy traffic for the participant, or lower CANTATA_TRAFFIC_RESERVE",
        )


def watching(watch: TrafficWatch, every: RelTime = EVERY) -> Job:
    """Give the job that watches by the clock."""

    async def run() -> None:
        await watch.run()

    return Job(NAME, every, run)


def _tell(before: Level | None, now: Level) -> None:
    was_low = before is not None and before.is_low
    if now.is_low and not was_low:
        metrics.ALARMS.labels("traffic_low").inc()
        _log.error("traffic.low", remaining=now.remaining, reserve=now.reserve)
    elif was_low and not now.is_low:
        _log.info("traffic.enough", remaining=now.remaining)

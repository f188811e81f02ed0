"""The ledger of these tests: a sandbox that is killed, and whose answers are disturbed on purpose.

It is a process of the test's own, on one port and one file for all of its lives; the platform
reaches it as it would reach a participant.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from cantata.kernel.time import RelTime
from cantata.ledger.breaker import BreakerSettings
from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings
from cantata.ops.ports import free_port
from cantata.testing.server import (
    Contention,
    CutStream,
    Delay,
    DeliverTwice,
    DropAnswer,
    Fault,
    Sandbox,
    Unavailable,
)
from cantata.testing.server.http import SandboxRefused
from tests.faults.server.life import Life
from tests.integration.world import USER

SUBMISSIONS = "/v2/commands"
UPDATES = "/v2/updates"
FAULT_TTL = RelTime.of(seconds=5)
PAUSE_SECONDS_MAX = 1.5
ALWAYS = BreakerSettings(failures=1_000_000)
"""Wallets ask on, whatever went wrong before."""

WEATHER: Mapping[str, tuple[str, tuple[Fault, ...]]] = {
    "lost": (SUBMISSIONS, (DropAnswer(),)),
    "late": (SUBMISSIONS, (Delay(400), Delay(1_500))),
    "refused": (SUBMISSIONS, (Contention(), Unavailable())),
    "cut": (UPDATES, (CutStream(0), CutStream(3), Unavailable())),
    "duplicated": (UPDATES, (DeliverTwice(),)),
}
"""What may go wrong with answers: a lost one is that of a command that was recorded."""


class Ledger:
    """A sandbox over all of its lives."""

    def __init__(self, folder: Path) -> None:
        self._store = folder / "ledger.db"
        self.port = free_port()
        self._life = self._begin()
        self._life.wait_until_ready()
        self.deaths = 0

    @property
    def url(self) -> str:
        """Where it is in all of its lives."""
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> LedgerClient:
        """Give a client of it; the caller closes it."""
        return LedgerClient(Settings(url=self.url, user_id=USER, breaker=ALWAYS))

    def control(self) -> Sandbox:
        """Give what disturbs it."""
        return Sandbox(self.url, self._life.participant_id, self._life.pid)

    def kill(self) -> None:
        """Kill it, and start it again on what it had recorded."""
        self._life.kill()
        self.deaths += 1
        self._life = self._begin()
        self._life.wait_until_ready()

    def stop(self) -> None:
        """End it in good order."""
        self._life.stop()

    def _begin(self) -> Life:
        return Life(self._store, "--port", str(self.port), "--control")


@contextmanager
def ledger(folder: Path) -> Iterator[Ledger]:
    """Run a ledger until the block ends."""
    started = Ledger(folder)
    try:
        yield started
    finally:
        started.stop()


async def storm(of: Ledger, chance: random.Random, seen: dict[str, int]) -> None:
    """Disturb answers at random until it is cancelled; count how often, by what.

    There is one disturbance at a time and calm between them, so that work gets on as well; each
    kind comes before any comes again.
    """
    coming: list[str] = []
    while True:
        await asyncio.sleep(chance.uniform(0.1, PAUSE_SECONDS_MAX))
        coming = coming or chance.sample(list(WEATHER), len(WEATHER))
        path, faults = WEATHER[coming[-1]]
        with suppress(OSError, SandboxRefused):
            if not await asyncio.to_thread(of.control().faults.active):
                fault, count = chance.choice(faults), chance.randint(1, 3)
                await asyncio.to_thread(_disturb, of, fault, path, count)
                name = coming.pop()
                seen[name] = seen.get(name, 0) + 1


def _disturb(of: Ledger, fault: Fault, path: str, count: int) -> None:
    of.control().faults.add(fault, path=path, count=count, ttl=FAULT_TTL)


async def calm(of: Ledger) -> None:
    """Let nothing go wrong any more."""
    await asyncio.to_thread(of.control().faults.clear)

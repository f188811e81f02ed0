"""Measure withdrawals (C1): `python -m bench c1 [WITHDRAWALS] [--holdings=N] [--quick]`.

One treasury with many holdings of log-normal sizes pays through the exchange's own slice: balance,
reservation, registry, shared submissions, ingestion, books. Beside it, on the same ledger and with
the same registry: the naive loop, and submitting alone. `--faults` measures no rate: 5 % of the
submissions fail or tell nothing and the worker is killed all the time; all must be paid once.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bench.a1.benchmark import build
from bench.a1.process import FOLDER, start_sandbox
from bench.c1 import ways
from bench.c1.meter import Cost, Meter
from bench.c1.world import World, founded, opened, tokens_working
from bench.conditions import conditions, updates_of
from bench.loop.platform import Platform
from cantata.bootstrap import handlers
from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings
from cantata.observability import events
from cantata.storage import migrate
from cantata.storage.database import Database
from cantata.storage.embedded import EmbeddedServer
from cantata.storage.settings import DatabaseSettings

HOLDINGS = 10_000
WITHDRAWALS = 2_000
IN_FLIGHT = 64
TOGETHER = 16
NAIVE = 10
RAW = 400
"""Payments of the others that are measured."""

FAULTS = 0.05
TIMES_GOAL = {10_000: 10, 100_000: 100}


def main(arguments: list[str]) -> int:
    """Measure and print; nothing else should use the machine meanwhile."""
    count = updates_of(arguments, WITHDRAWALS)
    named = [each for each in arguments if each.startswith("--holdings=")]
    holdings = int(named[0].partition("=")[2]) if named else HOLDINGS
    FOLDER.mkdir(parents=True, exist_ok=True)
    events.configure("error")
    print(conditions())
    with (
        tempfile.TemporaryDirectory(prefix="cantata-bench-", ignore_cleanup_errors=True) as name,
        EmbeddedServer(Path(name) / "data") as server,
        start_sandbox(build(), Path(name) / "ledger.db") as sandbox,
    ):
        Path(name).chmod(0o755)
        meter = Meter(Platform("", server.url, {"sandbox": sandbox.process.pid}))
        database = DatabaseSettings(url=server.url, application="bench", connections_max=20)
        migrate.upgrade(database)
        url = f"http://127.0.0.1:{sandbox.port}"
        faulty = "--faults" in arguments
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_measured(database, url, meter, Size(holdings, count, faulty)))


@dataclass(frozen=True, slots=True)
class Size:
    """How many holdings there are, how many payments are made, and whether there are faults."""

    holdings: int
    payments: int
    is_faulty: bool


async def _measured(settings: DatabaseSettings, url: str, meter: Meter, size: Size) -> int:
    async with (
        Database(settings) as database,
        LedgerClient(Settings(url=url, user_id="bench")) as ledger,
    ):
        async with tokens_working(database, ledger):
            world = await founded(database, ledger, size.holdings)
            await world.ingested()
        print(f"{size.holdings} holdings of one treasury; {conditions()}")
        peers = {} if size.is_faulty else await _peers(world, meter, size.payments)
        async with tokens_working(database, ledger):
            await world.ingested()
            account = await opened(world)
        before = await ways.total(world, world.wallet)
        faults = ways.Faults(ledger.commands, FAULTS) if size.is_faulty else None
        found = await ways.ours(world, account, size.payments, IN_FLIGHT, faults, meter)
        _print(found, size, peers)
        done, amount = await ways.paid(world)
        is_exact = await ways.total(world, world.wallet) - before == amount
        print(f"{done} of {size.payments} paid; what arrived is what was paid: {is_exact}")
        return int(done != size.payments or not is_exact)


async def _peers(world: World, meter: Meter, count: int) -> dict[str, Cost]:
    """Measure the others, and print them."""
    raw = min(count, RAW)
    async with handlers.registries(world.database) as clients:
        registry = clients.at(world.registry_url)
        found = {
            "naive": await ways.naive(world, registry, meter, NAIVE),
            "submitting alone": await ways.raw(world, registry, meter, raw, IN_FLIGHT),
            f"submitting alone, {TOGETHER} together": await ways.raw(
                world, registry, meter, raw, IN_FLIGHT, TOGETHER
            ),
        }
    for name, cost in found.items():
        print(f"{name}: {cost}")
    return found


def _print(found: ways.Ours, size: Size, peers: Mapping[str, Cost]) -> None:
    print(f"asked for: {found.asking}")
    print(f"paid and seen: {found.paying}")
    shared = size.payments / found.submissions
    print(
        f"{found.submissions} submissions, {shared:.1f} payments each;"
        f" refused: {dict(found.refused)}; attempts at most {found.attempts_max}"
    )
    for name, other in peers.items():
        wall, processor = other.seconds / found.paying.seconds, other.cpu / found.paying.cpu
        goal = f" (goal {TIMES_GOAL.get(size.holdings, '-')})" if name == "naive" else ""
        print(f"{wall:.2f} x {name} by the clock, {processor:.2f} x by the processor{goal}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Measure how fast the ledger's history gets into the database; each way in the same run.

`python -m bench.ingestion.benchmark` takes turns with the peers, and prints ratios; with `flat` it
grows the history to a million events and compares its beginning with its end. QUICK=1 makes
either short.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from bench.conditions import conditions
from bench.ingestion.cost import Cost, measured, postmaster_of
from bench.ingestion.peers import TABLES, naive, query_store
from bench.ingestion.recorded import Recorded, ingest
from bench.ingestion.workload import EVENTS, PARTIES_MAX, updates
from cantata.ingestion.service import Ingester
from cantata.kernel.collector import relax_collector
from cantata.storage import migrate
from cantata.storage.database import Database, plain_url
from cantata.storage.embedded import EmbeddedServer
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.projection.contracts import ContractsProjection
from cantata.tokens.projection.holdings import HoldingsProjection

QUICK = bool(os.environ.get("QUICK"))
ROUNDS = 3 if QUICK else 7
NAIVE, STORE, OURS = (300, 2_000, 4_000) if QUICK else (1_000, 6_000, 10_000)
"""Updates of one turn."""

PART = 2_000 if QUICK else 25_000
HISTORY = 20_000 if QUICK else 250_000
"""Updates of a part of the history, and of all of it."""

TIMES_NAIVE, TIMES_STORE, FLAT_MAX = 8, 1.5, 1.5
UNMOVED = """SELECT (SELECT sum(delta) FROM movements)
- (SELECT sum(amount) FROM holdings WHERE archived_offset IS NULL)"""
WAYS = ("a row at a time", "a JSONB row per event", "ours")


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for."""
    print(conditions())
    with (
        tempfile.TemporaryDirectory(prefix="cantata-bench-") as folder,
        EmbeddedServer(Path(folder) / "data") as server,
    ):
        settings = DatabaseSettings(url=server.url, application="bench", statement_ms=60_000)
        migrate.upgrade(settings)
        postmaster = postmaster_of(Path(folder) / "data")
        relax_collector()
        if "flat" in arguments:
            return asyncio.run(_flat(settings, postmaster))
        with psycopg.connect(plain_url(settings.url), autocommit=True) as connection:
            connection.execute(TABLES)
            return asyncio.run(_compare(settings, connection, postmaster))


async def _compare(
    settings: DatabaseSettings, connection: psycopg.Connection[Any], postmaster: int
) -> int:
    """Take turns: each round each way, each goes on in its own history."""
    rounds: list[tuple[Cost, Cost, Cost]] = []
    async with Database(settings) as database:
        ingester = await _begun(database)
        await ingest(ingester, Recorded(list(updates(1, PARTIES_MAX)), 0))
        for number in range(ROUNDS):
            begin = PARTIES_MAX + 1
            slow = list(updates(begin + number * NAIVE, NAIVE))
            stored = list(updates(begin + number * STORE, STORE))
            first_of_mine = begin + number * OURS
            mine = Recorded(list(updates(first_of_mine, OURS)), first_of_mine - 1)
            with measured(postmaster) as first:
                naive(connection, slow)
            with measured(postmaster) as second:
                query_store(connection, stored)
            with measured(postmaster) as third:
                await ingest(ingester, mine)
            rounds.append((first, second, third))
        await _prove(database, PARTIES_MAX + ROUNDS * OURS)
    for place, (name, count) in enumerate(zip(WAYS, (NAIVE, STORE, OURS), strict=True)):
        _print(name, [each[place] for each in rounds], count)
    reached = True
    for place, count, goal in ((0, NAIVE, TIMES_NAIVE), (1, STORE, TIMES_STORE)):
        wall = [_ratio(each, place, count, _wall) for each in rounds]
        work = [_ratio(each, place, count, _processor) for each in rounds]
        print(f"ours to {WAYS[place]}: by the clock {_spread(wall)}, ", end="")
        print(f"of processor time {_spread(work)} (goal {goal})")
        reached &= median(wall) >= goal
    return 0 if reached else 1


async def _flat(settings: DatabaseSettings, postmaster: int) -> int:
    """Grow the history; compare what follows its first part with its end."""
    parts: list[Cost] = []
    async with Database(settings) as database:
        ingester = await _begun(database)
        for done in range(0, HISTORY, PART):
            part = Recorded(list(updates(done + 1, PART)), done)
            with measured(postmaster) as cost:
                await ingest(ingester, part)
            parts.append(cost)
            _print(f"up to {(done + PART) * EVENTS:,} events", [cost], PART)
        await _prove(database, HISTORY)
    wall, work = (_growth([of(each) for each in parts]) for of in (_wall, _processor))
    print(f"an update at the end takes {wall:.2f} x by the clock, {work:.2f} x of processor time")
    print(f"(goal <= {FLAT_MAX})")
    return 0 if work <= FLAT_MAX else 1


async def _begun(database: Database) -> Ingester:
    ingester = Ingester(database, [HoldingsProjection(), ContractsProjection()])
    await ingester.begin()
    return ingester


async def _prove(database: Database, count: int) -> None:
    """Count what must be there: two new holdings an update, one used up, no amount lost."""
    async with await psycopg.AsyncConnection.connect(plain_url(database.settings.url)) as asked:
        for query, wanted in (
            ("SELECT count(*) FROM ingestion_updates", count),
            ("SELECT count(*) FROM holdings", 2 * count),
            (
                "SELECT count(*) FROM holdings WHERE archived_offset IS NOT NULL",
                count - PARTIES_MAX,
            ),
            (UNMOVED, 0),
        ):
            row = await (await asked.execute(query)).fetchone()
            assert row is not None, query
            assert row[0] == wanted, (query, row[0], wanted)


def _ratio(
    turns: tuple[Cost, Cost, Cost], place: int, count: int, of: Callable[[Cost], float]
) -> float:
    return (of(turns[place]) / count) / (of(turns[2]) / OURS)


def _growth(parts: Sequence[float]) -> float:
    """Compare the last two parts with the two after the first, which begins with nothing."""
    return sum(parts[-2:]) / sum(parts[1:3])


def _wall(cost: Cost) -> float:
    return cost.wall


def _processor(cost: Cost) -> float:
    return cost.processor


def _spread(values: Sequence[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f}..{max(values):.2f})"


def _print(name: str, costs: Sequence[Cost], count: int) -> None:
    wall = median(cost.rates(count)[0] for cost in costs)
    work = median(cost.rates(count)[1] for cost in costs)
    client = median(cost.client for cost in costs) / count * 1e6
    server = median(cost.server for cost in costs) / count * 1e6
    print(
        f"{name:26} {wall:8,.0f} updates/s {wall * EVENTS:8,.0f} events/s by the clock;"
        f" {work:8,.0f} updates/s of processor time ({client:.0f} + {server:.0f} us each)"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Measure how fast the ledger's history gets into the database; each way in the same run.

`python -m bench.ingestion.benchmark` measures up to a million events; with QUICK=1 in seconds.
A report counts only while the machine does nothing else.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import msgspec
import psycopg

from bench.ingestion.peers import TABLES, naive, query_store
from bench.ingestion.workload import EVENTS, updates
from cantata.ingestion.model import BATCH_MAX
from cantata.ingestion.service import Ingester
from cantata.ledger.decoding import Fields
from cantata.ledger.model.updates import update
from cantata.storage import migrate
from cantata.storage.database import Database, plain_url
from cantata.storage.embedded import EmbeddedServer
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.projection.contracts import ContractsProjection
from cantata.tokens.projection.holdings import HoldingsProjection

QUICK = bool(os.environ.get("QUICK"))
NAIVE, STORE, OURS = (500, 2_000, 4_000) if QUICK else (4_000, 20_000, 25_000)
HISTORY = 10_000 if QUICK else 250_000
"""Updates up to which the history grows; the last part is measured again."""

TIMES_NAIVE, TIMES_STORE, FLAT_MAX = 8, 1.5, 1.5


def main() -> None:
    """Run everything and print the ratios."""
    with (
        tempfile.TemporaryDirectory(prefix="cantata-bench-") as folder,
        EmbeddedServer(Path(folder) / "data") as server,
    ):
        settings = DatabaseSettings(url=server.url, application="bench", statement_ms=60_000)
        migrate.upgrade(settings)
        with psycopg.connect(plain_url(settings.url), autocommit=True) as connection:
            connection.execute(TABLES)
            slow = _rate(NAIVE, lambda: naive(connection, list(updates(1, NAIVE))))
            texts = list(updates(1, STORE))
            store = _rate(STORE, lambda: query_store(connection, texts))
        first, last = asyncio.run(_ours(settings))
    _print("a row at a time", slow)
    _print("a JSONB row per event", store)
    _print("ours, at the beginning", first)
    _print(f"ours, after {HISTORY * EVENTS:,} events", last)
    ratios = (first / slow, first / store, first / last)
    print(f"{ratios[0]:.1f} x naive (goal {TIMES_NAIVE}), {ratios[1]:.2f} x JSONB rows", end=" ")
    print(f"(goal {TIMES_STORE}), {ratios[2]:.2f} x slower at the end (goal <= {FLAT_MAX})")


async def _ours(settings: DatabaseSettings) -> tuple[float, float]:
    """Ingest the history; give updates per second of its first and of its last part."""
    async with Database(settings) as database:
        ingester = Ingester(database, [HoldingsProjection(), ContractsProjection()])
        await ingester.begin()
        first = await _part(ingester, 1, OURS)
        done = OURS
        last = first
        while done < HISTORY:
            last = await _part(ingester, done + 1, OURS)
            done += OURS
        return first, last


async def _part(ingester: Ingester, begin: int, count: int) -> float:
    """Decode and ingest some updates from their text."""
    texts = list(updates(begin, count))
    start = perf_counter()
    for at in range(0, count, BATCH_MAX):
        chunk = [update(Fields(msgspec.json.decode(text))) for text in texts[at : at + BATCH_MAX]]
        await ingester.apply(chunk)
    return count / (perf_counter() - start)


def _rate(count: int, work: Callable[[], None]) -> float:
    start = perf_counter()
    work()
    return count / (perf_counter() - start)


def _print(name: str, rate: float) -> None:
    print(f"{name:32} {rate:10,.0f} updates/s {rate * EVENTS:10,.0f} events/s")


if __name__ == "__main__":
    main()

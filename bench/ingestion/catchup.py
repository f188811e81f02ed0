"""Measure catching up with a running ledger: its stream over WebSocket into an empty database.

`python -m bench.ingestion.catchup [TRANSFERS]` makes a history of direct transfers by the token
package's own choices, then ingests all of it with what `cantata ingest run` is made of.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bench.a1.benchmark import build
from bench.a1.market import Market
from bench.a1.process import FOLDER, Generator, Server, start_sandbox
from bench.conditions import conditions
from bench.ingestion.cost import measured, postmaster_of
from cantata.bootstrap import ingesting
from cantata.ingestion.repository import positions
from cantata.kernel.collector import relax_collector
from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings
from cantata.storage import migrate
from cantata.storage.database import Database
from cantata.storage.embedded import EmbeddedServer
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.reconciliation.model import Report

TRANSFERS, PARTIES, IN_FLIGHT = 5_000, 100, 16
SUBMIT = "/v2/commands/submit-and-wait"
LOOK_SECONDS = 0.01


def main(arguments: Sequence[str]) -> int:
    """Make the history, ingest it, and hold what came of it against the ledger."""
    transfers = int(arguments[0]) if arguments else TRANSFERS
    print(conditions())
    FOLDER.mkdir(parents=True, exist_ok=True)
    store = Path(tempfile.mkdtemp(prefix="cantata-bench-ledger-")) / "ledger.db"
    relax_collector()
    try:
        with start_sandbox(build(), store) as ledger, Generator() as generator:
            market = Market(ledger, generator, parties=PARTIES, holdings=transfers)
            generator.send(ledger.port, SUBMIT, market.direct(transfers), IN_FLIGHT)
            report = _into_database(ledger, market.end())
    finally:
        shutil.rmtree(store.parent)
    print(f"reconciled: {report.compared} contracts, {report.count} differences")
    return 0 if report.is_clean else 1


def _into_database(ledger: Server, end: int) -> Report:
    with (
        tempfile.TemporaryDirectory(prefix="cantata-bench-") as folder,
        EmbeddedServer(Path(folder) / "data") as server,
    ):
        settings = DatabaseSettings(url=server.url, application="bench", statement_ms=60_000)
        migrate.upgrade(settings)
        postmaster = postmaster_of(Path(folder) / "data")
        return asyncio.run(_catch_up(settings, ledger, postmaster, end))


async def _catch_up(
    settings: DatabaseSettings, server: Server, postmaster: int, end: int
) -> Report:
    chosen = Settings(url=f"http://127.0.0.1:{server.port}", user_id="cantata")
    async with Database(settings) as database, LedgerClient(chosen) as ledger:
        before = server.cpu()
        with measured(postmaster) as cost:
            running = asyncio.create_task(ingesting.runner(settings, database, ledger).run())
            while True:
                assert not running.done(), running.exception()
                async with database.read() as session:
                    if (await positions(session)).cursor.offset >= end:
                        break
                await asyncio.sleep(LOOK_SECONDS)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        print(
            f"{end:,} updates in {cost.wall:.1f} s, {end / cost.wall:,.0f} a second by the clock;"
            f" processor seconds: ingestion {cost.client:.1f}, database {cost.server:.1f},"
            f" ledger {server.cpu() - before:.1f}"
        )
        return await ingesting.reconciler(database, ledger).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

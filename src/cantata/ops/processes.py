"""The processes of Cantata: a worker, and ingestion; each ends well when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import uvicorn

from cantata import bootstrap
from cantata.automation import repository
from cantata.automation.signers import configured
from cantata.bootstrap import World
from cantata.config import Settings
from cantata.kernel.time import SystemClock
from cantata.observability.events import events
from cantata.ops.ports import listen
from cantata.ops.signals import on_end
from cantata.storage import migrate, outbox
from cantata.storage.database import Database
from cantata.storage.errors import DatabaseUnavailable
from cantata.storage.listening import Bell
from cantata.storage.settings import DatabaseSettings

Ready = Callable[[int], None]
DRAIN_SECONDS = 35
"""How long requests that wait for an operation may take after the end was told."""

LOOK_MS = 500
LOOKS_MAX = 40
"""A database that does not answer yet is asked so often before a process gives up."""


async def work(settings: Settings, stored: DatabaseSettings, name: str) -> None:
    """Carry intents to the ledger, deliver news, and ask by the clock for more, until told to end.

    What is in flight is finished then.
    """
    await _require_current(stored)
    bell, news = Bell(stored, repository.CHANNEL), Bell(stored, outbox.CHANNEL)
    hooks = bootstrap.webhook_settings(settings)
    async with (
        Database(stored) as database,
        bootstrap.ledger_client(settings) as ledger,
        hooks.sender() as sender,
    ):
        signers = configured(settings.signers)
        worker = bootstrap.worker(database, ledger, bell, name, signers)
        events("worker").info("worker.started", worker=name, ledger=settings.ledger_url)
        scheduler = bootstrap.scheduler(settings, database, ledger)
        deliverer = hooks.deliverer(database, sender, SystemClock(), name)

        def stop() -> None:
            worker.stop()
            scheduler.stop()
            deliverer.stop()

        with on_end(stop):
            working = asyncio.gather(worker.run(), scheduler.run(), deliverer.run(news))
            await _beside(working, asyncio.gather(bell.listen(), news.listen()))
    events("worker").info("worker.stopped", worker=name)


async def serve(
    settings: Settings, stored: DatabaseSettings, host: str, port: int, ready: Ready | None = None
) -> None:
    """Answer HTTP requests until told to end; those under way are answered then.

    `ready` is called with the port that is listened on; raise PortInUse if it cannot be had.
    """
    listening = listen("the API", host, port, "choose another port with --port or CANTATA_PORT")
    await _require_current(stored)
    async with Database(stored) as database, bootstrap.ledger_client(settings) as ledger:
        world = World(
            settings=settings,
            stored=stored,
            database=database,
            ledger=ledger,
            clock=SystemClock(),
        )
        key = await bootstrap.found_platform(world)
        if key is not None:
            events("api").info("admin.key_made", path=str(key))
        events("api").info("api.started", host=host, port=port, ledger=settings.ledger_url)
        config = uvicorn.Config(
            bootstrap.application(world),
            log_config=None,
            access_log=False,
            # Which proxies are believed is a setting, and read by the application itself.
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
        server = uvicorn.Server(config)
        if ready is not None:
            ready(listening.getsockname()[1])
        await server.serve(sockets=[listening])
    events("api").info("api.stopped")


async def ingest(settings: Settings, stored: DatabaseSettings) -> None:
    """Bring the database up with the ledger until told to end; a batch is never left half-done."""
    await _require_current(stored)
    async with Database(stored) as database, bootstrap.ledger_client(settings) as ledger:
        running = asyncio.ensure_future(bootstrap.runner(stored, database, ledger).run())
        events("ingestion").info("ingestion.started", ledger=settings.ledger_url)
        with on_end(running.cancel), suppress(asyncio.CancelledError):
            await running
    events("ingestion").info("ingestion.stopped")


async def _require_current(stored: DatabaseSettings) -> None:
    """Require our schema; wait for a database that is only just starting, but not for ever."""
    for look in range(1, LOOKS_MAX + 1):
        try:
            await asyncio.to_thread(migrate.require_current, stored)
        except DatabaseUnavailable as error:
            if look == LOOKS_MAX:
                raise
            if look == 1:
                events("storage").warning("database.awaited", message=error.message)
            await asyncio.sleep(LOOK_MS / 1_000)
        else:
            return


async def _beside(main: Awaitable[Any], helper: Awaitable[Any]) -> None:
    """Run something beside the main thing; end, or fail, with either."""
    helping = asyncio.ensure_future(helper)
    running = asyncio.ensure_future(main)
    try:
        await asyncio.wait((running, helping), return_when=asyncio.FIRST_COMPLETED)
        if helping.done():
            helping.result()
        await running
    finally:
        for job in (helping, running):
            job.cancel()
        await asyncio.gather(helping, running, return_exceptions=True)

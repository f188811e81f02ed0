"""The process of a worker."""

from __future__ import annotations

import asyncio

from cantata.automation import repository
from cantata.automation.signers import configured
from cantata.bootstrap import connections, handlers, working
from cantata.config import Settings
from cantata.kernel.time import SystemClock
from cantata.observability.events import events
from cantata.ops.processes.common import beside, require_current
from cantata.ops.processes.telling import telling
from cantata.ops.signals import on_end
from cantata.storage import outbox
from cantata.storage.database import Database
from cantata.storage.listening import Bell
from cantata.storage.settings import DatabaseSettings


async def work(settings: Settings, stored: DatabaseSettings, name: str) -> None:
    """Carry intents to the ledger, deliver news, and ask by the clock for more, until told to end.

    What is in flight is finished then.
    """
    await require_current(stored)
    bell, news = Bell(stored, repository.CHANNEL), Bell(stored, outbox.CHANNEL)
    hooks = handlers.webhook_settings(settings)
    async with (
        telling("worker", settings.metrics_port),
        Database(stored) as database,
        connections.ledger_client(settings) as ledger,
        hooks.sender() as sender,
    ):
        signers = configured(settings.signers)
        worker = working.worker(database, ledger, bell, name, signers)
        events("worker").info("worker.started", worker=name, ledger=settings.ledger_url)
        scheduler = working.scheduler(settings, database, ledger)
        deliverer = hooks.deliverer(database, sender, SystemClock(), name)

        def stop() -> None:
            worker.stop()
            scheduler.stop()
            deliverer.stop()

        with on_end(stop):
            busy = asyncio.gather(worker.run(), scheduler.run(), deliverer.run(news))
            await beside(busy, asyncio.gather(bell.listen(), news.listen()))
    events("worker").info("worker.stopped", worker=name)

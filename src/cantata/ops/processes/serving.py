"""The process of the API."""

from __future__ import annotations

from collections.abc import Callable

import uvicorn

from cantata.bootstrap import connections, serving
from cantata.bootstrap.connections import World
from cantata.config import Settings
from cantata.kernel.time import SystemClock
from cantata.observability.events import events
from cantata.ops.ports import listen
from cantata.ops.processes.common import require_current
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings

Ready = Callable[[int], None]
DRAIN_SECONDS = 35
"""How long requests that wait for an operation may take after the end was told."""


async def serve(
    settings: Settings, stored: DatabaseSettings, host: str, port: int, ready: Ready | None = None
) -> None:
    """Answer HTTP requests until told to end; those under way are answered then.

    `ready` is called with the port that is listened on; raise PortInUse if it cannot be had.
    """
    listening = listen("the API", host, port, "choose another port with --port or CANTATA_PORT")
    await require_current(stored)
    async with Database(stored) as database, connections.ledger_client(settings) as ledger:
        world = World(
            settings=settings,
            stored=stored,
            database=database,
            ledger=ledger,
            clock=SystemClock(),
        )
        key = await serving.found_platform(world)
        if key is not None:
            events("api").info("admin.key_made", path=str(key))
        events("api").info("api.started", host=host, port=port, ledger=settings.ledger_url)
        config = uvicorn.Config(
            serving.application(world),
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

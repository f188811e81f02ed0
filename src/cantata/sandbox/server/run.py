"""Running the application on uvicorn until a signal ends it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn

from cantata.sandbox.server.app import Application
from cantata.sandbox.server.body import BODY_BYTES_MAX
from cantata.sandbox.server.protocol import bounded, sweep

DRAIN_SECONDS = 10
BACKLOG = 4_096


class Server(uvicorn.Server):
    """A server that tells when it listens, and returns after a signal instead of dying of it."""

    def __init__(
        self,
        config: uvicorn.Config,
        application: Application,
        ready: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._application = application
        self._ready = ready
        self._sweeping: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then tell."""
        await super().startup(sockets)
        if self.started:
            limits, connections = self._application.limits, self.server_state.connections
            sweeps = sweep(connections, limits), self._application.deadlines.sweep()
            self._sweeping = [asyncio.ensure_future(each) for each in sweeps]
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, let requests end, then close what is left."""
        for task in self._sweeping:
            task.cancel()
        self._application.node.commits.close()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let SIGINT and SIGTERM end the server in good order."""
        handled = (signal.SIGINT, signal.SIGTERM)
        before = {each: signal.signal(each, self.handle_exit) for each in handled}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def listen(host: str, port: int) -> socket.socket:
    """Give a listening socket; port 0 means any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    listening.listen(BACKLOG)
    listening.set_inheritable(False)
    return listening


def serve(application: Application, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve on a listening socket until SIGINT or SIGTERM."""
    config = uvicorn.Config(
        application,
        loop="uvloop",
        http=bounded(application.limits),
        ws="websockets-sansio",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws_max_size=BODY_BYTES_MAX,
        ws_per_message_deflate=False,
        timeout_keep_alive=application.limits.idle_seconds,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        backlog=BACKLOG,
    )
    Server(config, application, ready).run(sockets=[listening])

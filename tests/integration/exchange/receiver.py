"""A real HTTP server that receives webhooks, and answers as a test says."""

from __future__ import annotations

import json
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Keeps what it gets, in the order in which it comes.

    `answers` are statuses, taken one by one by path, 200 when none is left; `before` is called
    with each body before it is answered.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: defaultdict[str, list[int]] = defaultdict(list)
        self.before: Callable[[dict[str, Any]], None] = lambda _: None
        self.write: bytes = b"thanks"
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append(({**dict(self.headers), ":path": self.path}, body))
                outer.before(json.loads(body))
                waiting = outer.answers[self.path]
                status = waiting.pop(0) if waiting else 200
                with suppress(OSError):
                    self.send_response(status)
                    self.send_header("Location", f"{outer.url}/elsewhere")
                    self.end_headers()
                    self.wfile.write(outer.write)

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        scheme = "http"
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            scheme = "https"
        self.port = self._server.server_address[1]
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def names(self) -> list[str]:
        """What the news that came was called."""
        return [json.loads(body)["data"]["name"] for _, body in self.got]

    @property
    def ids(self) -> list[str]:
        """The deliveries that came."""
        return [headers["webhook-id"] for headers, _ in self.got]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def receiving(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver until the end of the block."""
    receiver = Receiver(context)
    try:
        yield receiver
    finally:
        receiver.close()

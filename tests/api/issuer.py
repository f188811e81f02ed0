"""An issuer of tokens on the loopback: it serves its public keys, well or badly."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc.jwk import Key, KeySet


class Issuer:
    """Serves a key set; `mode` is one of ok, drip, huge, garbage, error."""

    def __init__(self, *keys: Key) -> None:
        self.keys = list(keys)
        self.mode = "ok"
        self.url = ""
        self.fetched = 0

    def answer(self) -> tuple[int, bytes]:
        self.fetched += 1
        public = json.dumps(KeySet(self.keys).as_dict(private=False)).encode()
        return {
            "huge": (200, b" " * (4 << 20) + public),
            "garbage": (200, b"<html>"),
            "error": (500, b"no"),
        }.get(self.mode, (200, public))


@contextmanager
def serving(issuer: Issuer) -> Iterator[Issuer]:
    """Serve the keys of an issuer until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content = issuer.answer()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            try:
                if issuer.mode == "drip":
                    for at in range(len(content)):
                        self.wfile.write(content[at : at + 1])
                        time.sleep(0.5)
                else:
                    self.wfile.write(content)
            except OSError:
                return

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    issuer.url = f"http://127.0.0.1:{server.server_address[1]}/keys"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

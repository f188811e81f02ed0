"""Spans go to the collector that the settings name, and nowhere without one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from cantata.observability import sending, tracing
from cantata.observability.sending import CollectorUnusable, spans_sent
from cantata.observability.tracing import NoExporter, span

pytest.importorskip("opentelemetry.exporter.otlp.proto.http")


class Collector(HTTPServer):
    """Keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[tuple[str, bytes]] = []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Collector)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
    tracing.export_to(NoExporter())


def test_what_is_left_is_sent_at_the_end(collector: Collector) -> None:
    with (
        spans_sent(f"http://127.0.0.1:{collector.server_port}/", "cantata-worker"),
        span("", "automation.step", kind="tokens.mint"),
    ):
        pass
    ((path, body),) = collector.received
    assert path == "/v1/traces"
    assert b"cantata-worker" in body
    assert b"automation.step" in body


def test_nothing_is_sent_without_an_endpoint() -> None:
    with spans_sent(None, "cantata-worker"), span("", "automation.step") as header:
        assert header


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "LIBRARY", "opentelemetry.never_there")
    with pytest.raises(CollectorUnusable), spans_sent("http://127.0.0.1:1", "cantata-worker"):
        pytest.fail("it went on")

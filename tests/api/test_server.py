"""The program as such: start, answers to everything, stop."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.api.process import SANDBOX, Sandbox, running

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_health_needs_no_token(sandbox: Sandbox) -> None:
    live, ready = sandbox.get("/livez"), sandbox.get("/readyz")
    assert (live.status, live.content, live.content_type) == (200, b"", None)
    assert ready.text == "[+] ledger ok (SERVING)\nreadyz check passed\n"
    assert ready.content_type == "text/plain; charset=UTF-8"


@pytest.mark.parametrize(
    "path", ["/v2/version", "/v2/version/", "//v2//version", "/v2/version?x=1", "/v2/%76ersion"]
)
def test_version(sandbox: Sandbox, path: str) -> None:
    reply = sandbox.get(path)
    assert (reply.status, reply.content_type) == (200, "application/json")
    assert reply.json["version"].startswith("3.5.")
    assert reply.json["features"]["offsetCheckpoint"]["maxOffsetCheckpointEmissionDelay"] == {
        "seconds": 75,
        "nanos": 0,
        "unknownFields": {"fields": {}},
    }


@pytest.mark.parametrize("path", ["/v2/nosuch", "/", "/docs/nosuch", "/v2", "/v2/" + "x/" * 40])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_path(sandbox: Sandbox, method: str, path: str) -> None:
    reply = sandbox.request(method, path, headers={"Host": "ledger.example:1"})
    assert (reply.status, reply.content_type) == (404, "application/json")
    assert reply.json == {
        "errors": [f"HttpMethod({method}), uri: http://ledger.example:1{path}"],
        "status": 404,
        "ledgerApiError": None,
    }


@pytest.mark.parametrize(
    "method,path",
    [("PUT", "/v2/commands/submit-and-wait"), ("OPTIONS", "/v2/version"), ("POST", "/livez")],
)
def test_wrong_method(sandbox: Sandbox, method: str, path: str) -> None:
    reply = sandbox.request(method, path)
    assert (reply.status, reply.text) == (405, "Method Not Allowed")
    assert reply.content_type == "text/plain; charset=UTF-8"


def test_head_is_get_without_body(sandbox: Sandbox) -> None:
    reply = sandbox.request("HEAD", "/v2/version")
    assert (reply.status, reply.content, reply.content_type) == (200, b"", "application/json")
    assert sandbox.request("HEAD", "/v2/commands/submit-and-wait").status == 405


@pytest.mark.parametrize(
    "accept,status",
    [
        ("application/xml", 406),
        ("text/plain", 406),
        ("application/json", 200),
        ("text/html, application/*;q=0.5", 200),
        ("*/*", 200),
    ],
)
def test_accept(sandbox: Sandbox, accept: str, status: int) -> None:
    reply = sandbox.get("/v2/version", {"Accept": accept})
    assert reply.status == status
    if status == 406:
        assert (reply.content, reply.content_type) == (b"", None)


def test_documented_path_without_service(sandbox: Sandbox) -> None:
    reply = sandbox.get("/v2/traffic/accounts", {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
    assert reply.status == 501
    assert reply.json["code"] == "UNIMPLEMENTED"
    assert reply.json["errorCategory"] == 14
    assert reply.json["traceId"] == TRACE


def test_keeps_connections(sandbox: Sandbox) -> None:
    with socket.create_connection((sandbox.host, sandbox.port), 10) as connection:
        for _ in range(3):
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"200 OK" in connection.recv(4_096)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stops_in_good_order(tmp_path: Path, how: signal.Signals) -> None:
    with running(tmp_path) as started:
        assert started.get("/livez").status == 200
        assert started.stop(how) == 0
        assert started.process.stdout is not None
        assert started.process.stdout.read() == f"cantata sandbox is ready at {started.url}\n"
        assert started.process.stderr is not None
        assert started.process.stderr.read() == ""


def test_port_in_use_is_said(sandbox: Sandbox) -> None:
    command = [*SANDBOX, "--port", str(sandbox.port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("CANNOT_LISTEN: ")


def test_open_ledger_listens_on_loopback_only() -> None:
    command = [*SANDBOX, "--port", "0", "--host", "0.0.0.0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("NOT_LOOPBACK: ")


def test_description_names_every_route(sandbox: Sandbox) -> None:
    reply = sandbox.get("/docs/openapi")
    assert (reply.status, reply.content_type) == (200, "text/plain; charset=UTF-8")
    assert reply.text.startswith('openapi: "3.0.3"\n')
    assert '"/v2/state/ledger-end":' in reply.text
    assert sandbox.get("/docs/asyncapi").text.startswith('asyncapi: "2.6.0"\n')


def test_draining_finishes_what_was_begun(
    tmp_path_factory: pytest.TempPathFactory, sample: Sandbox
) -> None:
    with socket.create_connection((sample.host, sample.port), 10) as connection:
        connection.sendall(b"GET /v2/slow HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.settimeout(10)
        sample.process.send_signal(signal.SIGTERM)
        answer = connection.recv(4_096)
        assert b"200 OK" in answer
        assert json.dumps(answer.decode()).endswith('done"')
    assert sample.stop() == 0

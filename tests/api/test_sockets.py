"""WebSockets: handshake, one request frame, elements, errors, the end."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.api.process import Sandbox

AUTH = Subprotocol("daml.ws.auth")


def opened(sample: Sandbox, path: str = "/v2/numbers") -> ClientConnection:
    return connect(f"ws://{sample.host}:{sample.port}{path}", subprotocols=[AUTH])


def frames(connection: ClientConnection) -> Iterator[Any]:
    while True:
        try:
            yield json.loads(connection.recv(10))
        except ConnectionClosed:
            return


def ask(sample: Sandbox, request: Any, path: str = "/v2/numbers") -> tuple[list[Any], int | None]:
    with opened(sample, path) as connection:
        assert connection.subprotocol == AUTH
        connection.send(request if isinstance(request, str | bytes) else json.dumps(request))
        received = list(frames(connection))
        return received, connection.close_code


@pytest.mark.parametrize("count", [0, 1, 500])
@pytest.mark.parametrize("path", ["/v2/numbers", "/v2/numbers?limit=1", "//v2/numbers/"])
def test_elements_then_close(sample: Sandbox, count: int, path: str) -> None:
    received, code = ask(sample, {"count": count, "finite": True}, path)
    assert received == [{"number": number} for number in range(count)]
    assert code == 1_000


def test_binary_frame_counts_as_well(sample: Sandbox) -> None:
    received, _ = ask(sample, b'{"count": 1, "finite": true}')
    assert received == [{"number": 0}]


def test_later_frames_do_not_count(sample: Sandbox) -> None:
    with opened(sample) as connection:
        connection.send('{"count": 3}')
        connection.send('{"count": 9}')
        connection.send("{")
        assert [json.loads(connection.recv(5)) for _ in range(3)] == [
            {"number": number} for number in range(3)
        ]
        with pytest.raises(TimeoutError):
            connection.recv(0.3)


def test_refusal_is_a_frame(sample: Sandbox) -> None:
    received, code = ask(sample, {"count": 9, "refuseAt": 2})
    assert received[:2] == [{"number": 0}, {"number": 1}]
    assert received[2]["code"] == "OFFSET_AFTER_LEDGER_END"
    assert received[2]["errorCategory"] == 12
    assert (len(received), code) == (3, 1_000)


@pytest.mark.parametrize("frame", ["{not json", "", '{"count": "x"}', "[" * 50_000])
def test_malformed_request_frame(sample: Sandbox, frame: str) -> None:
    received, code = ask(sample, frame)
    (error,) = received
    assert error["code"] == "INVALID_ARGUMENT"
    assert error["cause"].startswith("Cannot decode frame: ")
    assert code == 1_000


def test_path_without_stream(sample: Sandbox) -> None:
    for path in ("/v2/nosuch", "/v2/echo"):
        with pytest.raises(InvalidStatus) as refused:
            opened(sample, path)
        response = refused.value.response
        assert response.status_code == 404
        assert json.loads(response.body or b"")["errors"] == [
            f"HttpMethod(GET), uri: ws://{sample.host}:{sample.port}{path}"
        ]


def handshake(sample: Sandbox, protocols: str) -> tuple[socket.socket, str]:
    raw = socket.create_connection((sample.host, sample.port), 10)
    raw.sendall(
        b"GET /v2/numbers HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        + (f"Sec-WebSocket-Protocol: {protocols}\r\n" if protocols else "").encode()
        + b"\r\n"
    )
    return raw, raw.recv(4_096).decode("latin-1").lower()


@pytest.mark.parametrize("protocols", ["", "foo", "jwt.token.a.b.c, daml.ws.auth"])
def test_protocol_is_given_unasked(sample: Sandbox, protocols: str) -> None:
    raw, said = handshake(sample, protocols)
    with raw:
        assert said.startswith("http/1.1 101 ")
        assert "sec-websocket-protocol: daml.ws.auth\r\n" in said


@pytest.mark.parametrize(
    "frame",
    [
        b"\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x81\xff\x00\x00\x00\x00\xff\xff\xff\xff\x00\x00\x00\x00",
        b"\x81\x05hello",
        b"\x81\x85\x00\x00\x00\x00ab",
        b"\x83\x80\x00\x00\x00\x00",
        b"\x81\x82\x00\x00\x00\x00\xff\xff",
    ],
)
def test_malformed_frames(sample: Sandbox, frame: bytes) -> None:
    raw, _ = handshake(sample, AUTH)
    with raw:
        raw.sendall(frame)
        raw.shutdown(socket.SHUT_WR)
        while raw.recv(4_096):
            pass
    assert sample.post("/v2/echo", 1).json == {"body": 1}


def test_many_streams(sample: Sandbox) -> None:
    with ExitStack() as stack:
        many = [stack.enter_context(opened(sample)) for _ in range(150)]
        for connection in many:
            connection.send('{"count": 2}')
        for connection in many:
            assert json.loads(connection.recv(10)) == {"number": 0}

"""Raw bytes of those who mean no good: refused, bounded, and the server stays up."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from tests.api.process import Sandbox

HEAD = b"POST /v2/echo HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(autouse=True)
def _server_stays_up(sample: Sandbox) -> Iterator[None]:
    yield
    assert sample.post("/v2/echo", 1).json == {"body": 1}


def connect(sample: Sandbox, seconds: int = 20) -> socket.socket:
    return socket.create_connection((sample.host, sample.port), seconds)


def talk(sample: Sandbox, *parts: bytes) -> bytes:
    """Send bytes, then read until the server closes or answers."""
    with connect(sample) as connection:
        try:
            for part in parts:
                connection.sendall(part)
            return connection.recv(65_536)
        except (BrokenPipeError, ConnectionResetError):
            return b""


def read_until(connection: socket.socket, end: bytes) -> bytes:
    got = b""
    while not got.endswith(end):
        part = connection.recv(65_536)
        assert part, f"the answer ends after {got!r}"
        got += part
    return got


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\x01\x02\x03\r\n\r\n",
        b"GARBAGE\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"POST /v2/echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v2/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1e3\r\n\r\n",
        HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        HEAD + b"A b: c\r\n\r\n",
    ],
)
def test_malformed_http(sample: Sandbox, raw: bytes) -> None:
    answer = talk(sample, raw)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")


def test_endless_head(sample: Sandbox) -> None:
    started = time.monotonic()
    filler = (b"X-Filler: " + b"a" * 1_000 + b"\r\n") * 64
    answer = talk(sample, b"GET / HTTP/1.1\r\n", *[filler] * 40)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")
    assert time.monotonic() - started < 8


def test_endless_chunked_body(sample: Sandbox) -> None:
    chunk = b"100000\r\n" + b"a" * 0x100000 + b"\r\n"
    answer = talk(sample, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 60)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 413 ")


def test_chunked_body_of_modest_size_is_read(sample: Sandbox) -> None:
    body = b"3\r\n[1,\r\n2\r\n2]\r\n0\r\nTrailer: x\r\n\r\n"
    with connect(sample) as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + body)
        assert read_until(connection, b'{"body":[1,2]}').startswith(b"HTTP/1.1 200 ")


def test_body_that_never_comes_costs_nothing(sample: Sandbox) -> None:
    waiting = [connect(sample) for _ in range(50)]
    for connection in waiting:
        connection.sendall(HEAD + b"Content-Length: 8000000\r\n\r\n[")
    assert sample.post("/v2/echo", 2).json == {"body": 2}
    for connection in waiting:
        connection.close()


def test_expect_continue(sample: Sandbox) -> None:
    with connect(sample) as connection:
        connection.sendall(HEAD + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert connection.recv(1_000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"[]")
        assert read_until(connection, b'{"body":[]}').startswith(b"HTTP/1.1 200 ")


def test_pipelined_requests_are_answered_in_order(sample: Sandbox) -> None:
    one = HEAD + b"Content-Length: 1\r\n\r\n"
    with connect(sample) as connection:
        connection.sendall(b"".join(one + str(number).encode() for number in range(9)))
        got = b""
        while got.count(b"HTTP/1.1 200") < 9 or not got.endswith(b"}"):
            got += connection.recv(65_536)
    assert [int(part.split(b"}")[0]) for part in got.split(b'{"body":')[1:]] == list(range(9))


@pytest.mark.slow
def test_slow_head_is_cut(sample: Sandbox) -> None:
    """A byte now and then does not keep a connection alive."""
    started = time.monotonic()
    answer = b""
    with connect(sample, 1) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nX-Slow: ")
        while not answer and time.monotonic() - started < 20:
            try:
                connection.sendall(b"a")
                answer = connection.recv(100) or b"closed"
            except TimeoutError:
                continue
            except OSError:
                answer = b"closed"
    assert 8 < time.monotonic() - started < 16
    assert answer == b"closed" or answer.startswith(b"HTTP/1.1 408 ")


def test_thousands_of_idle_connections(sample: Sandbox) -> None:
    """More than fit: those that do nothing make room for those that ask."""
    held: list[socket.socket] = []
    try:
        for _ in range(10_000):
            try:
                held.append(connect(sample, 5))
            except OSError:
                break
        assert len(held) > 500
        started = time.monotonic()
        assert sample.post("/v2/echo", 3).json == {"body": 3}
        assert time.monotonic() - started < 5
    finally:
        for connection in held:
            connection.close()

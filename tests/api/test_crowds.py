"""Very many clients, very slow ones, and those that never listen: the server stays up."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.api.process import SAMPLE, Sandbox, running

IDLE_CONNECTIONS = 10_000
FILES_RESERVED = 200
UPGRADE = (
    b"GET /v2/numbers HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
MEBIBYTE = 1 << 20


def limited(
    factory: pytest.TempPathFactory, limits: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sandbox]:
    monkeypatch.setenv("CANTATA_LIMITS", limits)
    with running(factory.mktemp("limited"), command=SAMPLE) as started:
        yield started


@pytest.fixture
def impatient(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sandbox]:
    """A server that waits for a second or two only, for two streams at most."""
    limits = "head_seconds=1,body_seconds=1,idle_seconds=2,frame_seconds=1,unread_seconds=2"
    yield from limited(tmp_path_factory, f"{limits},streams=2", monkeypatch)


def connect(server: Sandbox) -> socket.socket:
    return socket.create_connection((server.host, server.port), 20)


def stream(server: Sandbox, request: bytes) -> socket.socket:
    """Open a stream that asks for something and has a small buffer."""
    connection = connect(server)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.sendall(UPGRADE)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)
    assert head.startswith(b"HTTP/1.1 101 ")
    connection.sendall(masked(request))
    return connection


def ends_after(connection: socket.socket, *, drip: bytes = b"", seconds: int = 10) -> float:
    """Send drops until the server ends the connection; give the time that it took."""
    started = time.monotonic()
    connection.settimeout(0.1)
    while time.monotonic() - started < seconds:
        try:
            if drip:
                connection.sendall(drip)
            if not connection.recv(65_536):
                break
        except TimeoutError:
            continue
        except OSError:
            break
    else:
        pytest.fail("the server waits for ever")
    return time.monotonic() - started


def resident(server: Sandbox) -> int:
    """Give the bytes of memory that the server has."""
    pages = Path(f"/proc/{server.process.pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize()


def masked(text: bytes) -> bytes:
    """Give a text frame as a client sends it, with a mask of zeros."""
    assert len(text) < 126
    return bytes([0x81, 0x80 | len(text)]) + bytes(4) + text


@pytest.mark.parametrize(
    "first,drip",
    [
        (b"", b""),
        (b"GET / HT", b"T"),
        (b"GET /livez HTTP/1.1\r\nHost: x\r\nX: ", b"a"),
        (b"POST /v2/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n", b"1"),
        (b"POST /v2/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n1\r\n"),
        (b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", b""),
        (UPGRADE, b""),
    ],
    ids=["nothing", "line", "header", "body", "chunks", "keep-alive", "no-frame"],
)
def test_slow_clients_are_cut(impatient: Sandbox, first: bytes, drip: bytes) -> None:
    with connect(impatient) as connection:
        connection.sendall(first)
        assert ends_after(connection, drip=drip) < 6
    assert impatient.post("/v2/echo", 1).json == {"body": 1}


def test_streams_beyond_the_limit(impatient: Sandbox) -> None:
    with ExitStack() as stack:
        streams = [stack.enter_context(stream(impatient, b'{"count": 1}')) for _ in range(3)]
        said = [connection.recv(4_096) for connection in streams]
    assert [b"MAXIMUM_NUMBER_OF_STREAMS" in each for each in said] == [False, False, True]


def test_those_who_never_read_a_stream_are_cut(impatient: Sandbox) -> None:
    with stream(impatient, b'{"count": 100000000}') as connection:
        before = resident(impatient)
        time.sleep(1)
        assert resident(impatient) - before < 16 * MEBIBYTE
        time.sleep(4)
        assert impatient.post("/v2/echo", 1).json == {"body": 1}
        connection.settimeout(5)
        with pytest.raises(OSError):  # noqa: PT012 # what is left in the buffers, then the cut
            while connection.recv(MEBIBYTE):
                pass
            raise ConnectionResetError


def test_those_who_never_read_an_answer_are_cut(impatient: Sandbox) -> None:
    body = b'["' + b"a" * 7 * MEBIBYTE + b'"]'
    head = b"POST /v2/echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    with connect(impatient) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.sendall(head + body)
        time.sleep(5)
        got = 0
        connection.settimeout(5)
        try:
            while part := connection.recv(MEBIBYTE):
                got += len(part)
        except OSError:
            pass
    assert got < len(body)
    assert impatient.post("/v2/echo", 1).json == {"body": 1}


@pytest.mark.slow
def test_ten_thousand_idle_connections(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as the machine's limit on open files lets both sides have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = IDLE_CONNECTIONS + FILES_RESERVED
    allowed = allowed if hard == resource.RLIM_INFINITY else min(hard, allowed)
    monkeypatch.setenv("CANTATA_LIMITS", "idle_seconds=300,head_seconds=300")
    with running(tmp_path_factory.mktemp("many"), command=SAMPLE) as server, ExitStack() as stack:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        before = resident(server)
        many = [stack.enter_context(connect(server)) for _ in range(allowed - FILES_RESERVED)]
        started = time.monotonic()
        assert server.post("/v2/echo", 3).json == {"body": 3}
        assert time.monotonic() - started < 5
        assert resident(server) - before < 32 * 1_024 * len(many)
        for connection in many[:: len(many) // 20]:
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(4_096).startswith(b"HTTP/1.1 200 ")
    if len(many) < IDLE_CONNECTIONS:
        pytest.skip(f"held {len(many)}: more open files are not allowed here")

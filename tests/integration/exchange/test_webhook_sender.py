"""Requests of webhooks: bounded, over TLS in the name of the host, and not led elsewhere."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cantata.exchange.webhooks.destinations import Address, Destinations, Target, networks_of
from cantata.exchange.webhooks.model import LEASE, Attempt, DeliveryState
from cantata.exchange.webhooks.sender import Sender, SenderSettings
from cantata.kernel.time import RelTime, SystemClock
from cantata.storage.settings import DatabaseSettings
from tests.integration.exchange.post import LOOPBACK, post
from tests.integration.exchange.receiver import Receiver, receiving

QUICK = SenderSettings(answer_ms=1_000, connect_ms=1_000)
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
MUCH_LATER = dt.datetime(2120, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def send(
    url: str,
    destinations: Destinations | None = None,
    context: ssl.SSLContext | None = None,
) -> Attempt:
    async def main() -> Attempt:
        allowed = destinations or Destinations(LOOPBACK)
        async with Sender(allowed, QUICK, context) as sender:
            return await sender.send(url, {"webhook-id": "x"}, b"{}")

    return asyncio.run(main())


@pytest.mark.parametrize("status", [200, 204, 299])
def test_any_status_of_success_is_one(receiver: Receiver, status: int) -> None:
    receiver.answers["/"] = [status]
    receiver.write = b""
    assert send(f"{receiver.url}/").is_accepted


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirections_are_not_followed(receiver: Receiver, status: int) -> None:
    receiver.answers["/"] = [status]
    attempt = send(f"{receiver.url}/")
    assert (attempt.status, attempt.failure) == (status, "redirections are not followed")
    assert not attempt.is_accepted
    assert len(receiver.got) == 1


def test_an_answer_without_end_is_not_read(receiver: Receiver) -> None:
    receiver.write = b"x" * (64 * 1024 * 1024)
    assert send(f"{receiver.url}/").status == 200


def test_who_does_not_answer_is_given_up(receiver: Receiver) -> None:
    gate = threading.Event()
    receiver.before = lambda _: (gate.wait(20), None)[1]
    try:
        attempt = send(f"{receiver.url}/")
    finally:
        gate.set()
    assert attempt == Attempt(None, "no answer in time")


def test_who_answers_drop_by_drop_is_given_up() -> None:
    """No single read takes long, all of them together do."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not stop.wait(0.1):
                    connection.sendall(b"X-A: b\r\n")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        attempt = send(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        stop.set()
        thread.join(10)
    assert attempt.status is None


@pytest.mark.parametrize("garbage", [b"", b"\x00" * 100, b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_who_speaks_something_else_has_failed(garbage: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def speak() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(garbage)

        thread = threading.Thread(target=speak, daemon=True)
        thread.start()
        attempt = send(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        thread.join(10)
    assert attempt.status is None
    assert attempt.failure
    assert "SSH" not in attempt.failure, "what inner services say is not shown"


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert send(f"http://127.0.0.1:{port}/").failure.startswith("no connection")
    assert send("https://does-not-exist.invalid/").failure.startswith("the host is unknown")


def test_inner_addresses_are_judged_when_it_is_sent(receiver: Receiver) -> None:
    """A name may lead elsewhere by then; nothing is sent."""
    attempt = send(f"https://localhost:{receiver.port}/", Destinations())
    assert attempt.failure == "its address is not a public one"
    attempt = send(f"http://localhost:{receiver.port}/", Destinations(networks_of("10.0.0.0/8")))
    assert attempt.status is None
    assert receiver.got == []


class Rebound(Destinations):
    """A name that leads to this machine when it is judged, and nowhere when it is asked again."""

    async def addresses(self, target: Target) -> tuple[Address, ...]:
        self._require_permitted(target, ipaddress.ip_address("127.0.0.1"))
        return (ipaddress.ip_address("127.0.0.1"),)


def contexts(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Give TLS for a server of a name, and for clients that trust who made its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(LONG_AGO)
        .not_valid_after(MUCH_LATER)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "certificate").write_bytes(certificate.public_bytes(pem))
    (folder / "key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "certificate", folder / "key")
    return server, ssl.create_default_context(cafile=str(folder / "certificate"))


def test_certificates_are_the_hosts_though_an_address_is_asked(tmp_path: Path) -> None:
    server, client = contexts(tmp_path, "localhost")
    with receiving(server) as secure:
        url = f"https://localhost:{secure.port}/hook"
        assert send(url, context=client).status == 200
        assert secure.got[0][0]["Host"] == f"localhost:{secure.port}"
        assert send(url).failure.startswith("no connection"), "it is trusted by nobody else"
        other = send(f"https://127.0.0.1:{secure.port}/", context=client)
        assert other.status is None, "the certificate is another host's"
        assert len(secure.got) == 1


def test_a_name_is_resolved_once(tmp_path: Path) -> None:
    server, client = contexts(tmp_path, "rebound.invalid")
    with receiving(server) as secure:
        url = f"https://rebound.invalid:{secure.port}/"
        assert send(url, Rebound(LOOPBACK), client).status == 200
        assert secure.got[0][0]["Host"] == f"rebound.invalid:{secure.port}"


KILLED = """
import asyncio, sys
from cantata.exchange.webhooks.deliverer import Deliverer, DelivererSettings
from cantata.exchange.webhooks.destinations import Destinations, networks_of
from cantata.exchange.webhooks.sealing import SecretBox
from cantata.exchange.webhooks.sender import Sender
from cantata.kernel.time import SystemClock
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings

async def main():
    settings = DatabaseSettings(url=sys.argv[1], application="killed")
    box = SecretBox(b"a secret of tests")
    to = Destinations(networks_of("127.0.0.0/8"))
    async with Database(settings) as database, Sender(to) as s:
        await Deliverer(database, s, box, SystemClock(), DelivererSettings(name="k")).deliver_due()

asyncio.run(main())
"""


def test_what_a_killed_process_held_is_sent_again(
    database_settings: DatabaseSettings, receiver: Receiver
) -> None:
    async def story() -> None:
        async with post(database_settings) as here:
            endpoint, _ = await here.register(f"{receiver.url}/")
            here.clock.at = SystemClock().now()
            for name in ("x1", "x2"):
                await here.tell(name, "x")
            arrived = threading.Event()
            gate = threading.Event()

            def hold(_: object) -> None:
                arrived.set()
                gate.wait(30)

            receiver.before = hold
            process = await asyncio.to_thread(
                subprocess.Popen, [sys.executable, "-c", KILLED, database_settings.url]
            )
            assert await asyncio.to_thread(arrived.wait, 60)
            process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(process.wait)
            receiver.before = lambda _: None
            gate.set()
            here.clock.at = SystemClock().now()
            assert await here.deliver() == 0, "it is leased, and what comes after it waits"
            here.clock.forward(LEASE + RelTime(1))
            assert await here.deliver(3) == 2
            assert receiver.names == ["x1", "x1", "x2"]
            assert receiver.ids[0] == receiver.ids[1]
            assert {d.state for d in await here.all(endpoint)} == {DeliveryState.DELIVERED}

    asyncio.run(story())

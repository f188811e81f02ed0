"""A mail server for tests: SMTP with STARTTLS or TLS from the start, keeping what it gets."""

from __future__ import annotations

import base64
import datetime as dt
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

USER, PASSWORD = "cantata", "p@ss:word"


class Mailbox(socketserver.ThreadingTCPServer):
    """Takes mail; `messages` are what it got, `secured` tells whether each came over TLS."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, context: ssl.SSLContext, *, at_once: bool, offers_tls: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.context = context
        self.at_once = at_once
        self.offers_tls = offers_tls
        self.messages: list[str] = []
        self.secured: list[bool] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self.secure = False
        try:
            if self.server.at_once:
                self._wrap()
            self._say("220 mailbox")
            while (line := self.rfile.readline()) and self._answer(line.decode().strip()):
                pass
        except (OSError, ValueError):
            return
        finally:
            self.rfile.close()
            self.wfile.close()
            self.request.close()

    def _answer(self, line: str) -> bool:
        verb = line.split(" ", maxsplit=1)[0].upper()
        if verb == "EHLO":
            more = ["250-STARTTLS"] if self.server.offers_tls and not self.secure else []
            self._say("250-mailbox", *more, "250 AUTH PLAIN")
        elif verb == "STARTTLS":
            self._say("220 go on")
            self._wrap()
        elif verb == "AUTH":
            given = base64.b64decode(line.split(" ")[2]).decode().split("\0")
            self._say("235 yes" if given[1:] == [USER, PASSWORD] else "535 no")
        elif verb == "DATA":
            self._say("354 go on")
            self._take()
            self._say("250 taken")
        elif verb == "QUIT":
            self._say("221 bye")
            return False
        else:
            self._say("250 ok")
        return True

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline().decode()) != ".\r\n":
            lines.append(line)
        self.server.messages.append("".join(lines))
        self.server.secured.append(self.secure)

    def _wrap(self) -> None:
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb")
        self.secure = True

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
        self.wfile.flush()


@contextmanager
def mailbox(folder: Path, *, at_once: bool = False, offers_tls: bool = True) -> Iterator[Any]:
    """Run a mail server; give it with a context that trusts it."""
    certificate = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate))
    with Mailbox(context, at_once=at_once, offers_tls=offers_tls) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server, trusting
        finally:
            server.shutdown()
            thread.join()


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mailbox")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "mailbox.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path

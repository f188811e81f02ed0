"""Codes by mail: SMTP with TLS, one short connection a message."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import make_msgid
from ipaddress import ip_address
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from cantata.accounts.errors import MailUnavailable
from cantata.accounts.model import CODE_LIFETIME
from cantata.kernel.errors import CantataError
from cantata.observability.events import events

SECONDS_MAX = 10
"""How long a server may take for each step."""

SENDING_MAX = 4
"""Messages on their way at once; more wait."""

PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}
"""TLS from the start; STARTTLS, which must succeed; neither, for servers on this machine alone."""

_log = events("accounts")


class MalformedMailUrl(CantataError):
    """The address of a mail server is not one that can be used; field `reason`."""

    code: ClassVar[str] = "MALFORMED_MAIL_URL"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"CANTATA_SMTP_URL cannot be used: {reason}",
            hint="write it like smtps://user:password@mail.example.com or smtp://… for STARTTLS",
        )


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, how it is protected, and as whom."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> MailServer:
        """Read `smtps://user:password@host:port`; raise MalformedMailUrl, without the password."""
        try:
            parts = urlsplit(url)
            scheme, host, port = parts.scheme, parts.hostname or "", parts.port
        except ValueError:
            raise MalformedMailUrl("it is no URL") from None
        if scheme not in PORTS or not host:
            raise MalformedMailUrl(f"it begins with none of {', '.join(PORTS)}, or names no host")
        if scheme == "smtp+plain" and not _is_here(host):
            raise MalformedMailUrl(f"{host} is another machine, and needs TLS")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(scheme, host, port or PORTS[scheme], user, password)


class SmtpCourier:
    """Sends codes by mail; certificates are checked against those that the machine trusts."""

    def __init__(
        self, server: MailServer, sender: str, context: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._sender = sender
        self._context = context or ssl.create_default_context()
        self._slots = asyncio.Semaphore(SENDING_MAX)

    async def send(self, address: str, code: str) -> None:
        """Hand a message in; raise MailUnavailable."""
        message = self._message(address, code)
        async with self._slots:
            try:
                await asyncio.to_thread(self._hand_in, message)
            except (OSError, smtplib.SMTPException) as error:
                _log.warning("mail.not_sent", error=type(error).__name__, host=self._server.host)
                raise MailUnavailable(type(error).__name__) from None
        _log.info("mail.sent", host=self._server.host)

    def _message(self, address: str, code: str) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self._sender, address
        message["Subject"] = "Your code for Cantata"
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        minutes = CODE_LIFETIME.microseconds // 60_000_000
        message.set_content(
            f"Your code is {code}\n\n"
            f"It is good for {minutes} minutes, once. If you did not ask for it, do nothing:\n"
            "nobody can use your address without it.\n"
        )
        return message

    def _hand_in(self, message: EmailMessage) -> None:
        with self._connected() as connection:
            if self._server.scheme == "smtp":
                connection.starttls(context=self._context)
            if self._server.user:
                connection.login(self._server.user, self._server.password)
            connection.send_message(message)

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.scheme == "smtps":
            return smtplib.SMTP_SSL(
                server.host, server.port, timeout=SECONDS_MAX, context=self._context
            )
        return smtplib.SMTP(server.host, server.port, timeout=SECONDS_MAX)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False

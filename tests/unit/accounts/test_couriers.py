"""Codes reach their addresses over TLS alone, or the operator's file; failures tell nothing."""

from __future__ import annotations

import asyncio
import email
from pathlib import Path
from urllib.parse import quote

import pytest

from cantata.accounts.couriers import outbox
from cantata.accounts.couriers.outbox import OutboxCourier
from cantata.accounts.couriers.smtp import MailServer, MalformedMailUrl, SmtpCourier
from cantata.accounts.errors import MailUnavailable
from cantata.kernel.time import ManualClock, Timestamp
from tests.unit.accounts.mailbox import PASSWORD, USER, mailbox

CODE = "01234567"
CLOCK = ManualClock(Timestamp.parse("2026-01-01T00:00:00Z"))


def server(scheme: str, port: int, password: str = PASSWORD) -> MailServer:
    return MailServer.parse(f"{scheme}://{USER}:{quote(password)}@127.0.0.1:{port}")


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_mail_goes_over_tls(tmp_path: Path, scheme: str) -> None:
    with mailbox(tmp_path, at_once=scheme == "smtps") as (box, trusting):
        courier = SmtpCourier(server(scheme, box.port), "no-reply@example.com", trusting)
        asyncio.run(courier.send("alice@example.com", CODE))
    message = email.message_from_string(box.messages[0])
    assert box.secured == [True]
    assert (message["To"], message["From"]) == ("alice@example.com", "no-reply@example.com")
    assert CODE in str(message.get_payload())
    assert CODE not in str(message["Subject"]), "it is not shown on locked screens"


def test_without_tls_nothing_is_sent(tmp_path: Path) -> None:
    with mailbox(tmp_path, offers_tls=False) as (box, trusting):
        courier = SmtpCourier(server("smtp", box.port), "a@example.com", trusting)
        with pytest.raises(MailUnavailable):
            asyncio.run(courier.send("alice@example.com", CODE))
    assert box.messages == []


def test_a_server_that_cannot_be_trusted_gets_nothing(tmp_path: Path) -> None:
    with mailbox(tmp_path, at_once=True) as (box, _):
        courier = SmtpCourier(server("smtps", box.port), "a@example.com")
        with pytest.raises(MailUnavailable):
            asyncio.run(courier.send("alice@example.com", CODE))
    assert box.messages == []


def test_failures_tell_no_secret(tmp_path: Path) -> None:
    with mailbox(tmp_path) as (box, trusting):
        courier = SmtpCourier(server("smtp", box.port, "wrong"), "a@example.com", trusting)
        with pytest.raises(MailUnavailable) as refused:
            asyncio.run(courier.send("alice@example.com", CODE))
    told = str(refused.value) + str(refused.value.context)
    assert all(word not in told for word in (CODE, "wrong", "alice"))
    assert PASSWORD not in repr(server("smtp", 1))


@pytest.mark.parametrize(
    "url",
    ["", "http://mail", "smtp://", "smtp+plain://mail.example.com", "smtps://h:port", "mail:25"],
)
def test_addresses_of_servers_are_checked(url: str) -> None:
    with pytest.raises(MalformedMailUrl):
        MailServer.parse(url)


def test_ports_follow_from_the_protection() -> None:
    assert MailServer.parse("smtps://mail.example.com").port == 465
    assert MailServer.parse("smtp://mail.example.com").port == 587
    assert MailServer.parse("smtp+plain://localhost").port == 25


def test_the_outbox_begins_anew_before_it_is_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BYTES_MAX", 500)
    path = tmp_path / "mail" / "outbox.jsonl"
    courier = OutboxCourier(path, CLOCK)
    for number in range(50):
        asyncio.run(courier.send(f"{number}@example.com", CODE))
        assert path.stat().st_size < 1_000
    assert "49@example.com" in path.read_text().splitlines()[-1]


def test_an_outbox_that_cannot_be_written_is_an_answer(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("no folder")
    with pytest.raises(MailUnavailable):
        asyncio.run(OutboxCourier(tmp_path / "mail" / "x", CLOCK).send("a@example.com", CODE))

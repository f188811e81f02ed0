"""The courier that the settings choose."""

from __future__ import annotations

from pathlib import Path

from cantata.accounts.couriers.outbox import OutboxCourier
from cantata.accounts.couriers.smtp import MailServer, SmtpCourier
from cantata.accounts.service.verification import Courier
from cantata.config import Settings
from cantata.kernel.time import Clock

OUTBOX = Path("mail", "outbox.jsonl")
"""Codes that no mail server takes, below the data folder."""


def courier(settings: Settings, clock: Clock) -> Courier | None:
    """Give what brings codes; None where addresses are not verified."""
    if settings.onboarding == "unverified":
        return None
    if settings.smtp_url is None:
        return OutboxCourier(settings.folder / OUTBOX, clock)
    server = MailServer.parse(settings.smtp_url.get_secret_value())
    return SmtpCourier(server, settings.mail_sender)

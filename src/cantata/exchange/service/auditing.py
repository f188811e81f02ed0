"""Entries of the audit trail for what operators and support do."""

from __future__ import annotations

from cantata.exchange.model.decisions import By
from cantata.kernel.time import Timestamp
from cantata.storage import audit
from cantata.storage.audit import AuditEntry
from cantata.storage.session import WriteSession


async def note(
    session: WriteSession, by: By, action: str, subject: str, now: Timestamp, **details: str
) -> None:
    """Append who did what to what, and why, in the transaction that does it."""
    entry = AuditEntry(
        at=now,
        actor=by.actor,
        action=f"exchange.{action}",
        subject=subject,
        details={**by.details(), **details},
    )
    await audit.record(session, entry)

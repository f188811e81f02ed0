"""Entries of the audit trail for what people with privileges do."""

from __future__ import annotations

from cantata.http.caller import Caller
from cantata.kernel.time import Timestamp
from cantata.storage import audit
from cantata.storage.audit import AuditEntry
from cantata.storage.session import WriteSession


async def note(
    session: WriteSession,
    caller: Caller,
    action: str,
    subject: str,
    now: Timestamp,
    **details: str,
) -> None:
    """Append who did what to whom, in the transaction that does it."""
    entry = AuditEntry(
        at=now, actor=caller.principal, action=action, subject=subject, details=details
    )
    await audit.record(session, entry)

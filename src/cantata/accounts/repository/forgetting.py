"""Deletes what ended: codes, sessions, and tokens that were revoked before their own end."""

from __future__ import annotations

from sqlalchemy import delete, select

from cantata.accounts.repository.tables import EMAIL_CODES, REVOKED_TOKENS, SESSIONS
from cantata.kernel.time import Timestamp
from cantata.storage.session import WriteSession

_KEYS = {
    EMAIL_CODES: EMAIL_CODES.c.email_digest,
    SESSIONS: SESSIONS.c.id,
    REVOKED_TOKENS: REVOKED_TOKENS.c.token_id,
}


async def ended_before(session: WriteSession, moment: Timestamp, most: int) -> int:
    """Delete rows that ended before a time, so many of each kind; give how many there were."""
    count = 0
    for table, key in _KEYS.items():
        ended = select(key).where(table.c.expires_at < moment).limit(most)
        count += await session.run(delete(table).where(key.in_(ended)))
    return count

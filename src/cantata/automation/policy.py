"""When automation tries again, and what it never tries again."""

from __future__ import annotations

import hashlib

from cantata.kernel.errors import CantataError
from cantata.kernel.time import RelTime, Timestamp
from cantata.ledger.errors import DamlFailure, Refusal, Retryable

FIRST_WAIT_MS = 250
LONGEST_WAIT_MS = 30_000


def retry_later(error: CantataError) -> bool:
    """Tell whether a definite refusal may pass: contention, or a busy ledger; no rule's refusal."""
    if isinstance(error, Retryable):
        return True
    depends = isinstance(error, Refusal) and error.depends_on_state
    return depends and not isinstance(error, DamlFailure)


def retry_at(now: Timestamp, attempts: int) -> Timestamp:
    """Give when to look again: twice as long each time, bounded, and not all at once."""
    grown = min(FIRST_WAIT_MS << min(attempts, 16), LONGEST_WAIT_MS)
    digest = hashlib.sha256(f"{now}:{attempts}".encode()).digest()
    jitter = int.from_bytes(digest[:4], "big") % (grown // 2)
    return now + RelTime(microseconds=1_000 * (grown // 2 + jitter))

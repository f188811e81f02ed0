"""When automation tries again, and what it never tries again."""

from __future__ import annotations

import hashlib

from cantata.automation.errors import NotNow
from cantata.automation.model import ATTEMPTS_MAX, WAIT_MAX, Intent
from cantata.kernel.errors import CantataError
from cantata.kernel.time import RelTime, Timestamp
from cantata.ledger.errors import DamlFailure, Refusal, Retryable, Unreachable

FIRST_WAIT_MS = 250
LONGEST_WAIT_MS = 30_000


def retry_later(error: CantataError) -> bool:
    """Tell whether a definite refusal may pass: contention, or a busy ledger; no rule's refusal."""
    if isinstance(error, Retryable | NotNow):
        return True
    depends = isinstance(error, Refusal) and error.depends_on_state
    return depends and not isinstance(error, DamlFailure)


def tries_again(intent: Intent, error: CantataError, now: Timestamp) -> bool:
    """Tell whether a refused intent starts over: a bounded number of times, and not for ever.

    While the ledger cannot be reached nothing is sent, so that does not count as a try.
    """
    if not retry_later(error) or gives_up_at(intent) <= now:
        return False
    return isinstance(error, Unreachable) or intent.attempts < ATTEMPTS_MAX


def gives_up_at(intent: Intent) -> Timestamp:
    """Give when an intent that still was not sent fails."""
    return intent.wish.deadline or intent.created_at + WAIT_MAX


def look_again_at(intent: Intent, now: Timestamp) -> Timestamp:
    """Give when to look at a waiting intent again: the longer it waits, the later.

    What has to be sent before some time is looked at the more often, the nearer that comes.
    """
    age = now.since(intent.created_at).microseconds // 1_000
    longest, needed_by = LONGEST_WAIT_MS, intent.wish.needed_by
    if needed_by is not None:
        longest = min(longest, max(needed_by.since(now).microseconds // 4_000, FIRST_WAIT_MS))
    wait = min(max(age // 2, FIRST_WAIT_MS), longest)
    return min(now + RelTime(microseconds=1_000 * wait), gives_up_at(intent))


def retry_at(now: Timestamp, attempts: int) -> Timestamp:
    """Give when to look again: twice as long each time, bounded, and not all at once."""
    grown = min(FIRST_WAIT_MS << min(attempts, 16), LONGEST_WAIT_MS)
    digest = hashlib.sha256(f"{now}:{attempts}".encode()).digest()
    jitter = int.from_bytes(digest[:4], "big") % (grown // 2)
    return now + RelTime(microseconds=1_000 * (grown // 2 + jitter))

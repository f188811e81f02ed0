"""An intent: something that somebody wants done on the ledger, and how far it is.

The row of an intent is its saga, its place in the queue and what an auditor reads, all in one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from uuid import UUID

from cantata.kernel.errors import CantataError
from cantata.kernel.time import RelTime, Timestamp

LEASE = RelTime.of(seconds=30)
"""How long a worker may hold a row; a dead worker's rows are free after it."""

ATTEMPTS_MAX = 8
"""Submissions of one intent that may be refused for a reason that passes."""

CLAIM_MAX = 64
"""Rows that a worker takes at once."""

PRESSING_MAX = 48
"""Rows among them that are taken because their time ends soonest; age decides on the rest."""

IN_DOUBT = RelTime.of(minutes=2)
"""How long after it was written down as sent a command can still be recorded by the ledger, unless
its plan says later: SEND_MAX until it is on its way, and a minute for the network, whose default
keeps record times no further from ledger times."""

SEND_MAX = RelTime.of(seconds=60)
"""How long after it was written down as sent a command is sent; later it is looked at anew."""

RESEND = RelTime.of(seconds=10)
"""How long nothing may be heard of a command before it is sent again under the same id."""

WAIT_MAX = RelTime.of(hours=1)
"""How long an intent may wait for what it needs, or for the ledger, if it has no deadline."""

SIGNATURE_WAIT = RelTime.of(hours=1)
"""How long a prepared transaction waits for its signature; no ledger records it later."""

SIGNER_WAIT = RelTime.of(minutes=5)
"""How long a transaction that a signer of ours signs can be recorded after it was prepared."""

CONSULT_MAX = RelTime.of(seconds=15)
"""How long finding out what preparation needs may take, well within a lease."""

WAKE_MAX = 256
"""Waiting intents that one batch of ingestion wakes."""

TOGETHER_MAX = 64
"""Intents that one submission may carry out."""

DEAD_MAX = 1_000
"""Dead intents that one batch of ingestion ends."""

REQUEST_BYTES_MAX = 256 * 1024

PREFIX = "cantata"
BATCH_PREFIX = "cantata.batch"
UUID_LENGTH = 36


class State(Enum):
    """The phases: validate, prepare, submit, confirm, finalise; each is visible."""

    REQUESTED = "requested"
    """Validated and recorded; nothing is reserved."""
    PREPARED = "prepared"
    """Inputs are chosen and reserved, the command is built; nothing was sent."""
    AWAITING_SIGNATURE = "awaiting_signature"
    """Prepared by the ledger for an external party, whose signature is missing."""
    SUBMITTED = "submitted"
    """Sent, or about to be; only ingestion knows more."""
    UNKNOWN = "unknown"
    """Sent, and the ledger's answer is missing; ingestion or time will tell."""
    COMPLETED = "completed"
    """Ingested: it happened."""
    FAILED = "failed"
    """It did not happen and never will."""
    CANCELLED = "cancelled"
    """Taken back before it was sent."""


_ON_THE_WAY: dict[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.PREPARED, State.FAILED, State.CANCELLED}),
    State.PREPARED: frozenset(
        {State.AWAITING_SIGNATURE, State.SUBMITTED, State.REQUESTED, State.FAILED, State.CANCELLED}
    ),
    State.AWAITING_SIGNATURE: frozenset(
        {State.SUBMITTED, State.REQUESTED, State.FAILED, State.CANCELLED}
    ),
    State.SUBMITTED: frozenset({State.UNKNOWN, State.FAILED, State.REQUESTED}),
    State.UNKNOWN: frozenset({State.SUBMITTED, State.FAILED, State.REQUESTED}),
    State.COMPLETED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}
FINAL = frozenset(state for state, following in _ON_THE_WAY.items() if not following)
IN_FLIGHT = frozenset({State.SUBMITTED, State.UNKNOWN})


class IllegalTransition(CantataError):
    """An intent was to go from one state to another that does not follow it."""

    code = "ILLEGAL_TRANSITION"

    def __init__(self, intent: UUID, before: State, after: State) -> None:
        self.intent = intent
        self.before = before
        self.after = after
        super().__init__(f"the intent {intent} is {before.value} and cannot become {after.value}")


def may_become(before: State, after: State) -> bool:
    """Tell whether a state may follow another.

    What the ledger shows is true: any state but `completed` gives way to it, even a final one.
    """
    if after is State.COMPLETED:
        return before is not State.COMPLETED
    return after in _ON_THE_WAY[before]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why an intent failed, or why its last submission did."""

    code: str
    message: str
    hint: str = ""
    context: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, error: CantataError) -> Failure:
        """Take what an error says."""
        return cls(code=error.code, message=error.message, hint=error.hint, context=error.context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for, before it is recorded.

    `requester` and `key` together name it: the same again is the same intent. `subject` is what
    it is about, such as an instrument, for look-ups. `request` is JSON with amounts as texts.
    Nothing is prepared after `deadline`. What has to be sent before `needed_by` goes before what
    has more time, or none; only a bound of our own counts, never a time that others choose. `asked`
    is what the requester said, where more was looked up to record it (who acts beside, who reads
    along): what is found may have changed when the same is asked again, and is no part of it.
    """

    kind: str
    requester: str
    key: str
    subject: str
    act_as: tuple[str, ...]
    request: Mapping[str, Any]
    deadline: Timestamp | None = None
    needed_by: Timestamp | None = None
    asked: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """An intent as it is recorded.

    `plan` is what preparation decided: the command, and what is reserved for it. `command_id`
    names the present submission. `dead_after` is the record time after which that submission
    cannot have any effect. `update_id` and `offset` are set by ingestion alone. `batch` is the
    submission that it shares with others, if it does; it shares one with so many that there are at
    most `together_max`, itself included. `phases` are the states so far, each with its time.
    """

    id: UUID
    wish: Wish
    state: State
    attempts: int
    plan: Mapping[str, Any] | None
    command_id: str
    dead_after: Timestamp | None
    update_id: str
    offset: int | None
    result: Mapping[str, Any] | None
    failure: Failure | None
    trace: str
    created_at: Timestamp
    updated_at: Timestamp
    batch: UUID | None = None
    together_max: int = TOGETHER_MAX
    phases: tuple[tuple[str, str], ...] = ()

    @property
    def is_final(self) -> bool:
        """Tell whether nothing more will happen to it."""
        return self.state in FINAL


def command_id(intent: UUID, attempt: int) -> str:
    """Give the command id of an intent's attempt, the same whoever submits it."""
    return f"{PREFIX}:{intent}:{attempt}"


def intent_of_command(command: str) -> UUID | None:
    """Give the intent that a command id belongs to, whichever attempt it names."""
    prefix, _, rest = command.partition(":")
    identity, _, attempt = rest.partition(":")
    return _uuid(identity) if prefix == PREFIX and attempt.isdecimal() else None


def batch_command_id(batch: UUID) -> str:
    """Give the command id of a submission that several intents share."""
    return f"{BATCH_PREFIX}:{batch}"


def batch_of_command(command: str) -> UUID | None:
    """Give the shared submission that a command id names."""
    prefix, _, identity = command.partition(":")
    return _uuid(identity) if prefix == BATCH_PREFIX else None


def _uuid(text: str) -> UUID | None:
    if len(text) != UUID_LENGTH:
        return None
    try:
        return UUID(text)
    except ValueError:
        return None

"""Endpoints that news is delivered to, and the deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from cantata.kernel.time import RelTime, Timestamp

ENDPOINTS_MAX = 16
"""Endpoints that are not removed."""

TOPICS_MAX = 50
"""Patterns of one endpoint."""

URL_MAX = 500

TEXT_MAX = 2_000
"""Characters of a text within news, such as a memo; the rest is left out."""

PENDING_MAX = 10_000
"""Deliveries of one endpoint that wait; what comes then stays in the outbox."""

IN_FLIGHT_MAX = 4
"""Requests to one endpoint at the same time, of one process."""

ATTEMPTS_MAX = 12
"""Requests for one delivery; after the last one it is dead."""

FIRST_WAIT = RelTime.of(seconds=5)
WAIT_MAX = RelTime.of(hours=6)
"""How long until the next attempt: three times as long each time, between these."""

LEASE = RelTime.of(seconds=60)
"""How long a process may hold a delivery; far longer than a request may take."""

OVERLAP = RelTime.of(days=1)
OVERLAP_MAX = RelTime.of(days=30)
"""How long a secret that was replaced still signs beside the new one."""

KEPT = RelTime.of(days=30)
"""How long deliveries that ended can be looked up, and sent again."""


class EndpointState(Enum):
    """Whether news is delivered."""

    ACTIVE = "active"
    PAUSED = "paused"
    """Nothing is sent and nothing is lost: it goes on where it stopped."""
    REMOVED = "removed"


class DeliveryState(Enum):
    """How far a delivery is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    """The endpoint answered with a status of 200 to 299."""
    DEAD = "dead"
    """Given up after ATTEMPTS_MAX requests; it is sent again only when somebody says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSecret:
    """A secret that can be read with the service's own key only; it signs until it expires."""

    sealed: str
    created_at: Timestamp
    expires_at: Timestamp | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where news goes: `topics` are patterns such as `exchange.deposit.*`.

    `place` is that of the last news of the outbox that deliveries were made of. `reason` says why
    it is paused, if that was nobody's wish. `secrets` are the valid ones, newest first.
    """

    id: UUID
    url: str
    topics: tuple[str, ...]
    description: str
    state: EndpointState
    reason: str
    place: int
    secrets: tuple[SealedSecret, ...]
    created_at: Timestamp
    updated_at: Timestamp

    def secrets_at(self, now: Timestamp) -> tuple[SealedSecret, ...]:
        """Give the secrets that sign at a time."""
        return tuple(s for s in self.secrets if s.expires_at is None or s.expires_at > now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """News for one endpoint; its id is the same in every attempt, and when it is sent again.

    `place` orders an endpoint's deliveries. Those of one `subject` are sent one after the other.
    `body` is sent byte by byte the same each time. `status` and `failure` are of the last attempt.
    """

    id: UUID
    endpoint: UUID
    place: int
    topic: str
    subject: str
    body: str
    state: DeliveryState
    attempts: int
    due_at: Timestamp
    status: int | None
    failure: str
    created_at: Timestamp
    ended_at: Timestamp | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a request: the status, or None and why there is none."""

    status: int | None
    failure: str = ""

    @property
    def is_accepted(self) -> bool:
        """Tell whether the endpoint took it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Tell whether the endpoint wants nothing any more."""
        return self.status == 410

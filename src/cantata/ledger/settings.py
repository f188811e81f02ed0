"""How a client reaches a ledger: address, time-outs, bounds and retries."""

from __future__ import annotations

from dataclasses import dataclass, field

from cantata.ledger.breaker import BreakerSettings


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait: for a connection, between bytes of an answer, for a command's answer.

    The HTTP server of a participant gives up after 20 seconds, so that waiting longer for a
    command teaches nothing.
    """

    connect: int = 5
    read: int = 30
    command: int = 30


@dataclass(frozen=True, slots=True)
class RetrySettings:
    """How often, and within how many seconds, what may be sent again is sent again."""

    attempts: int = 5
    seconds: int = 60
    first_wait_ms: int = 100
    longest_wait_ms: int = 5_000
    jitter_ms: int = 500


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is chosen about a client; `url` like ``http://localhost:7575``."""

    url: str
    user_id: str = ""
    timeouts: Timeouts = field(default_factory=Timeouts)
    retries: RetrySettings = field(default_factory=RetrySettings)
    breaker: BreakerSettings = field(default_factory=BreakerSettings)
    answer_bytes_max: int = 256 * 1024 * 1024
    connections_max: int = 64
    frames_max: int = 64
    """Frames of a stream that wait in memory; the ledger waits when there are more."""
    reconnections: int = 100
    """Connections in a row that may fail before a stream that is followed gives up."""

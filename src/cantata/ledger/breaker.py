"""A circuit breaker: after failures in a row it refuses at once, then lets one request try."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from cantata.kernel.time import Clock, RelTime
from cantata.ledger.errors import Unreachable


class CircuitOpen(Unreachable):
    """Requests are held back because the last ones failed; nothing was sent."""

    code: ClassVar[str] = "CIRCUIT_OPEN"
    advice: ClassVar[str] = "wait until the ledger has recovered"


TEN_SECONDS = RelTime.of(seconds=10)


class State(Enum):
    """Whether requests pass."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half open"


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """When to open, and for how long."""

    failures: int = 5
    rest: RelTime = TEN_SECONDS


class CircuitBreaker:
    """Closed until too many failures in a row; open for a while; half open for one trial."""

    def __init__(self, clock: Clock, settings: BreakerSettings | None = None) -> None:
        self._clock = clock
        self._settings = settings if settings is not None else BreakerSettings()
        self._failures = 0
        self._opened_ns: int | None = None
        self._is_trying = False

    @property
    def state(self) -> State:
        """Give the state at this moment."""
        if self._opened_ns is None:
            return State.CLOSED
        rested = self._clock.monotonic_ns() - self._opened_ns
        if rested < self._settings.rest.microseconds * 1_000:
            return State.OPEN
        return State.HALF_OPEN

    def admit(self) -> None:
        """Let a request pass or raise `CircuitOpen`; each one admitted must report back."""
        state = self.state
        if state is State.CLOSED:
            return
        if state is State.OPEN or self._is_trying:
            raise CircuitOpen(f"the ledger failed {self._failures} times in a row")
        self._is_trying = True

    def succeeded(self) -> None:
        """Report that the ledger answered."""
        self._failures = 0
        self._opened_ns = None
        self._is_trying = False

    def failed(self) -> None:
        """Report that the ledger could not be reached or did not answer in time."""
        self._failures += 1
        self._is_trying = False
        if self._opened_ns is not None or self._failures >= self._settings.failures:
            self._opened_ns = self._clock.monotonic_ns()

    def abandoned(self) -> None:
        """Report that a request ended without telling anything about the ledger."""
        self._is_trying = False

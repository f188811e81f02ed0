"""The ledger's clock under control: the machine's time, or one that stands still until told."""

from __future__ import annotations

from typing import final

from cantata.kernel.time import Clock, RelTime, Timestamp


@final
class ControlledClock:
    """Gives the time of another clock until it is set; from then on it stands still.

    Spans are measured by the other clock: bounds and time-outs go on meanwhile.
    """

    def __init__(self, base: Clock) -> None:
        self._base = base
        self.static: Timestamp | None = None

    def now(self) -> Timestamp:
        """Give the time that was set, or that of the other clock."""
        return self._base.now() if self.static is None else self.static

    def monotonic_ns(self) -> int:
        """Give the other clock's monotonic counter."""
        return self._base.monotonic_ns()

    def set(self, time: Timestamp) -> None:
        """Stand still at a time; ValueError for one that is past."""
        self._go(self.now(), time)

    def advance(self, span: RelTime) -> None:
        """Stand still a span later; ValueError for a negative one."""
        now = self.now()
        self._go(now, now + span)

    def _go(self, now: Timestamp, time: Timestamp) -> None:
        if time < now:
            raise ValueError(f"time runs forward only: {time} is before {now}")
        self.static = time

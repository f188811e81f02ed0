"""The ledger time of a transaction, and how what it asked narrows when it may be recorded."""

from __future__ import annotations

from cantata.sandbox.engine.transaction import TimeBounds
from cantata.sandbox.engine.transaction.model import ANY_TIME

TIME_MIN = -62_135_596_800_000_000
"""0001-01-01T00:00:00Z in microseconds."""

TIME_MAX = 253_402_300_799_999_999
"""9999-12-31T23:59:59.999999Z in microseconds."""


class Clock:
    """A fixed time that remembers which of its properties were observed."""

    __slots__ = ("_earliest", "_latest", "now")

    def __init__(self, now: int) -> None:
        self.now = now
        self._earliest = TIME_MIN
        self._latest = TIME_MAX

    def read(self) -> int:
        """Give the time; the transaction holds at no other."""
        self._earliest = self._latest = self.now
        return self.now

    def is_before(self, time: int) -> bool:
        """Tell whether it is before `time`; only that is remembered."""
        if self.now < time:
            self._latest = min(self._latest, time - 1)
            return True
        self._earliest = max(self._earliest, time)
        return False

    def bounds(self) -> TimeBounds:
        """Give the times at which the same answers would have been given."""
        if self._earliest == TIME_MIN and self._latest == TIME_MAX:
            return ANY_TIME
        return TimeBounds(
            None if self._earliest == TIME_MIN else self._earliest,
            None if self._latest == TIME_MAX else self._latest,
        )

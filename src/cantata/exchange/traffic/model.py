"""Traffic in bytes, as the synchronizer counts it for one participant."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.kernel.time import Timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a participant bought and used up; its free traffic comes besides and is not counted."""

    limit: int
    consumed: int

    @property
    def remaining(self) -> int:
        """Give what is left of what was bought; never less than nothing."""
        return max(0, self.limit - self.consumed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What was left at a time, and the reserve below which nothing is sent."""

    remaining: int
    reserve: int
    checked_at: Timestamp

    @property
    def is_low(self) -> bool:
        """Tell whether submissions pause."""
        return self.remaining < self.reserve

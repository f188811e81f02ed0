"""Bounds of one interpretation: calls, time, size of texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice, repeat

from cantata.kernel.time import Clock
from cantata.lf.runtime.errors import InterpretationTimeExceeded

BLOCK = 10_000
"""Calls between two looks at the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one interpretation may use.

    `calls` counts calls of functions that call others, and rounds of loops; `milliseconds` are
    of the clock; `frames` is the depth of nested calls; `text` the length of one text.
    """

    calls: int = 10_000_000
    milliseconds: int = 15_000
    frames: int = 400_000
    text: int = 4_000_000


class Budget:
    """The remaining calls of one interpretation, as an iterator that translated code advances."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self.limits = limits
        self.clock = clock
        self.ticks: Iterator[None] = chain.from_iterable(self._blocks())

    def _blocks(self) -> Iterator[Iterator[None]]:
        deadline = self.clock.monotonic_ns() + self.limits.milliseconds * 1_000_000
        for _ in range(0, self.limits.calls, BLOCK):
            if self.clock.monotonic_ns() > deadline:
                raise InterpretationTimeExceeded(f"{self.limits.milliseconds} ms")
            yield repeat(None, BLOCK)
        raise InterpretationTimeExceeded(f"{self.limits.calls} calls")

    def tick(self) -> None:
        """Use one call."""
        for _ in self.ticks:
            break

    def burn(self, count: int) -> None:
        """Use `count` calls."""
        for _ in islice(self.ticks, count):
            pass

"""What a payment costs: seconds of the clock, and of the processor in all processes together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter, process_time

from bench.loop.platform import Platform


@dataclass(slots=True)
class Cost:
    """Seconds for one payment; those of the processor are of ours, the ledger's and PostgreSQL's.

    On a machine that others use too, the clock measures the others.
    """

    payments: int
    seconds: float = 0.0
    cpu: float = 0.0

    def __str__(self) -> str:
        each = f"{1_000 * self.cpu:.1f} ms of the processor each"
        return f"{1 / self.seconds:.2f}/s, {each} ({self.payments})"


class Meter:
    """Measures blocks."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    @contextmanager
    def of(self, payments: int) -> Iterator[Cost]:
        """Give what a block costs, when it has ended."""
        cost = Cost(payments)
        wall, cpu = perf_counter(), self._cpu()
        yield cost
        cost.seconds = (perf_counter() - wall) / payments
        cost.cpu = (self._cpu() - cpu) / payments

    def _cpu(self) -> float:
        return process_time() + sum(self._platform.cpu_seconds().values())

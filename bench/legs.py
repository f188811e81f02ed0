"""Processes that take turns: each leg of one is compared with the next leg of the other."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent


class Worker:
    """A process that does what it is told line by line, and is idle in between."""

    def __init__(self, python: Path, module: str, *arguments: int, core: int | None = None) -> None:
        self._process = subprocess.Popen(
            [str(python), "-m", module, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT}", "PYTHONHASHSEED": "0"},
        )
        if core is not None:
            os.sched_setaffinity(self._process.pid, {core})
        self.greeting = self._read()

    def do(self, work: str, transfers: int, **options: int) -> Mapping[str, float]:
        """Let it do some work and give what it says about it."""
        return self.order(work=work, transfers=transfers, **options)

    def order(self, **order: Any) -> dict[str, Any]:
        """Give it an order and wait for what it says."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._read()

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._process.terminate()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"a process of the benchmark ended with {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and greatest of some figures."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, figures: list[float]) -> Spread:
        """Summarize figures."""
        return cls(median(figures), min(figures), max(figures))

    def __str__(self) -> str:
        return f"{self.middle:.3g} ({self.low:.3g}..{self.high:.3g})"


def per_second(leg: Mapping[str, float], clock: str) -> float:
    """Give the transfers of a leg per second of one of its clocks, ``cpu`` or ``wall``."""
    return leg["transfers"] / leg[clock]


def ratios(
    ours: list[Mapping[str, float]], theirs: list[Mapping[str, float]], clock: str
) -> list[float]:
    """Compare each leg with the legs of the other side before and after it.

    Legs alternate theirs, ours, theirs, ours, …, theirs: each pair of neighbors is one ratio.
    """
    return [
        per_second(leg, clock) / per_second(other, clock)
        for place, leg in enumerate(ours)
        for other in theirs[place : place + 2]
    ]

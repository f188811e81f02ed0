"""What the disk can do right now: 4 KiB over what is there, and synced."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import NamedTuple

WRITES = 200
BLOCK = 4_096
DRIFT_MAX = 1.5
"""Rounds count while the disk is as fast after them as before, within this factor."""


class Probe(NamedTuple):
    """Seconds of a write with fdatasync."""

    p50: float
    p99: float

    def is_near(self, other: Probe) -> bool:
        """Tell whether the disk was about as fast."""
        low, high = sorted((self.p50, other.p50))
        return high <= low * DRIFT_MAX


def probe(folder: Path) -> Probe:
    """Measure on the file system of a folder."""
    path = folder / "probe"
    with path.open("w+b", buffering=0) as file:
        file.write(bytes(BLOCK * WRITES))
        os.fsync(file.fileno())
        file.seek(0)
        seconds = []
        for _ in range(WRITES):
            started = perf_counter()
            file.write(b"x" * BLOCK)
            os.fdatasync(file.fileno())
            seconds.append(perf_counter() - started)
    path.unlink()
    cuts = quantiles(seconds, n=100)
    return Probe(cuts[49], cuts[98])

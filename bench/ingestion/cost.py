"""What work costs: time by the clock, and processor time of ours and of the database's server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Cost:
    """Seconds by the clock, of this process's processor time, and of the server's."""

    wall: float = 0.0
    client: float = 0.0
    server: float = 0.0

    @property
    def processor(self) -> float:
        """All processor time; on a machine that others use, too, the clock measures the others."""
        return self.client + self.server

    def rates(self, count: int) -> tuple[float, float]:
        """Give work a second: by the clock, and of processor time."""
        return count / self.wall, count / self.processor


@contextmanager
def measured(postmaster: int) -> Iterator[Cost]:
    """Measure a block; the server is the one with this process id, with all its processes."""
    found = Cost()
    begin = perf_counter(), process_time(), server_seconds(postmaster)
    try:
        yield found
    finally:
        end = perf_counter(), process_time(), server_seconds(postmaster)
        found.wall, found.client, found.server = (b - a for a, b in zip(begin, end, strict=True))


def postmaster_of(data: Path) -> int:
    """Give the process id of the server of a data folder."""
    return int((data / "postmaster.pid").read_text(encoding="ascii").split()[0])


def server_seconds(postmaster: int) -> float:
    """Add up the processor time of the server and its children, those that ended included."""
    ticks = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                text = (folder / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            fields = text[text.rindex(")") + 2 :].split()
            if int(folder.name) == postmaster:
                ticks += sum(map(int, fields[11:15]))
            elif int(fields[1]) == postmaster:
                ticks += sum(map(int, fields[11:13]))
    return ticks / _TICKS

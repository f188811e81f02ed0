"""The conditions of a run: machine, versions, load, memory."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path


def conditions() -> str:
    """Say where and when a benchmark runs, in one line."""
    load = os.getloadavg()[0]
    return (
        f"{_processor()}, {os.cpu_count()} cores, load {load:.1f}; "
        f"{platform.system()} {platform.release()}; "
        f"{platform.python_implementation()} {platform.python_version()}; "
        f"cantata {version('cantata')}"
    )


def resident_bytes() -> int:
    """Give the memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def updates_of(arguments: list[str], usual: int) -> int:
    """Give the number of updates that the arguments name; a quarter of the usual for --quick."""
    named = [int(each) for each in arguments if each.isdigit()]
    return named[0] if named else (usual // 4 if "--quick" in arguments else usual)

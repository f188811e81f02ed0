"""Runs benchmark A1: `python -m bench a1 [--quick]`."""

from __future__ import annotations

import shutil
import sys

from bench.a1.benchmark import FULL, QUICK, run
from bench.a1.report import lines


def main(arguments: list[str]) -> int:
    """Measure and print; nothing else should use the machine meanwhile."""
    if shutil.which("npm") is None:
        print("transfers over HTTP are not measured: their peers need node and npm")
        return 0
    for line in lines(run(QUICK if "--quick" in arguments else FULL)):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

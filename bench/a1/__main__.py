"""Runs benchmark A1: `python -m bench a1 [--quick]`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable

from bench.a1.benchmark import FULL, QUICK, run
from bench.a1.report import rates, rest


def main(arguments: list[str]) -> int:
    """Measure and print; nothing else should use the machine meanwhile."""
    if shutil.which("npm") is None:
        print("transfers over HTTP are not measured: their peers need node and npm")
        return 0
    size = QUICK if "--quick" in arguments else FULL
    _show(rest(run(size, lambda result: _show(rates(result)))))
    return 0


def _show(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

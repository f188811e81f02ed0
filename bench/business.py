"""All figures of the business side in one run: `python -m bench business [--quick]`.

Each benchmark runs in a process of its own, one after the other; nothing else should use the
machine meanwhile. At a load of 2 to 5 from other work it took eight minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from time import perf_counter

from bench.conditions import conditions

RATE = 200
PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("The loop, as fast as requests are taken", ("bench.loop",)),
    (f"The loop at {RATE} operations a second", ("bench.loop", f"--rate={RATE}")),
    ("Choosing the inputs of a payment", ("bench.selection",)),
    ("Ingestion beside two other ways (B1)", ("bench.ingestion.benchmark",)),
    ("Ingestion as the history grows", ("bench.ingestion.benchmark", "flat")),
)
QUICK_OPERATIONS = "400"


def main(arguments: Sequence[str]) -> int:
    """Run all of them; 1 if one of them failed or missed a goal that it holds itself to."""
    is_quick = "--quick" in arguments
    environment = {**os.environ, "QUICK": "1" if is_quick else ""}
    print(conditions())
    failed: list[str] = []
    begun = perf_counter()
    for title, (module, *options) in PARTS:
        print(f"\n## {title}: python -m {' '.join((module, *options))}", flush=True)
        shorter = [QUICK_OPERATIONS] if is_quick and module == "bench.loop" else []
        command = (sys.executable, "-m", module, *shorter, *options)
        if subprocess.run(command, check=False, env=environment).returncode != 0:
            failed.append(title)
    print(f"\n{perf_counter() - begun:.0f} s; failed or missed: {', '.join(failed) or 'nothing'}")
    return 1 if failed else 0

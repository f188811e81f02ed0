"""Loads a DAR cold and from the caches, in a process of its own each time.

`python -m bench.load_dar FILE.dar` prints the seconds from the bytes of the DAR to all its
templates being usable: packages read, ids verified, every template, choice and method translated
and linked. Cold starts with empty caches, cached with those that the cold start left.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cantata.lf.archive import read_dar
from cantata.lf.model import Packages, Ref
from cantata.lf.runtime.cache.packages import PackageCache
from cantata.lf.runtime.runtime import Runtime

LIMITS = {"cold": 2.5, "cached": 0.5}
"""Seconds that loading splice-amulet's DAR may take."""


def load(dar: Path, folder: Path) -> tuple[float, float, float]:
    """Load a DAR with caches in a folder.

    Give the seconds until it is usable, those of the processor, and those of writing the caches.
    """
    start, cpu = time.perf_counter(), time.process_time()
    cache = PackageCache(folder)
    read = read_dar(dar.read_bytes(), known=cache).packages
    runtime = Runtime(Packages(stored.package for stored in read.values()), cache=folder)
    for stored in read.values():
        for module in stored.package.modules.values():
            for name in module.templates:
                runtime.template(Ref(stored.id, module.name, name)).link()
            for name in module.interfaces:
                runtime.interface(Ref(stored.id, module.name, name)).link()
    usable, cpu_used = time.perf_counter(), time.process_time() - cpu
    for stored in read.values():
        cache.add(stored)
    runtime.save()
    return usable - start, cpu_used, time.perf_counter() - usable


def main(arguments: list[str]) -> int:
    """Measure, or do one load if a folder is given too."""
    if len(arguments) == 2:
        print(*(f"{seconds:.3f}" for seconds in load(Path(arguments[0]), Path(arguments[1]))))
        return 0
    if len(arguments) != 1:
        print(__doc__)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        for name, limit in LIMITS.items():
            command = [sys.executable, "-m", "bench.load_dar", arguments[0], folder]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            taken, cpu, writing = output.split()
            print(
                f"{name}: {taken} s (limit {limit} s), {cpu} s of the processor's; "
                f"writing caches {writing} s"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

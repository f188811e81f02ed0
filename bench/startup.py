"""Starting a sandbox: until it can be reached, as a multiple of starting Python.

``python -m bench.startup``; the second start finds in the cache what the first one made.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from bench.conditions import conditions

ROUNDS = 7
SECONDS_MAX = 60
_POLL_SECONDS = 0.001


def main(arguments: list[str]) -> int:
    """Print medians of alternating starts."""
    print(conditions())
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "CANTATA_CACHE": str(Path(folder, "cache"))}
        first = _start(Path(folder), environment)
        python, started, memory = [], [], []
        for _ in range(ROUNDS):
            python.append(_python(environment))
            memory.append(_start(Path(folder), environment))
            store = str(Path(folder, "ledger.db"))
            started.append(_start(Path(folder), environment, "--store", store))
    base = median(python)
    print(f"python, with nothing to do: {base * 1e3:.0f} ms")
    _show("the first sandbox, caches empty", first, base)
    _show("sandbox in memory", median(memory), base)
    _show("sandbox with a store", median(started), base)
    return 0


def _show(name: str, seconds: float, base: float) -> None:
    print(f"{name}: {seconds * 1e3:.0f} ms, {seconds / base:.1f} times python")


def _python(environment: dict[str, str]) -> float:
    began = perf_counter()
    subprocess.run([sys.executable, "-c", ""], env=environment, check=True)
    return perf_counter() - began


def _start(folder: Path, environment: dict[str, str], *arguments: str) -> float:
    """Give the seconds until a sandbox says that it is ready."""
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    command = [str(Path(sys.executable).with_name("cantata")), "sandbox", "--port", "0"]
    began = perf_counter()
    with subprocess.Popen(
        [*command, "--ready-file", str(ready), *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
    ) as process:
        try:
            while not ready.exists():
                if process.poll() is not None or perf_counter() - began > SECONDS_MAX:
                    raise SystemExit("the sandbox did not become ready")
                sleep(_POLL_SECONDS)
            return perf_counter() - began
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(SECONDS_MAX)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

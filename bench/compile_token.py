"""Compiles the token package, in a process of its own each time.

`python -m bench.compile_token [--quick]` prints the seconds from the sources to the package,
and beside it the processor's and those of the imports before it.
"""

from __future__ import annotations

import subprocess
import sys
import time

from bench.legs import ROOT, Spread

LIMIT = 1.0
"""Seconds that compiling the token package may take."""

ROUNDS = 5
CONTRACTS = ROOT / "src" / "cantata" / "tokens" / "contract"


def compile_once() -> tuple[float, float, float]:
    """Compile; give the seconds of the imports, of compiling, and of compiling by the processor."""
    start = time.perf_counter()
    from cantata.lang.build import compile_package  # noqa: PLC0415  # the import is measured
    from cantata.lang.build.sources import contract_files  # noqa: PLC0415  # see above

    imported, cpu = time.perf_counter(), time.process_time()
    compiled = compile_package(contract_files([CONTRACTS]))
    taken, cpu_taken = time.perf_counter() - imported, time.process_time() - cpu
    assert compiled.package.name == "cantata-tokens"
    return imported - start, taken, cpu_taken


def main(arguments: list[str]) -> int:
    """Measure, or compile once if told so."""
    if "--once" in arguments:
        print(*compile_once())
        return 0
    command = [sys.executable, "-m", "bench.compile_token", "--once"]
    rounds = 1 if "--quick" in arguments else ROUNDS
    outputs = [
        subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
        for _ in range(rounds)
    ]
    figures = [[float(word) for word in output.split()] for output in outputs]
    imports, taken, cpu = (Spread.of(list(column)) for column in zip(*figures, strict=True))
    print(f"compile the token package: {taken} s (limit {LIMIT} s), {cpu} s of the processor's")
    print(f"  imports of the compiler before it: {imports} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

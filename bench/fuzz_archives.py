"""Feeds mutated archives and DARs to the reader and counts what happens.

Only typed errors are allowed, each within bounded time; what is accepted must write and read back.
Usage: python bench/fuzz_archives.py [--mutations N] [--seed S] [--only NUMBER]
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import traceback
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from bench.archive_mutations import Corpus, corpus_of, mutate_archive, mutate_dar
from cantata.lf.archive import (
    ArchiveError,
    Limits,
    StoredPackage,
    read_dar,
    read_payload,
    read_stored,
    write_package,
)
from cantata.lf.stable import stable_packages

MUTATIONS = 100_000
SECONDS_MAX = 5.0
MEMORY_MAX = 2 * 2**30
PACKAGE_BYTES_MAX = 4_000
"""Larger packages would take the time of many small ones."""

LIMITS = Limits(expanded_nodes=100_000, package_nodes=1_000_000)
VECTORS = Path(__file__).resolve().parents[2] / "shared" / "data" / "lf"


@dataclass
class Report:
    """What happened to the mutations."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def __str__(self) -> str:
        lines = [f"{count:8} {name}" for name, count in self.outcomes.most_common()]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        lines.append(f"slowest {self.slowest:.3f} s, memory at most {memory} MiB")
        lines.append(f"{self.outcomes.total()} mutations, {len(self.failures)} failures")
        return "\n".join([*self.failures, *lines])


def archives() -> list[bytes]:
    """Give small archives to start from: stable packages, and frozen ones if they are there."""
    found = [stored.archive for stored in stable_packages().values()]
    for path in sorted(VECTORS.glob("*packages/*.json")):
        vector = json.loads(path.read_text(encoding="utf-8"))
        if "dalf" in vector and vector.get("stage") != "decode":
            found.append(b64decode(vector["dalf"]))
    return [archive for archive in found if len(archive) <= PACKAGE_BYTES_MAX]


def mutations(
    seed: int, numbers: Iterator[int], base: list[bytes], corpus: Corpus
) -> Iterator[tuple[int, Callable[[], str]]]:
    """Give a number and what reads the mutation of that number; one in ten is a DAR."""
    for number in numbers:
        rng = random.Random(f"{seed}-{number}")
        if number % 10 == 0:
            dar = mutate_dar(corpus, base, rng)
            yield number, lambda dar=dar: _read_dar(dar)  # type: ignore[misc]
        else:
            archive = mutate_archive(corpus, rng)
            yield number, lambda archive=archive: _read_archive(archive)  # type: ignore[misc]


def _read_dar(data: bytes) -> str:
    dar = read_dar(data, limits=LIMITS)
    for stored in dar.packages.values():
        _check_accepted(stored)
    return "accepted DAR"


def _read_archive(data: bytes) -> str:
    _check_accepted(read_stored(data, limits=LIMITS))
    return "accepted archive"


def _check_accepted(stored: StoredPackage) -> None:
    """Hold that an accepted package survives being written and read."""
    written = write_package(stored.package)
    again = write_package(read_payload(written.payload, limits=LIMITS).package)
    assert again.payload == written.payload, "writing and reading changes the package"


def fuzz(seed: int, numbers: Iterator[int]) -> Report:
    """Read mutations one after the other."""
    base = archives()
    corpus = corpus_of(base)
    report = Report()
    for number, read in mutations(seed, numbers, base, corpus):
        start = perf_counter()
        try:
            outcome = read()
        except ArchiveError as error:
            outcome = type(error).__name__
        except Exception:  # noqa: BLE001 -- any other error is what we look for
            outcome = "FAILURE"
            report.failures.append(f"mutation {number}:\n{traceback.format_exc(limit=-4)}")
        seconds = perf_counter() - start
        if seconds > SECONDS_MAX:
            outcome = "SLOW"
            report.failures.append(f"mutation {number} took {seconds:.1f} s")
        report.slowest = max(report.slowest, seconds)
        report.outcomes[outcome] += 1
    return report


def main() -> int:
    """Run from the command line; exit code 1 if any mutation failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=MUTATIONS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="repeat the mutation of this number")
    chosen = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    numbers = (
        range(chosen.mutations) if chosen.only is None else range(chosen.only, chosen.only + 1)
    )
    report = fuzz(chosen.seed, iter(numbers))
    print(report)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())

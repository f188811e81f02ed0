"""Feeds mutated commands to a ledger and counts what happens.

Only typed refusals are allowed, each with Canton's code and category and within bounded time, and
each must leave the ledger as it was. Usage: python -m bench.fuzz_commands [--mutations N]
[--seed S] [--only NUMBER]
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from bench.command_desk import Desk, Json
from bench.command_mutations import Known, mutate_submission
from cantata.kernel.errors import CantataError
from cantata.lf.runtime.errors import InternalError

MUTATIONS = 100_000
SECONDS_MAX = 10.0
MEMORY_MAX = 2 * 2**30
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "participant"


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


def desks(shared: Path = SHARED) -> list[Desk]:
    """Give a desk with the token package, and one with recorded commands if they are there."""
    found = [Desk.of_tokens()]
    dars = sorted((shared / "packages").glob("oracle-*.dar"))
    if dars:
        found.append(Desk.of_dars(dars, recorded(shared / "main.jsonl")))
    return found


def recorded(file: Path) -> Iterator[Json]:
    """Give the bodies of recorded submissions."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            body = json.loads(line).get("request", {}).get("body")
            if isinstance(body, dict) and isinstance(body.get("commands"), dict):
                body = body["commands"]
            if isinstance(body, dict) and isinstance(body.get("commands"), list):
                yield body


def fuzz(seed: int, numbers: Iterable[int], over: list[Desk]) -> Report:
    """Submit mutations one after the other, each to the ledger as it was at the start."""
    report = Report()
    known = [Known(desk.contract_ids(), desk.samples) for desk in over]
    for number in numbers:
        rng = random.Random(f"{seed}-{number}")
        at = rng.randrange(len(over))
        text = mutate_submission(known[at], rng)
        start = perf_counter()
        outcome = _outcome(over[at], text, report, number)
        seconds = perf_counter() - start
        if seconds > SECONDS_MAX:
            outcome = "SLOW"
            report.failures.append(f"mutation {number} took {seconds:.1f} s")
        report.slowest = max(report.slowest, seconds)
        report.outcomes[outcome] += 1
    return report


def _outcome(desk: Desk, text: str, report: Report, number: int) -> str:
    before = desk.state()
    try:
        with desk.ledger.anchor():
            desk.submit_text(text)
        return "accepted"
    except CantataError as error:
        fault = _fault(error) or ("" if desk.state() == before else "the ledger changed")
        if not fault:
            return error.code
        shown = f"{fault}: {error!r}"
    except Exception:  # noqa: BLE001 - any other error is what we look for
        shown = traceback.format_exc(limit=-4)
    report.failures.append(f"mutation {number}:\n{shown}")
    return "FAILURE"


def _fault(error: CantataError) -> str:
    """Say what is wrong with a refusal, "" if nothing is."""
    if isinstance(error, InternalError):
        return "an internal error"
    if error.code == "MALFORMED_JSON":
        return ""
    if not isinstance(getattr(error, "category", None), int):
        return "no category"
    try:
        str(error).encode()
    except UnicodeEncodeError:
        return "a message that no answer can carry"
    return ""


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
    report = fuzz(chosen.seed, numbers, desks())
    print(report)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
